// Axes in another order.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const std::vector<int64_t>& permutation = op.attributes<Transpose>().permutation;
  const auto rank = static_cast<size_t>(op.rank(0));
  if (permutation.size() != rank)
    return op.fault("rank-mismatch", "attribute \"permutation\": expected {} axes, found {}", rank, permutation.size());
  std::vector<bool> seen(rank);
  Shape shape;
  for (int64_t axis : permutation) {
    if (axis < 0 || axis >= static_cast<int64_t>(rank) || seen[static_cast<size_t>(axis)]) {
      return op.fault("attribute-range", "attribute \"permutation\": expected every axis from 0 to {} once, found {}",
                      static_cast<int64_t>(rank) - 1, axis);
    }
    seen[static_cast<size_t>(axis)] = true;
    shape.push_back(op.shape(0)[static_cast<size_t>(axis)]);
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

void lower(Lowering& op) {
  const std::vector<int64_t>& permutation = op.attributes<Transpose>().permutation;
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  std::vector<Expr> from(index.size());
  for (size_t i = 0; i < index.size(); ++i) from[static_cast<size_t>(permutation[i])] = index[i];
  nest.write(op.result(0), index, op.at(0, from));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kTranspose{
    .name = "transpose",
    .doc = "The operand with axis `permutation[k]` in the place of axis k. ONNX Transpose-25.",
    .schema = &schema_of<Transpose>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
