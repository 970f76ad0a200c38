// Broadcasting as an op.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const Shape& shape = op.attributes<Expand>().shape;
  const size_t rank = static_cast<size_t>(op.rank(0));
  if (shape.size() < rank)
    return op.fault("rank-mismatch", "attribute \"shape\": expected rank at least {}, found {}", rank, shape.size());
  for (size_t i = 0; i < rank; ++i) {
    const Expr to = shape[shape.size() - rank + i];
    if (Status status = op.require_repeated(0, i, to, fmt::format("of [{}]", text_of(shape))); !status) return status;
  }
  op.set_result(0, op.element(0), shape);
  return {};
}

void lower(Lowering& op) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  nest.write(op.result(0), index, op.broadcast_at(0, index));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kExpand{
    .name = "expand",
    .doc = "The operand repeated along its dimensions of 1 and new outer ones, to `shape`. ONNX Expand-13.",
    .schema = &schema_of<Expand>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
