// Local response normalization across channels.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Status infer_local_response(Inference& op) {
  if (Status status = op.require_rank(0, 2, INT32_MAX); !status) return status;
  return infer_float(op);
}

// y[n, c, ...] = x[n, c, ...] / (bias + alpha / size * sum over j of x[n, c + j - (size - 1) / 2, ...]^2) ^ beta
void lower_local_response(Lowering& op) {
  const auto& attributes = op.attributes<LocalResponse>();
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Expr j = reduction_axis(nest, "r", op.pool().integer(attributes.size));
  std::vector<Expr> neighbour = i;
  neighbour[1] = i[1] + j - (attributes.size - 1) / 2;
  const Expr x = widen(op.at_or(0, neighbour, zero(op.pool(), op.element(0))));
  const Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return fma(x, x, acc); });
  const double scale = attributes.alpha / static_cast<double>(attributes.size);
  const Expr base = sum * constant_like(sum, scale) + constant_like(sum, attributes.bias);
  const Expr value = div(widen(op.at(0, i)), binary(Opcode::kPow, base, constant_like(base, attributes.beta)));
  nest.write(op.result(0), i, narrow(value, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kLocalResponse{
    .name = "local_response",
    .doc = "x / (bias + alpha / size * (sum of x * x over `size` neighbouring channels)) ^ beta. ONNX LRN.",
    .schema = &schema_of<LocalResponse>,
    .infer = infer_local_response,
    .lower = lower_local_response};

}  // namespace burin::ir
