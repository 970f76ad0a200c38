// Running sums along an axis.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Status infer_cumulative_sum(Inference& op) {
  if (Status status = require_axes(op, {&op.attributes<CumulativeSum>().axis, 1}, op.rank(0)); !status) return status;
  return infer_number(op);
}

// Along the axis, y[k] = y[k - 1] + x[k], from the end with `reverse`; with `exclusive`, y[k] leaves x[k] out.
void lower_cumulative_sum(Lowering& op) {
  const auto& attributes = op.attributes<CumulativeSum>();
  const auto axis = static_cast<size_t>(attributes.axis);
  const Expr extent = op.shape(0)[axis];
  NestBuilder nest = op.nest();
  std::vector<Expr> index = index_over(op.shape(0), op.pool(), [&](size_t d, std::string name) {
    return nest.axis(d == axis ? AxisKind::kSequential : AxisKind::kParallel, std::move(name), op.shape(0)[d]);
  });
  if (attributes.reverse) index[axis] = extent - 1 - index[axis];
  std::vector<Expr> source = index;
  if (attributes.exclusive) source[axis] = attributes.reverse ? source[axis] + 1 : source[axis] - 1;
  const Expr x = widen(op.at_or(0, source, zero(op.pool(), op.element(0))));
  const Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return acc + x; });
  nest.write(op.result(0), index, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kCumulativeSum{.name = "cumulative_sum",
                                      .doc = "The sum of all elements of x along `axis` up to each one. ONNX CumSum.",
                                      .schema = &schema_of<CumulativeSum>,
                                      .infer = infer_cumulative_sum,
                                      .lower = lower_cumulative_sum};

}  // namespace burin::ir
