// Reductions of a tensor over some of its axes: one nest whose reduction axes are those axes.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// What tells one reduction from another. Elements and accumulator have the type that `accumulator` gives for the operand's.
struct Reduction {
  ElementType (*accumulator)(ElementType element);
  Expr (*init)(ExprPool& pool, ElementType element);
  Expr (*combine)(Expr acc, Expr x);
  Expr (*finish)(Expr acc, Expr count);
};

ElementType as_computed(ElementType element) { return compute_type(element); }
// Logarithms and roots of integers are taken in f64.
ElementType as_float(ElementType element) { return is_float(element) ? compute_type(element) : ElementType::kF64; }

Expr one(ExprPool& pool, ElementType element) { return pool.number(1, {element, 1}); }

Expr sum(Expr acc, Expr x) { return acc + x; }
Expr product(Expr acc, Expr x) { return acc * x; }
Expr sum_of_squares(Expr acc, Expr x) { return fma(x, x, acc); }
Expr sum_of_magnitudes(Expr acc, Expr x) { return acc + unary(Opcode::kAbs, x); }
// Of floats, max(a, b) is b unless a is greater: an accumulator that is NaN stays, and select lets a NaN in.
Expr greatest(Expr acc, Expr x) {
  if (x->type.element == ElementType::kBool) return logical_or(acc, x);
  return is_float(x->type.element) ? select(unary(Opcode::kIsNan, x), x, max(x, acc)) : max(acc, x);
}
Expr least(Expr acc, Expr x) {
  if (x->type.element == ElementType::kBool) return logical_and(acc, x);
  return is_float(x->type.element) ? select(unary(Opcode::kIsNan, x), x, min(x, acc)) : min(acc, x);
}

Expr itself(Expr acc, Expr) { return acc; }
Expr root(Expr acc, Expr) { return unary(Opcode::kSqrt, acc); }
Expr logarithm(Expr acc, Expr) { return unary(Opcode::kLog, acc); }
Expr mean(Expr acc, Expr count) {
  if (is_float(acc->type.element)) return div(acc, cast(count, acc->type.element));
  return div(acc, cast(max(count, count->pool->integer(1)), acc->type.element));
}

constexpr Reduction kSum{as_computed, zero, sum, itself};
constexpr Reduction kMean{as_computed, zero, sum, mean};
constexpr Reduction kProduct{as_computed, one, product, itself};
constexpr Reduction kGreatest{as_computed, lowest, greatest, itself};
constexpr Reduction kLeast{as_computed, highest, least, itself};
constexpr Reduction kNorm1{as_computed, zero, sum_of_magnitudes, itself};
constexpr Reduction kNorm2{as_float, zero, sum_of_squares, root};
constexpr Reduction kLogSum{as_float, zero, sum, logarithm};
constexpr Reduction kSumSquare{as_computed, zero, sum_of_squares, itself};

Status infer_reduce(Inference& op) {
  const auto& reduce = op.attributes<Reduce>();
  if (Status status = require_axes(op, reduce.axes, op.rank(0)); !status) return status;
  const std::vector<bool> reduced = membership(reduce.axes, op.shape(0).size());
  Shape shape;
  for (size_t d = 0; d < reduced.size(); ++d) {
    if (!reduced[d]) shape.push_back(op.shape(0)[d]);
    if (reduced[d] && reduce.keep_dimensions) shape.push_back(op.pool().integer(1));
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

Status infer_number_reduce(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  return infer_reduce(op);
}

// The parts of the index that remain in the result: all with `keep_dimensions`, whose reduced ones are 0.
std::vector<Expr> result_index(const Reduce& reduce, std::span<const Expr> index, ExprPool& pool) {
  const std::vector<bool> reduced = membership(reduce.axes, index.size());
  std::vector<Expr> kept;
  for (size_t d = 0; d < index.size(); ++d) {
    if (!reduced[d]) kept.push_back(index[d]);
    if (reduced[d] && reduce.keep_dimensions) kept.push_back(pool.integer(0));
  }
  return kept;
}

Expr reduced_count(const Lowering& op, const Reduce& reduce) {
  Expr count = op.pool().integer(1);
  for (int64_t axis : reduce.axes) count = count * op.shape(0)[static_cast<size_t>(axis)];
  return count;
}

// y[i] = finish(combine over k of x[i, k])
template <const Reduction& kReduction>
void lower_reduce(Lowering& op) {
  const auto& reduce = op.attributes<Reduce>();
  const std::vector<bool> reduced = membership(reduce.axes, op.shape(0).size());
  const ElementType type = kReduction.accumulator(op.element(0));
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = index_over(op.shape(0), op.pool(), [&](size_t d, std::string name) {
    return nest.axis(reduced[d] ? AxisKind::kReduction : AxisKind::kParallel, std::move(name), op.shape(0)[d]);
  });
  const Expr x = cast(op.at(0, index), type);
  const Expr acc =
      nest.accumulate(kReduction.init(op.pool(), type), [&](Expr held) { return kReduction.combine(held, x); });
  const Expr value = kReduction.finish(acc, reduced_count(op, reduce));
  nest.write(op.result(0), result_index(reduce, index, op.pool()), cast(value, op.result_element(0)));
  op.emit(nest);
}

// log(sum exp(x)) as m + log(sum exp(x - m)) with the greatest m, or 0 where that is infinite.
void lower_log_sum_exp(Lowering& op) {
  const auto& reduce = op.attributes<Reduce>();
  const ElementType type = as_float(op.element(0));
  const TensorId greatest_element = op.temporary("max", type, {});
  GroupBuilder group(op);
  const Rows rows(group, op.shape(0), reduce.axes, op.pool());
  const auto x = [&](std::span<const Expr> index) { return cast(op.at(0, index), type); };

  NestBuilder maximum = op.nest();
  const std::vector<Expr> i = rows.reduce(maximum);
  const Expr found = maximum.accumulate(lowest(op.pool(), type), [&](Expr acc) { return max(acc, x(i)); });
  const Expr infinite = equal(unary(Opcode::kAbs, found), highest(op.pool(), type));
  maximum.write(greatest_element, {}, select(infinite, zero(op.pool(), type), found));
  group.add(maximum);

  NestBuilder total = op.nest();
  const std::vector<Expr> k = rows.reduce(total);
  const Expr m = read(op.program, greatest_element, {});
  const Expr acc =
      total.accumulate(zero(op.pool(), type), [&](Expr held) { return held + unary(Opcode::kExp, x(k) - m); });
  total.write(op.result(0), result_index(reduce, rows.row(), op.pool()),
              cast(unary(Opcode::kLog, acc) + m, op.result_element(0)));
  group.add(total);
  group.emit();
}

using InferFunction = Status (*)(Inference&);
using LowerFunction = void (*)(Lowering&);

constexpr OpInfo reduce_row(std::string_view name, std::string_view doc, InferFunction infer, LowerFunction lower) {
  return {.name = name, .doc = doc, .schema = &schema_of<Reduce>, .infer = infer, .lower = lower};
}

}  // namespace

constinit const OpInfo kReduceSum =
    reduce_row("reduce_sum", "The sum of x over `axes`. ONNX ReduceSum.", infer_number_reduce, lower_reduce<kSum>);
constinit const OpInfo kReduceMean =
    reduce_row("reduce_mean", "The mean of x over `axes`. ONNX ReduceMean, GlobalAveragePool.", infer_number_reduce,
               lower_reduce<kMean>);
constinit const OpInfo kReduceProd = reduce_row("reduce_prod", "The product of x over `axes`. ONNX ReduceProd.",
                                                infer_number_reduce, lower_reduce<kProduct>);
constinit const OpInfo kReduceMax =
    reduce_row("reduce_max",
               "The greatest element of x over `axes`, or a NaN among them; of bools, whether any is true. "
               "ONNX ReduceMax, GlobalMaxPool.",
               infer_reduce, lower_reduce<kGreatest>);
constinit const OpInfo kReduceMin =
    reduce_row("reduce_min",
               "The least element of x over `axes`, or a NaN among them; of bools, whether all are true. "
               "ONNX ReduceMin.",
               infer_reduce, lower_reduce<kLeast>);
constinit const OpInfo kReduceL1 =
    reduce_row("reduce_l1", "The sum of |x| over `axes`. ONNX ReduceL1.", infer_number_reduce, lower_reduce<kNorm1>);
constinit const OpInfo kReduceL2 =
    reduce_row("reduce_l2", "The square root of the sum of x * x over `axes`. ONNX ReduceL2.", infer_number_reduce,
               lower_reduce<kNorm2>);
constinit const OpInfo kReduceLogSum =
    reduce_row("reduce_log_sum", "The logarithm of the sum of x over `axes`. ONNX ReduceLogSum.", infer_number_reduce,
               lower_reduce<kLogSum>);
constinit const OpInfo kReduceLogSumExp =
    reduce_row("reduce_log_sum_exp", "The logarithm of the sum of exp(x) over `axes`. ONNX ReduceLogSumExp.",
               infer_number_reduce, lower_log_sum_exp);
constinit const OpInfo kReduceSumSquare =
    reduce_row("reduce_sum_square", "The sum of x * x over `axes`. ONNX ReduceSumSquare.", infer_number_reduce,
               lower_reduce<kSumSquare>);

}  // namespace burin::ir
