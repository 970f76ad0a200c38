// Products of tensors: MatMul, Gemm, Conv and their kin.
#include <array>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/operators/window.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::Expr;
using ir::Result;
using ir::Status;
using ir::ValueId;

Status import_matmul(NodeImport& node) {
  node.set_result(0, node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(ir::MatMul{})));
  return {};
}

// alpha * A * B + beta * C
Result<ValueId> gemm(NodeImport& node) {
  for (int i : {0, 1}) {
    if (node.rank(i) != 2) return node.fault("rank-mismatch", "operand {}: expected rank 2, found {}", i, node.rank(i));
  }
  const ir::MatMul transposes{node.flag("transA", false), node.flag("transB", false)};
  ValueId y = node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(transposes));
  y = scaled(node, y, node.number("alpha", 1));
  const double beta = node.number("beta", 1);
  if (node.has(2) && beta != 0) y = node.emit(ir::kAdd, {y, scaled(node, node.operand(2), beta)});
  return y;
}

Status import_gemm(NodeImport& node) {
  Result<ValueId> y = gemm(node);
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

// A kernel_shape that the weights contradict is a fault; otherwise it says nothing new.
Status require_kernel(NodeImport& node, std::span<const Expr> kernel) {
  const std::vector<int64_t> stated = node.integers("kernel_shape");
  for (size_t d = 0; d < stated.size() && d < kernel.size(); ++d) {
    const std::optional<int64_t> held = ir::constant_integer(kernel[d]);
    if (!held || *held == stated[d]) continue;
    return node.fault("shape-mismatch", "attribute \"kernel_shape\": expected {} (from operand 1), found {}", *held,
                      stated[d]);
  }
  return {};
}

Result<ValueId> convolution(NodeImport& node) {
  const ir::Shape kernel = kernel_of(node, 1);
  if (Status status = require_kernel(node, kernel); !status) return status.faults();
  Result<WindowAttributes> window = window_attributes(node, kernel);
  if (!window) return window.faults();
  ir::Conv conv{std::move(window->strides), std::move(window->dilations), std::move(window->pads),
                node.integer("group", 1)};
  return node.emit(ir::kConv, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(std::move(conv)));
}

Status import_conv(NodeImport& node) {
  const Result<ValueId> y = convolution(node);
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

// The extent of a transposed convolution without pads.
Expr unpadded_extent(const ir::ConvTranspose& conv, size_t d, Expr extent, Expr kernel) {
  const Expr reach = (kernel - 1) * conv.dilations[d] + 1;
  return (extent - 1) * conv.strides[d] + reach + conv.output_padding[d];
}

// The pads that leave `wanted` of `full` elements, or add some at the end; an odd one goes to the front unless auto_pad is
// SAME_UPPER (as in ONNX Runtime, and ConvTranspose-22).
void pad_to_extent(ir::ConvTranspose& conv, size_t d, Expr full, Expr wanted, AutoPad mode) {
  const Expr excess = ir::max(full - wanted, full->pool->integer(0));
  const Expr half = ir::floor_div(excess, 2);
  conv.pads[d] = mode == AutoPad::kSameUpper ? half : excess - half;
  conv.pads[conv.strides.size() + d] = full - wanted - conv.pads[d];
}

Status import_conv_transpose(NodeImport& node) {
  const ir::Shape kernel = kernel_of(node, 1);
  if (Status status = require_kernel(node, kernel); !status) return status;
  Result<WindowAttributes> window = window_attributes(node, kernel);
  if (!window) return window.faults();
  Result<AutoPad> mode = auto_pad(node);
  if (!mode) return mode.faults();
  const size_t spatial = window->strides.size();
  std::vector<int64_t> wanted = node.integers("output_shape");
  if (wanted.size() == spatial + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  std::vector<int64_t> output_padding = node.integers("output_padding");
  if (output_padding.empty()) output_padding.assign(spatial, 0);
  if ((!wanted.empty() && wanted.size() != spatial) || output_padding.size() != spatial) {
    return node.fault("attribute-size",
                      "attributes \"output_shape\" and \"output_padding\": expected {} values, found {} and {}",
                      spatial, wanted.size(), output_padding.size());
  }
  const bool same = *mode == AutoPad::kSameUpper || *mode == AutoPad::kSameLower;
  ir::ConvTranspose conv{std::move(window->strides), std::move(window->dilations), std::move(window->pads),
                         std::move(output_padding), node.integer("group", 1)};
  for (size_t d = 0; d < spatial; ++d) {
    const Expr extent = node.dimension(0, d + 2);
    const Expr full = unpadded_extent(conv, d, extent, kernel[d]);
    if (!wanted.empty()) {
      pad_to_extent(conv, d, full, node.graph().pool->integer(wanted[d]), *mode);
    } else if (same) {
      pad_to_extent(conv, d, full, ir::min(full, extent * conv.strides[d]), *mode);
    }
  }
  node.set_result(0, node.emit(ir::kConvTranspose, {node.operand(0), node.operand(1), node.operand(2)},
                               Attributes(std::move(conv))));
  return {};
}

// --- com.microsoft: a product and the activation behind it, named by the attribute "activation".

Result<ValueId> activated(NodeImport& node, ValueId x, double alpha, double beta) {
  const std::string activation = node.text("activation", "");
  if (!x.valid() || activation.empty()) return x;
  if (activation == "Relu") return node.emit(ir::kRelu, {x});
  if (activation == "Sigmoid") return node.emit(ir::kSigmoid, {x});
  if (activation == "Tanh") return node.emit(ir::kTanh, {x});
  if (activation == "LeakyRelu") return node.emit(ir::kLeakyRelu, {x}, Attributes(ir::Alpha{alpha}));
  if (activation == "HardSigmoid") return node.emit(ir::kHardSigmoid, {x}, Attributes(ir::HardSigmoid{alpha, beta}));
  if (activation == "Clip") {
    const auto bound = [&](double value) { return node.scalar_constant(value, node.type(x).element); };
    return node.emit(ir::kClip, {x, bound(alpha), bound(beta)});
  }
  return node.not_supported("attribute \"activation\": function \"{}\" is not supported", activation);
}

Status import_fused_gemm(NodeImport& node) {
  Result<ValueId> y = gemm(node);
  if (y) y = activated(node, *y, node.number("activation_alpha", 0.01), node.number("activation_beta", 0.5));
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

// Operand 3, where it is there, is added before the activation.
Status import_fused_conv(NodeImport& node) {
  Result<ValueId> y = convolution(node);
  if (!y) return y.faults();
  if (node.has(3)) y = node.emit(ir::kAdd, {*y, node.operand(3)});
  const std::vector<double> parameters = node.numbers("activation_params");
  const auto parameter = [&](size_t i, double otherwise) { return i < parameters.size() ? parameters[i] : otherwise; };
  y = activated(node, *y, parameter(0, 0.01), parameter(1, 0.5));
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

// com.microsoft: alpha * A * B, of matrices or stacks of them, transposed where asked.
Status import_fused_matmul(NodeImport& node) {
  if (node.flag("transBatchA", false) || node.flag("transBatchB", false)) {
    return node.not_supported("transposed batch dimensions are not supported");
  }
  const ir::MatMul transposes{node.flag("transA", false), node.flag("transB", false)};
  const ValueId product = node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(transposes));
  node.set_result(0, scaled(node, product, node.number("alpha", 1)));
  return {};
}

// com.microsoft: gelu(A * B + bias) by tanh
Status import_gemm_fast_gelu(NodeImport& node) {
  ValueId value = node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(ir::MatMul{}));
  if (node.has(2)) value = node.emit(ir::kAdd, {value, node.operand(2)});
  node.set_result(0, node.emit(ir::kGelu, {value}, Attributes(ir::Gelu{true})));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Conv", 1, import_conv, "11?"},
    {"", "ConvTranspose", 1, import_conv_transpose, "11?"},
    {"", "Gemm", 1, import_gemm, "11?"},
    {"", "MatMul", 1, import_matmul, "11"},
    {"com.microsoft", "FusedConv", 1, import_fused_conv, "11??"},
    {"com.microsoft", "FusedGemm", 1, import_fused_gemm, "11?"},
    {"com.microsoft", "FusedMatMul", 1, import_fused_matmul, "11"},
    {"com.microsoft", "GemmFastGelu", 1, import_gemm_fast_gelu, "11?"},
});

}  // namespace

std::span<const ImportRow> contraction_rows() { return kRows; }

}  // namespace burin::frontend
