// Operands side by side along one axis.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const auto axis = static_cast<size_t>(op.attributes<Concat>().axis);
  if (Status status = op.require_rank(0, static_cast<int>(axis) + 1, kMostRank); !status) return status;
  Shape shape = op.shape(0);
  for (int i = 1; i < op.operand_count(); ++i) {
    if (Status status = op.require_same_element(0, i); !status) return status;
    if (Status status = op.require_rank(i, op.rank(0), op.rank(0)); !status) return status;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (d == axis) {
        shape[d] = shape[d] + op.shape(i)[d];
      } else if (Status status = op.require_same_dimension(0, d, i, d); !status) {
        return status;
      }
    }
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

// One nest per part, each writing a slice of the result.
void lower(Lowering& op) {
  const auto axis = static_cast<size_t>(op.attributes<Concat>().axis);
  Expr offset = op.pool().integer(0);
  for (int i = 0; i < op.operand_count(); ++i) {
    NestBuilder nest = op.nest();
    std::vector<Expr> index = nest.parallel(op.shape(i));
    const Expr value = op.at(i, index);
    index[axis] = index[axis] + offset;
    nest.write(op.result(0), index, value);
    op.emit(nest);
    offset = offset + op.shape(i)[axis];
  }
}

}  // namespace

constinit const OpInfo kConcat{
    .name = "concat",
    .doc = "The operands one after the other along `axis`; all other dimensions are equal. ONNX Concat-13.",
    .most_operands = INT32_MAX,
    .schema = &schema_of<Concat>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
