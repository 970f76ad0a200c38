// Where the greatest or least element along an axis is: a reduction of pairs (value, index).
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Status infer_arg_reduce(Inference& op) {
  const auto& attributes = op.attributes<ArgReduce>();
  if (Status status = require_axes(op, {&attributes.axis, 1}, op.rank(0)); !status) return status;
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  Shape shape = op.shape(0);
  const auto axis = static_cast<size_t>(attributes.axis);
  if (is_constant_value(shape[axis], 0))
    return op.fault("shape-mismatch", "dimension {}: expected at least 1, found 0", axis);
  if (attributes.keep_dimensions) {
    shape[axis] = op.pool().integer(1);
  } else {
    shape.erase(shape.begin() + attributes.axis);
  }
  op.set_result(0, ElementType::kI64, std::move(shape));
  return {};
}

enum class Extreme { kGreatest, kLeast };

// Whether `x` takes the place of `value`. A NaN does, for good: as in NumPy it is both the greatest and the least.
Expr is_better(Expr x, Expr value, bool greatest, bool last) {
  const auto order = [&](Opcode opcode, Expr low, Expr high) {
    return greatest ? binary(opcode, low, high) : binary(opcode, high, low);
  };
  const bool is_floating = is_float(x->type.element);
  if (last) {
    const Expr better = order(Opcode::kLessEqual, value, x);
    return is_floating ? logical_or(better, unary(Opcode::kIsNan, x)) : better;
  }
  if (!is_floating) return order(Opcode::kLess, value, x);
  const Expr is_above = logical_not(order(Opcode::kLessEqual, x, value));
  return logical_and(is_above, logical_not(unary(Opcode::kIsNan, value)));
}

template <Extreme kExtreme>
void lower_arg_reduce(Lowering& op) {
  const auto& attributes = op.attributes<ArgReduce>();
  const auto axis = static_cast<size_t>(attributes.axis);
  NestBuilder nest = op.nest();
  std::vector<Expr> index = index_over(op.shape(0), op.pool(), [&](size_t d, std::string name) {
    return nest.axis(d == axis ? AxisKind::kReduction : AxisKind::kParallel, std::move(name), op.shape(0)[d]);
  });
  const Expr k = index[axis];
  const Expr x = widen(op.at(0, index));
  const bool greatest = kExtreme == Extreme::kGreatest;
  const Expr value =
      nest.accumulator(greatest ? lowest(op.pool(), x->type.element) : highest(op.pool(), x->type.element));
  const Expr position = nest.accumulator(op.pool().integer(0));
  const Expr better = is_better(x, value, greatest, attributes.last);
  nest.combine(value, select(better, x, value));
  nest.combine(position, select(better, k, position));
  if (attributes.keep_dimensions) {
    index[axis] = op.pool().integer(0);
  } else {
    index.erase(index.begin() + attributes.axis);
  }
  nest.write(op.result(0), index, position);
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kArgMax{.name = "arg_max",
                               .doc = "The index of the greatest element along `axis`, or of a NaN. ONNX ArgMax.",
                               .schema = &schema_of<ArgReduce>,
                               .infer = infer_arg_reduce,
                               .lower = lower_arg_reduce<Extreme::kGreatest>};
constinit const OpInfo kArgMin{.name = "arg_min",
                               .doc = "The index of the least element along `axis`, or of a NaN. ONNX ArgMin.",
                               .schema = &schema_of<ArgReduce>,
                               .infer = infer_arg_reduce,
                               .lower = lower_arg_reduce<Extreme::kLeast>};

}  // namespace burin::ir
