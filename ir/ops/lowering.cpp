#include "ir/ops/lowering.h"

#include <cmath>
#include <limits>

namespace burin::ir {
namespace {

// The extreme values of integers of `bytes` bytes, as 64-bit patterns.
int64_t least_integer(ElementType element) {
  return is_unsigned(element) ? 0 : INT64_MIN >> (64 - 8 * size_of(element));
}
int64_t greatest_integer(ElementType element) {
  const int bits = 8 * size_of(element);
  if (is_unsigned(element)) return static_cast<int64_t>(UINT64_MAX >> (64 - bits));
  return INT64_MAX >> (64 - bits);
}

}  // namespace

Expr lowest(ExprPool& pool, ElementType element) {
  if (is_float(element)) return pool.floating(-std::numeric_limits<double>::infinity(), {element, 1});
  return pool.integer(is_integer(element) ? least_integer(element) : 0, {element, 1});
}

Expr highest(ExprPool& pool, ElementType element) {
  if (is_float(element)) return pool.floating(std::numeric_limits<double>::infinity(), {element, 1});
  return pool.integer(is_integer(element) ? greatest_integer(element) : 1, {element, 1});
}

std::vector<bool> membership(std::span<const int64_t> axes, size_t rank) {
  std::vector<bool> held(rank, false);
  for (int64_t axis : axes) held[static_cast<size_t>(axis)] = true;
  return held;
}

Status require_axes(const Inference& op, std::span<const int64_t> axes, int rank) {
  std::vector<bool> seen(static_cast<size_t>(rank), false);
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= rank)
      return op.fault("axis-range", "attribute \"axes\": expected 0 to {}, found {}", rank - 1, axis);
    if (seen[static_cast<size_t>(axis)])
      return op.fault("axis-range", "attribute \"axes\": expected each axis once, found {} twice", axis);
    seen[static_cast<size_t>(axis)] = true;
  }
  return {};
}

Expr GroupBuilder::axis(std::string name, Expr extent) {
  const VariableId variable = op_.pool().declare({std::move(name), kIndex, INT64_MIN, INT64_MAX, extent});
  group_.axes.push_back({variable, AxisKind::kParallel});
  return op_.pool().variable(variable);
}

void GroupBuilder::emit() {
  if (!group_.axes.empty()) {
    op_.program.body.push_back({std::move(group_)});
    return;
  }
  for (Statement& statement : group_.body) op_.program.body.push_back(std::move(statement));
}

Rows::Rows(GroupBuilder& group, const Shape& shape, std::span<const int64_t> axes, ExprPool& pool)
    : shape_(shape), inner_(membership(axes, shape.size())), pool_(pool) {
  outer_index_ = index_over(shape, pool, [&](size_t d, std::string name) {
    return inner_[d] ? pool.integer(0) : group.axis(std::move(name), shape[d]);
  });
}

std::vector<Expr> Rows::fill(NestBuilder& nest, AxisKind kind) const {
  return index_over(shape_, pool_, [&](size_t d, std::string name) {
    return inner_[d] ? nest.axis(kind, std::move(name), shape_[d]) : outer_index_[d];
  });
}
std::vector<Expr> Rows::reduce(NestBuilder& nest) const { return fill(nest, AxisKind::kReduction); }
std::vector<Expr> Rows::walk(NestBuilder& nest) const { return fill(nest, AxisKind::kParallel); }
std::vector<Expr> Rows::row() const { return outer_index_; }

std::vector<Expr> Rows::within(std::span<const Expr> index) const {
  std::vector<Expr> part;
  for (size_t d = 0; d < index.size(); ++d) {
    if (inner_[d]) part.push_back(index[d]);
  }
  return part;
}
Shape Rows::row_shape() const { return within(shape_); }
Expr Rows::row_count() const { return element_count(row_shape(), pool_); }

Status infer_float(Inference& op) {
  if (Status status = op.require_float(0); !status) return status;
  return infer_like_operand(op);
}

Status infer_number(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  return infer_like_operand(op);
}

Status infer_comparison(Inference& op) {
  if (Status status = infer_broadcast(op); !status) return status;
  op.set_result(0, ElementType::kBool, op.graph().values[op.op().results[0]].type.shape);
  return {};
}

}  // namespace burin::ir
