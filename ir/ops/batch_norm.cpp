// Batch normalization with given statistics: an affine map per channel.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// The parameters have x's dimensions from 1 on, as many as they have: the channel, or (ONNX before opset 9) every element.
Status infer_batch_norm(Inference& op) {
  if (Status status = infer_float(op); !status) return status;
  if (op.rank(0) < 1) return op.require_rank(0, 1, INT32_MAX);
  for (int operand = 1; operand < 5; ++operand) {
    if (Status status = op.require_float(operand); !status) return status;
    const int most = op.rank(0) == 1 ? 1 : op.rank(0) - 1;
    if (Status status = op.require_rank(operand, 1, most); !status) return status;
    for (size_t d = 0; d < op.shape(operand).size(); ++d) {
      Status status = op.rank(0) == 1 ? op.require_dimension(operand, d, op.pool().integer(1), "as x has no channels")
                                      : op.require_same_dimension(0, d + 1, operand, d);
      if (!status) return status;
    }
  }
  return {};
}

// y[n, c, ...] = (x[n, c, ...] - mean[c]) * (scale[c] / sqrt(variance[c] + epsilon)) + bias[c]
void lower_batch_norm(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr x = widen(op.at(0, i));
    const auto parameter = [&](int operand) {
      std::vector<Expr> index(op.shape(operand).size(), op.pool().integer(0));
      for (size_t d = 0; d < index.size() && d + 1 < i.size(); ++d) index[d] = i[d + 1];
      return cast(op.at(operand, index), x->type.element);
    };
    const Expr deviation = unary(Opcode::kSqrt, parameter(4) + constant_like(x, op.attributes<BatchNorm>().epsilon));
    return fma(x - parameter(3), div(parameter(1), deviation), parameter(2));
  });
}

}  // namespace

constinit const OpInfo kBatchNorm{
    .name = "batch_norm",
    .doc =
        "(x - mean) * scale / sqrt(variance + epsilon) + bias of x, scale, bias, mean and variance, per "
        "channel (dimension 1). ONNX BatchNormalization at inference.",
    .least_operands = 5,
    .most_operands = 5,
    .schema = &schema_of<BatchNorm>,
    .infer = infer_batch_norm,
    .lower = lower_batch_norm};

}  // namespace burin::ir
