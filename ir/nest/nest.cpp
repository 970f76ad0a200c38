#include "ir/nest/nest.h"

#include <algorithm>

#include "ir/base/result.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"

namespace burin::ir {

std::optional<VariableId> axis_of(std::span<const Axis> axes, Expr e) {
  const bool is_axis = is_variable(e) && has_axis(axes, variable_of(e));
  return is_axis ? std::optional(variable_of(e)) : std::nullopt;
}

bool has_axis(std::span<const Axis> axes, VariableId variable) {
  return std::ranges::any_of(axes, [&](const Axis& axis) { return axis.variable == variable; });
}

TensorId Program::add_tensor(std::string tensor_name, ElementType element, Shape shape) {
  return tensors.add({std::move(tensor_name), element, std::move(shape), {}, {}});
}

Expr read(const Program& program, TensorId tensor, std::span<const Expr> index) {
  const Tensor& info = program.tensors[tensor];
  BURIN_ASSERT(index.size() == info.shape.size(), "a read has one index per dimension");
  return program.pool->make(Opcode::kRead, index, {info.element, 1}, tensor.index);
}

Expr read_or(const Program& program, TensorId tensor, std::span<const Expr> index, Expr otherwise) {
  const Tensor& info = program.tensors[tensor];
  BURIN_ASSERT(index.size() == info.shape.size(), "a read has one index per dimension");
  std::vector<Expr> operands(index.begin(), index.end());
  operands.push_back(otherwise);
  return program.pool->make(Opcode::kRead, operands, {info.element, 1}, tensor.index);
}

std::span<const Expr> index_of(const Program& program, Expr read) {
  return read->operands.first(program.tensors[tensor_of(read)].shape.size());
}

Expr otherwise_of(const Program& program, Expr read) {
  return read->operands.size() > program.tensors[tensor_of(read)].shape.size() ? read->operands.back() : Expr();
}

std::vector<Expr> reads_of(const Nest& nest) {
  std::vector<Expr> reads;
  for_each_expr(nest, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (node->opcode == Opcode::kRead && std::ranges::find(reads, node) == reads.end()) reads.push_back(node);
    });
  });
  return reads;
}

NestBuilder::NestBuilder(Program& program, std::string origin) : program_(program) {
  if (!origin.empty()) nest_.origin.push_back(std::move(origin));
}

Expr NestBuilder::axis(AxisKind kind, std::string name, Expr extent) {
  const VariableId variable = program_.pool->declare({std::move(name), kIndex, INT64_MIN, INT64_MAX, extent});
  nest_.axes.push_back({variable, kind});
  return program_.pool->variable(variable);
}

std::vector<Expr> NestBuilder::parallel(const Shape& shape) {
  constexpr std::string_view kNames = "ijklmnopqrstuvw";
  std::vector<Expr> index;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool single = is_constant_value(shape[i], 1);
    std::string name = i < kNames.size() ? std::string(1, kNames[i]) : "i" + std::to_string(i);
    index.push_back(single ? program_.pool->integer(0) : parallel(std::move(name), shape[i]));
  }
  return index;
}

Expr NestBuilder::accumulator(Expr init) {
  const std::string name = "acc" + (nest_.accumulators.empty() ? "" : std::to_string(nest_.accumulators.size()));
  const VariableId variable = program_.pool->declare({name, init->type, INT64_MIN, INT64_MAX, {}});
  nest_.accumulators.push_back({variable, init, {}});
  return program_.pool->variable(variable);
}

void NestBuilder::combine(Expr accumulator, Expr value) {
  for (Accumulator& held : nest_.accumulators) {
    if (held.variable == variable_of(accumulator)) held.combine = value;
  }
}

void NestBuilder::write(TensorId tensor, std::vector<Expr> index, Expr value, Expr where) {
  BURIN_ASSERT(program_.tensors[tensor].shape.size() == index.size(), "a write has one index per dimension");
  BURIN_ASSERT(program_.tensors[tensor].element == value->type.element,
               "a write's value has the tensor's element type");
  nest_.writes.push_back({tensor, std::move(index), value, where});
}

Expr repeated_index(Expr index, Expr extent, Expr to) {
  if (is_constant_value(extent, 1)) return index->pool->integer(0);
  const std::optional<RelatedDimensions> pair = repeated(extent, to);
  const bool are_equal = pair && pair->relation == DimensionRelation::kEqual;
  if (are_equal || extent->low > 1 || provably_equal(extent, to)) return index;
  // A remainder is inside even where the extent may be 0, but costs a division.
  return extent->low == 1 ? min(index, extent - 1) : mod(index, extent);
}

}  // namespace burin::ir
