// A regular selection along every axis.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const Slice& slice = op.attributes<Slice>();
  const auto rank = static_cast<size_t>(op.rank(0));
  if (slice.starts.size() != rank || slice.steps.size() != rank || slice.sizes.size() != rank) {
    return op.fault("rank-mismatch", "attributes: expected {} starts, steps and sizes, found {}, {} and {}", rank,
                    slice.starts.size(), slice.steps.size(), slice.sizes.size());
  }
  for (int64_t step : slice.steps) {
    if (step == 0) return op.fault("attribute-range", "attribute \"steps\": expected steps other than 0, found 0");
  }
  op.set_result(0, op.element(0), slice.sizes);
  return {};
}

void lower(Lowering& op) {
  const Slice& slice = op.attributes<Slice>();
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  std::vector<Expr> from;
  for (size_t i = 0; i < index.size(); ++i) from.push_back(index[i] * slice.steps[i] + slice.starts[i]);
  nest.write(op.result(0), index, op.at(0, from));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kSlice{
    .name = "slice",
    .doc =
        "y[i] = x[starts + steps * i] for i below `sizes`, along every axis; steps may be negative. ONNX Slice-13, "
        "Split-18.",
    .schema = &schema_of<Slice>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
