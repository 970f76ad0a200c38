// The first k of each row in sorted order, by ranking: an element's place is the number of elements that come before it.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// Operand 1 holds k, known when shapes are.
Status infer_top_k(Inference& op) {
  const auto& attributes = op.attributes<TopK>();
  if (Status status = require_axes(op, {&attributes.axis, 1}, op.rank(0)); !status) return status;
  if (Status status = infer_number(op); !status) return status;
  const std::vector<Expr>* known = op.elements(1);
  if (known == nullptr)
    return op.not_supported("operand 1: a count that depends on data is not supported; make it constant");
  if (known->size() != 1) return op.fault("shape-mismatch", "operand 1: expected one element, found {}", known->size());
  Shape shape = op.shape(0);
  const Expr extent = shape[static_cast<size_t>(attributes.axis)];
  const Expr count = known->front();
  const Expr clamped = min(max(count, op.pool().integer(0)), extent);
  if (Status status = op.require_equal(clamped, count, "operand 1 (count of elements kept)"); !status) return status;
  shape[static_cast<size_t>(attributes.axis)] = count;
  op.set_result(0, op.element(0), shape);
  op.set_result(1, ElementType::kI64, std::move(shape));
  return {};
}

// True where `a`, at position `i`, comes before `b`, at position `j`: in the order asked for, a NaN greater than all numbers,
// equal ones by position. A total order, so that ranks are distinct.
Expr comes_before(const TopK& attributes, Expr a, Expr i, Expr b, Expr j) {
  const auto greater = [](Expr left, Expr right) {
    if (!is_float(left->type.element)) return less(right, left);
    const Expr only_left_nan = logical_and(unary(Opcode::kIsNan, left), logical_not(unary(Opcode::kIsNan, right)));
    return logical_or(less(right, left), only_left_nan);
  };
  const Expr ahead = attributes.largest ? greater(a, b) : greater(b, a);
  const Expr behind = attributes.largest ? greater(b, a) : greater(a, b);
  return logical_or(ahead, logical_and(logical_not(behind), less(i, j)));
}

// rank = sum over j of before(x[j], x[i]);  where rank < k: values[rank] = x[i], indices[rank] = i
void lower_top_k(Lowering& op) {
  const auto& attributes = op.attributes<TopK>();
  const auto axis = static_cast<size_t>(attributes.axis);
  NestBuilder nest = op.nest();
  std::vector<Expr> index = nest.parallel(op.shape(0));
  std::vector<Expr> other = index;
  other[axis] = reduction_axis(nest, "r", op.shape(0)[axis]);
  const Expr here = op.at(0, index);
  const Expr before = comes_before(attributes, widen(op.at(0, other)), other[axis], widen(here), index[axis]);
  const Expr rank =
      nest.accumulate(op.pool().integer(0), [&](Expr acc) { return acc + cast(before, ElementType::kI64); });
  const Expr position = index[axis];
  const Expr kept = less(rank, op.result_shape(0)[axis]);
  index[axis] = rank;
  nest.write(op.result(0), index, here, kept);
  nest.write(op.result(1), index, position, kept);
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kTopK{
    .name = "top_k",
    .doc =
        "The greatest (or least) elements of x along `axis`, as many as operand 1 says, sorted, and their "
        "indices; equal elements keep their order. ONNX TopK.",
    .least_operands = 2,
    .most_operands = 2,
    .results = 2,
    .schema = &schema_of<TopK>,
    .infer = infer_top_k,
    .lower = lower_top_k};

}  // namespace burin::ir
