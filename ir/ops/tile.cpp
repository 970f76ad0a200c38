// Copies of a tensor side by side along every axis.
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const std::vector<Expr>& repeats = op.attributes<Repeat>().repeats;
  const auto rank = static_cast<size_t>(op.rank(0));
  if (repeats.size() != rank)
    return op.fault("rank-mismatch", "attribute \"repeats\": expected {} numbers, found {}", rank, repeats.size());
  Shape shape;
  for (size_t d = 0; d < rank; ++d) {
    if (repeats[d]->high < 0)
      return op.fault("attribute-range", "attribute \"repeats\": expected at least 0, found {}", repeats[d]->high);
    shape.push_back(op.shape(0)[d] * repeats[d]);
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

void lower(Lowering& op) {
  const std::vector<Expr>& repeats = op.attributes<Repeat>().repeats;
  lower_map(op, [&](std::span<const Expr> i) {
    std::vector<Expr> from;
    for (size_t d = 0; d < i.size(); ++d)
      from.push_back(is_constant_value(repeats[d], 1) ? i[d] : mod(i[d], op.shape(0)[d]));
    return op.at(0, from);
  });
}

}  // namespace

constinit const OpInfo kTile{
    .name = "tile",
    .doc = "y[i] = x[i mod shape of x]; the operand `repeats` times along every axis. ONNX Tile-13.",
    .schema = &schema_of<Repeat>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
