// Activations. A product or a chain of others decomposes here.
#include <array>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::OpInfo;
using ir::Status;
using ir::ValueId;

template <class Parameters>
void finish(NodeImport& node, const OpInfo& op, Parameters parameters) {
  node.set_result(0, node.emit(op, {node.operand(0)}, Attributes(std::move(parameters))));
}

Status import_elu(NodeImport& node) {
  finish(node, ir::kElu, ir::Elu{node.number("alpha", 1), 1, 1});
  return {};
}

// Selu-1 has rounder constants than later versions.
Status import_selu_1(NodeImport& node) {
  finish(node, ir::kElu, ir::Elu{node.number("alpha", 1.6732), 1, node.number("gamma", 1.0507)});
  return {};
}
Status import_selu(NodeImport& node) {
  finish(node, ir::kElu,
         ir::Elu{node.number("alpha", 1.67326319217681884765625), 1, node.number("gamma", 1.05070102214813232421875)});
  return {};
}

Status import_celu(NodeImport& node) {
  const double alpha = node.number("alpha", 1);
  if (alpha == 0) return node.fault("attribute-value", "attribute \"alpha\": expected a number other than 0, found 0");
  finish(node, ir::kElu, ir::Elu{alpha, 1 / alpha, 1});
  return {};
}

Status import_leaky_relu(NodeImport& node) {
  finish(node, ir::kLeakyRelu, ir::Alpha{node.number("alpha", 0.01)});
  return {};
}

Status import_thresholded_relu(NodeImport& node) {
  finish(node, ir::kThresholdedRelu, ir::Alpha{node.number("alpha", 1)});
  return {};
}

Status import_hard_sigmoid(NodeImport& node) {
  finish(node, ir::kHardSigmoid, ir::HardSigmoid{node.number("alpha", 0.2), node.number("beta", 0.5)});
  return {};
}

Status import_shrink(NodeImport& node) {
  finish(node, ir::kShrink, ir::Shrink{node.number("lambd", 0.5), node.number("bias", 0)});
  return {};
}

Status import_gelu(NodeImport& node) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    return node.fault("attribute-value", "attribute \"approximate\": expected none or tanh, found \"{}\"", approximate);
  }
  finish(node, ir::kGelu, ir::Gelu{approximate == "tanh"});
  return {};
}

// x * hard_sigmoid(x)
Status import_hard_swish(NodeImport& node) {
  const ValueId gate = node.emit(ir::kHardSigmoid, {node.operand(0)}, Attributes(ir::HardSigmoid{1.0 / 6, 0.5}));
  node.set_result(0, node.emit(ir::kMul, {node.operand(0), gate}));
  return {};
}

// x * sigmoid(alpha * x)
Status import_swish(NodeImport& node) {
  const ValueId gate = node.emit(ir::kSigmoid, {scaled(node, node.operand(0), node.number("alpha", 1))});
  node.set_result(0, node.emit(ir::kMul, {node.operand(0), gate}));
  return {};
}

// x * tanh(softplus(x))
Status import_mish(NodeImport& node) {
  const ValueId gate = node.emit(ir::kTanh, {node.emit(ir::kSoftplus, {node.operand(0)})});
  node.set_result(0, node.emit(ir::kMul, {node.operand(0), gate}));
  return {};
}

// Before opset 7 a slope of one dimension stands for the channels, dimension 1.
Status import_prelu_1(NodeImport& node) {
  ValueId slope = node.operand(1);
  if (node.rank(1) == 1 && node.rank(0) > 2) {
    ir::Shape shape = node.shape(1);
    shape.insert(shape.end(), static_cast<size_t>(node.rank(0) - 2), node.graph().pool->integer(1));
    slope = node.emit(ir::kReshape, {slope}, Attributes(ir::Reshape{shape}));
  }
  node.set_result(0, node.emit(ir::kPrelu, {node.operand(0), slope}));
  return {};
}

Status import_prelu(NodeImport& node) {
  node.set_result(0, node.emit(ir::kPrelu, {node.operand(0), node.operand(1)}));
  return {};
}

// Clip-6 and older have their bounds as attributes.
Status import_clip_1(NodeImport& node) {
  const auto bound = [&](std::string_view name) {
    return node.has_attribute(name) ? node.scalar_constant(node.number(name, 0), node.element(0)) : ValueId{};
  };
  const ValueId low = bound("min");
  const ValueId high = bound("max");
  node.set_result(0, node.emit(ir::kClip, {node.operand(0), low, high}));
  return {};
}

Status import_clip(NodeImport& node) {
  node.set_result(0, node.emit(ir::kClip, {node.operand(0), node.operand(1), node.operand(2)}));
  return {};
}

// Inference passes the operand through; the mask, where asked for, is all true.
Status import_dropout(NodeImport& node) {
  const std::optional<std::vector<double>> ratio = node.known_numbers(1);
  const std::optional<std::vector<int64_t>> training = node.known_integers(2);
  const bool keeps_all = ratio && !ratio->empty() && ratio->front() == 0;
  const bool inference = !node.has(2) || (training && !training->empty() && training->front() == 0);
  if (!keeps_all && !inference)
    return node.not_supported("dropout in training mode is not supported; set training_mode to false");
  node.set_result(0, node.operand(0));
  if (!node.wants(1)) return {};
  constexpr int kMaskIsBoolSince = 10;
  const ir::ElementType element = node.opset() < kMaskIsBoolSince ? node.element(0) : ir::ElementType::kBool;
  node.set_result(1, node.emit(ir::kExpand, {node.scalar_constant(1, element)}, Attributes(ir::Expand{node.shape(0)})));
  return {};
}

// --- Experimental operators of early exporters.

// alpha * tanh(beta * x)
Status import_scaled_tanh(NodeImport& node) {
  const ValueId inner = scaled(node, node.operand(0), node.number("beta", 1));
  node.set_result(0, scaled(node, node.emit(ir::kTanh, {inner}), node.number("alpha", 1)));
  return {};
}

Status require_floating(const NodeImport& node) {
  if (ir::is_float(node.element(0))) return {};
  return node.fault("type-mismatch", "operand 0: expected a floating-point type, found {}",
                    ir::info(node.element(0)).name);
}

// A value per channel as something that broadcasts with x, whose dimension 1 is the channel.
ValueId per_channel(NodeImport& node, std::vector<double> values, ir::ElementType element) {
  std::vector<std::byte> bytes(values.size() * static_cast<size_t>(ir::size_of(element)));
  for (size_t i = 0; i < values.size(); ++i) {
    ir::Scalar number;
    number.number = values[i];
    ir::store_scalar(bytes.data() + i * static_cast<size_t>(ir::size_of(element)), element,
                     ir::round_number(number.number, element));
  }
  std::vector<int64_t> dims{static_cast<int64_t>(values.size())};
  for (int d = 2; d < node.rank(0); ++d) dims.push_back(1);
  return node.constant(ir::make_literal(element, std::move(dims), std::move(bytes)));
}

// alpha * log(exp(beta * x) + 1)
Status import_parametric_softplus(NodeImport& node) {
  if (Status status = require_floating(node); !status) return status;
  const ValueId inner = scaled(node, node.operand(0), node.number("beta", 1));
  node.set_result(0, scaled(node, node.emit(ir::kSoftplus, {inner}), node.number("alpha", 1)));
  return {};
}

// scale * x + bias, with bias per channel
Status import_image_scaler(NodeImport& node) {
  if (Status status = require_floating(node); !status) return status;
  const ValueId product = scaled(node, node.operand(0), node.number("scale", 1));
  const ValueId bias = per_channel(node, node.numbers("bias"), node.element(0));
  node.set_result(0, node.emit(ir::kAdd, {product, bias}));
  return {};
}

// alpha * x + beta
Status import_affine(NodeImport& node) {
  const ValueId product = scaled(node, node.operand(0), node.number("alpha", 1));
  if (!product.valid()) return {};
  node.set_result(0, node.emit(ir::kAdd, {product, node.scalar_constant(node.number("beta", 0), node.element(0))}));
  return {};
}

// --- com.microsoft: gelu of x + bias, by erf or by tanh; x * sigmoid(alpha * x).
ValueId biased(NodeImport& node) {
  return node.has(1) ? node.emit(ir::kAdd, {node.operand(0), node.operand(1)}) : node.operand(0);
}

Status import_bias_gelu(NodeImport& node) {
  node.set_result(0, node.emit(ir::kGelu, {biased(node)}, Attributes(ir::Gelu{false})));
  return {};
}
Status import_fast_gelu(NodeImport& node) {
  node.set_result(0, node.emit(ir::kGelu, {biased(node)}, Attributes(ir::Gelu{true})));
  return {};
}
Status import_quick_gelu(NodeImport& node) {
  const ValueId gate = node.emit(ir::kSigmoid, {scaled(node, node.operand(0), node.number("alpha", 1.702))});
  node.set_result(0, node.emit(ir::kMul, {node.operand(0), gate}));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Affine", 1, import_affine, "1", Takes::kTensors, "alpha beta"},
    {"", "Celu", 12, import_celu},
    {"", "Clip", 1, import_clip_1},
    {"", "Clip", 11, import_clip, "1??"},
    {"", "Dropout", 1, import_dropout, "1??"},
    {"", "Elu", 1, import_elu},
    {"", "Gelu", 20, import_gelu},
    {"", "HardSigmoid", 1, import_hard_sigmoid},
    {"", "HardSwish", 14, import_hard_swish},
    {"", "ImageScaler", 1, import_image_scaler, "1", Takes::kTensors, "bias scale"},
    {"", "LeakyRelu", 1, import_leaky_relu},
    {"", "Mish", 18, import_mish},
    {"", "PRelu", 1, import_prelu_1, "11"},
    {"", "PRelu", 7, import_prelu, "11"},
    {"", "ParametricSoftplus", 1, import_parametric_softplus, "1", Takes::kTensors, "alpha beta"},
    {"", "Relu", 1, import_unary<ir::kRelu>},
    {"", "ScaledTanh", 1, import_scaled_tanh, "1", Takes::kTensors, "alpha beta"},
    {"", "Selu", 1, import_selu_1},
    {"", "Selu", 6, import_selu},
    {"", "Shrink", 9, import_shrink},
    {"", "Sigmoid", 1, import_unary<ir::kSigmoid>},
    {"", "Softplus", 1, import_unary<ir::kSoftplus>},
    {"", "Softsign", 1, import_unary<ir::kSoftsign>},
    {"", "Swish", 24, import_swish},
    {"", "ThresholdedRelu", 1, import_thresholded_relu},
    {"com.microsoft", "BiasGelu", 1, import_bias_gelu, "11"},
    {"com.microsoft", "FastGelu", 1, import_fast_gelu, "1?"},
    {"com.microsoft", "Gelu", 1, import_bias_gelu},
    {"com.microsoft", "QuickGelu", 1, import_quick_gelu},
});

}  // namespace

std::span<const ImportRow> activation_rows() { return kRows; }

}  // namespace burin::frontend
