#include "passes/contraction.h"

#include "ir/expr/linear.h"

namespace burin::passes {

using namespace ir;

namespace {

Expr without_casts(Expr e) {
  while (e->opcode == Opcode::kCast) e = e->operands[0];
  return e;
}

Expr without_runs(Expr index, int64_t run) {
  if (index->opcode != Opcode::kMod) return index;
  const std::optional<int64_t> length = constant_integer(index->operands[1]);
  return length && *length > 0 && *length % run == 0 ? index->operands[0] : index;
}

}  // namespace

std::optional<Contraction> contraction_of(const Nest& nest) {
  if (nest.accumulators.size() != 1) return std::nullopt;
  const Accumulator& accumulator = nest.accumulators[0];
  const Expr combine = accumulator.combine;
  if (combine->opcode != Opcode::kFma) return std::nullopt;
  const Expr held = combine->operands[2];
  if (!is_variable(held) || variable_of(held) != accumulator.variable) return std::nullopt;
  const Contraction contraction{without_casts(combine->operands[0]), without_casts(combine->operands[1])};
  if (contraction.left->opcode != Opcode::kRead || contraction.right->opcode != Opcode::kRead) return std::nullopt;
  return contraction;
}

std::optional<VariableId> contiguous_axis(const Program& program, const Nest& nest, int64_t run) {
  if (nest.writes.empty()) return std::nullopt;
  const Write& write = nest.writes[0];
  const Tensor& tensor = program.tensors[write.tensor];
  // From the innermost dimension outwards, past dimensions of one place.
  for (size_t d = write.index.size(); d-- > 0;) {
    const size_t dimension = tensor.layout.empty() ? d : static_cast<size_t>(tensor.layout[d].dimension);
    if (is_constant_value(tensor.shape[dimension], 1)) continue;
    for (const Axis& axis : nest.axes) {
      const std::optional<AxisStride> stride = stride_of(without_runs(write.index[dimension], run), axis.variable);
      if (stride && stride->stride == 1 && axis.kind == AxisKind::kParallel) return axis.variable;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace burin::passes
