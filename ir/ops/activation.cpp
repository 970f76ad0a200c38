// Activations: functions of one floating operand, most with parameters.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/scalar_functions.h"

namespace burin::ir {
namespace {

template <class Parameters, Expr (*kFunction)(Expr, const Parameters&)>
void lower_with(Lowering& op) {
  const auto& parameters = op.attributes<Parameters>();
  lower_map(op, [&](std::span<const Expr> i) { return kFunction(widen(op.at(0, i)), parameters); });
}

// Operands 1 and 2, each optional, are scalars (or hold one element) of x's type.
Status infer_clip(Inference& op) {
  if (Status status = infer_number(op); !status) return status;
  for (int i : {1, 2}) {
    if (!op.has(i)) continue;
    if (Status status = op.require_same_element(0, i); !status) return status;
    if (static_element_count(op.shape(i)) != 1) {
      return op.fault("shape-mismatch", "operand {}: expected one element, found shape [{}]", i, text_of(op.shape(i)));
    }
  }
  return {};
}

void lower_clip(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const auto bound = [&](int operand) {
      const std::vector<Expr> origin(op.shape(operand).size(), op.pool().integer(0));
      return widen(op.at(operand, origin));
    };
    Expr x = widen(op.at(0, i));
    if (op.has(1)) x = max(bound(1), x);
    if (op.has(2)) x = min(bound(2), x);
    return x;
  });
}

Status infer_prelu(Inference& op) {
  if (Status status = infer_broadcast(op); !status) return status;
  return op.element(0) == ElementType::kBool
             ? Status(op.fault("type-mismatch", "operand 0: expected a number, found bool"))
             : Status();
}

void lower_prelu(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr x = widen(op.broadcast_at(0, i));
    return select(less(x, constant_like(x, 0)), x * widen(op.broadcast_at(1, i)), x);
  });
}

}  // namespace

constinit const OpInfo kClip{.name = "clip",
                             .doc = "min(high, max(low, x)) of x, low and high; both bounds are optional. ONNX Clip.",
                             .most_operands = 3,
                             .infer = infer_clip,
                             .lower = lower_clip};
constinit const OpInfo kElu{
    .name = "elu",
    .doc = "gamma * (x > 0 ? x : alpha * (exp(beta * x) - 1)). ONNX Elu, Selu (gamma), Celu (beta = 1 / alpha).",
    .schema = &schema_of<Elu>,
    .infer = infer_float,
    .lower = lower_with<Elu, elu_of>};
constinit const OpInfo kGelu{
    .name = "gelu",
    .doc = "x * P(X <= x) for a standard normal X, by erf or by its approximation with tanh. ONNX Gelu.",
    .schema = &schema_of<Gelu>,
    .infer = infer_float,
    .lower = lower_with<Gelu, gelu_of>};
constinit const OpInfo kHardSigmoid{.name = "hard_sigmoid",
                                    .doc = "min(1, max(0, alpha * x + beta)). ONNX HardSigmoid.",
                                    .schema = &schema_of<HardSigmoid>,
                                    .infer = infer_float,
                                    .lower = lower_with<HardSigmoid, hard_sigmoid_of>};
constinit const OpInfo kLeakyRelu{.name = "leaky_relu",
                                  .doc = "x < 0 ? alpha * x : x. ONNX LeakyRelu.",
                                  .schema = &schema_of<Alpha>,
                                  .infer = infer_float,
                                  .lower = lower_with<Alpha, leaky_relu_of>};
constinit const OpInfo kPrelu{.name = "prelu",
                              .doc = "x < 0 ? slope * x : x of x and slope, broadcast. ONNX PRelu.",
                              .least_operands = 2,
                              .most_operands = 2,
                              .infer = infer_prelu,
                              .lower = lower_prelu};
constinit const OpInfo kRelu{
    .name = "relu", .doc = "max(0, x). ONNX Relu.", .infer = infer_number, .lower = lower_function<relu_of>};
constinit const OpInfo kShrink{.name = "shrink",
                               .doc = "x < -lambda ? x + bias : x > lambda ? x - bias : 0. ONNX Shrink.",
                               .schema = &schema_of<Shrink>,
                               .infer = infer_number,
                               .lower = lower_with<Shrink, shrink_of>};
constinit const OpInfo kSigmoid{.name = "sigmoid",
                                .doc = "1 / (1 + exp(-x)). ONNX Sigmoid.",
                                .infer = infer_float,
                                .lower = lower_function<sigmoid_of>};
constinit const OpInfo kSoftplus{.name = "softplus",
                                 .doc = "log(1 + exp(x)). ONNX Softplus.",
                                 .infer = infer_float,
                                 .lower = lower_function<softplus_of>};
constinit const OpInfo kSoftsign{.name = "softsign",
                                 .doc = "x / (1 + |x|). ONNX Softsign.",
                                 .infer = infer_float,
                                 .lower = lower_function<softsign_of>};
constinit const OpInfo kThresholdedRelu{.name = "thresholded_relu",
                                        .doc = "x > alpha ? x : 0. ONNX ThresholdedRelu.",
                                        .schema = &schema_of<Alpha>,
                                        .infer = infer_float,
                                        .lower = lower_with<Alpha, thresholded_relu_of>};

}  // namespace burin::ir
