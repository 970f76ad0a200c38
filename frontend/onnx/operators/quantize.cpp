// Quantization, and products of quantized integers.
#include <array>

#include "frontend/onnx/operators/cast.h"
#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/operators/window.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::Result;
using ir::Status;
using ir::ValueId;

bool holds_one(const NodeImport& node, ValueId value) { return ir::static_element_count(node.type(value).shape) == 1; }

// `to` is the result's type unless the attribute "output_dtype" names one. The axis matters only where the scale has one.
Result<ir::Quantize> quantize_attributes(NodeImport& node, ElementType to) {
  ir::Quantize quantize{0, node.integer("block_size", 0), to};
  if (!holds_one(node, node.operand(1)) || quantize.block > 0) {
    Result<int64_t> axis = axis_from_front(node, node.integer("axis", 1), node.rank(0));
    if (!axis) return axis.faults();
    quantize.axis = *axis;
  }
  if (const int64_t named = node.integer("output_dtype", 0); named != 0) {
    Result<ElementType> type = element_type_of(static_cast<int32_t>(named), node.where());
    if (!type) return type.faults();
    quantize.to = *type;
  }
  return quantize;
}

Status import_quantize(NodeImport& node) {
  Result<ir::Quantize> quantize = quantize_attributes(node, ElementType::kU8);
  if (!quantize) return quantize.faults();
  if (node.has(2)) quantize->to = node.element(2);
  const SmallElement* small =
      node.has(2) ? node.small(2) : small_element(static_cast<int32_t>(node.integer("output_dtype", 0)));
  const bool is_small_float = small != nullptr && small->kind != SmallFloat::kNone;
  if (is_small_float) quantize->to = ElementType::kF32;
  const ValueId zero_point = is_small_float ? emit_cast(node, node.operand(2), ElementType::kF32) : node.operand(2);
  ValueId y = node.emit(ir::kQuantize, {node.operand(0), node.operand(1), zero_point}, Attributes(*quantize));
  if (is_small_float) {
    y = rounded_to(node, y, *small, node.flag("saturate", true) ? Overflow::kSaturate : Overflow::kByFormat);
  } else if (small != nullptr) {
    y = saturated_to(node, y, *small);
  }
  if (small != nullptr) node.set_small(y, small->data_type);
  node.set_result(0, y);
  return {};
}

Status import_dequantize(NodeImport& node) {
  Result<ir::Quantize> quantize = quantize_attributes(node, node.element(1));
  if (!quantize) return quantize.faults();
  node.set_result(
      0, node.emit(ir::kDequantize, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(*quantize)));
  return {};
}

struct Quantized {
  ValueId value, scale, zero_point;
};

// x as u8 over its own range, widened to hold 0; the scale of a tensor of zeros is 1.
Quantized quantized_dynamically(NodeImport& node, ValueId x) {
  if (!x.valid()) return {};
  ir::Reduce all;
  for (size_t d = 0; d < node.type(x).shape.size(); ++d) all.axes.push_back(static_cast<int64_t>(d));
  const ElementType element = node.type(x).element;
  const ValueId zero = node.scalar_constant(0, element);
  const ValueId least = node.emit(ir::kMin, {node.emit(ir::kReduceMin, {x}, Attributes(all)), zero});
  const ValueId greatest = node.emit(ir::kMax, {node.emit(ir::kReduceMax, {x}, Attributes(all)), zero});
  const ValueId range =
      node.emit(ir::kDiv, {node.emit(ir::kSub, {greatest, least}), node.scalar_constant(255, element)});
  const ValueId is_zero = node.emit(ir::kEqual, {range, zero});
  const ValueId scale = node.emit(ir::kSelect, {is_zero, node.scalar_constant(1, element), range});
  const Attributes to_u8(ir::Quantize{0, 0, ElementType::kU8});
  const ValueId zero_point = node.emit(ir::kQuantize, {node.emit(ir::kNeg, {least}), scale}, to_u8);
  return {node.emit(ir::kQuantize, {x, scale, zero_point}, to_u8), scale, zero_point};
}

Status import_dynamic_quantize(NodeImport& node) {
  const Quantized quantized = quantized_dynamically(node, node.operand(0));
  node.set_result(0, quantized.value);
  node.set_result(1, quantized.scale);
  node.set_result(2, quantized.zero_point);
  return {};
}

Status import_matmul_integer(NodeImport& node) {
  node.set_result(0,
                  node.emit(ir::kMatMulInteger, {node.operand(0), node.operand(1), node.operand(2), node.operand(3)}));
  return {};
}

Result<Attributes> conv_attributes(NodeImport& node, int weights) {
  const ir::Shape kernel = kernel_of(node, weights);
  Result<WindowAttributes> window = window_attributes(node, kernel);
  if (!window) return window.faults();
  return Attributes(ir::Conv{std::move(window->strides), std::move(window->dilations), std::move(window->pads),
                             node.integer("group", 1)});
}

Status import_conv_integer(NodeImport& node) {
  Result<Attributes> conv = conv_attributes(node, 1);
  if (!conv) return conv.faults();
  node.set_result(
      0, node.emit(ir::kConvInteger, {node.operand(0), node.operand(1), node.operand(2), node.operand(3)}, *conv));
  return {};
}

ValueId as_f32(NodeImport& node, ValueId value) {
  if (!value.valid() || node.type(value).element == ElementType::kF32) return value;
  return node.emit(ir::kCast, {value}, Attributes(ir::Cast{ElementType::kF32}));
}

// left * right / result: what turns the integers of a product into those of the result.
ValueId requantization_factor(NodeImport& node, ValueId left, ValueId right, ValueId result) {
  return node.emit(ir::kDiv, {node.emit(ir::kMul, {as_f32(node, left), as_f32(node, right)}), as_f32(node, result)});
}

// Operands: x, its scale and zero point, w, its scale and zero point, the result's scale and zero point, bias.
Status import_qlinear_conv(NodeImport& node) {
  Result<Attributes> conv = conv_attributes(node, 3);
  if (!conv) return conv.faults();
  const ValueId sum = node.emit(
      ir::kConvInteger, {node.operand(0), node.operand(3), node.operand(2), node.operand(5), node.operand(8)}, *conv);
  const ValueId factor = requantization_factor(node, node.operand(1), node.operand(4), node.operand(6));
  const Attributes to(ir::Quantize{1, 0, node.element(7)});
  node.set_result(0, node.emit(ir::kRequantize, {sum, factor, node.operand(7)}, to));
  return {};
}

// A scale per row of the left factor, as something that broadcasts with the product.
ValueId per_row(NodeImport& node, ValueId scale) {
  if (!scale.valid() || node.type(scale).shape.size() != 1 || holds_one(node, scale)) return scale;
  ir::Shape shape = node.type(scale).shape;
  shape.push_back(node.graph().pool->integer(1));
  return emit_reshape(node, scale, std::move(shape));
}

// Operands: a, its scale and zero point, b, its scale and zero point, the result's scale and zero point.
Status import_qlinear_matmul(NodeImport& node) {
  const ValueId sum =
      node.emit(ir::kMatMulInteger, {node.operand(0), node.operand(3), node.operand(2), node.operand(5)});
  const ValueId factor = requantization_factor(node, per_row(node, node.operand(1)), node.operand(4), node.operand(6));
  const Attributes to(ir::Quantize{0, 0, node.element(7)});
  if (!sum.valid() || !factor.valid()) return {};
  if (holds_one(node, factor)) {
    node.set_result(0, node.emit(ir::kRequantize, {sum, factor, node.operand(7)}, to));
    return {};
  }
  const ValueId scaled = node.emit(ir::kMul, {as_f32(node, sum), factor});
  node.set_result(0,
                  node.emit(ir::kQuantize, {scaled, node.scalar_constant(1, ElementType::kF32), node.operand(7)}, to));
  return {};
}

// (product of integers) * left_scale * right_scale + bias
ValueId scaled_product(NodeImport& node, ValueId product, ValueId left_scale, ValueId right_scale, ValueId bias) {
  const ValueId scale = node.emit(ir::kMul, {left_scale, right_scale});
  if (!product.valid() || !scale.valid()) return {};
  const ValueId floats = node.emit(ir::kCast, {product}, Attributes(ir::Cast{node.type(scale).element}));
  const ValueId scaled = node.emit(ir::kMul, {floats, scale});
  return bias.valid() ? node.emit(ir::kAdd, {scaled, bias}) : scaled;
}

// com.microsoft: a, b, scale of a, scale of b, zero points of a and b, bias.
Status import_matmul_integer_to_float(NodeImport& node) {
  const ValueId product =
      node.emit(ir::kMatMulInteger, {node.operand(0), node.operand(1), node.operand(4), node.operand(5)});
  node.set_result(0, scaled_product(node, product, per_row(node, node.operand(2)), node.operand(3), node.operand(6)));
  return {};
}

// com.microsoft: a of floats, b, scale of b, zero point of b, bias.
Status import_dynamic_quantize_matmul(NodeImport& node) {
  const Quantized a = quantized_dynamically(node, node.operand(0));
  const ValueId product = node.emit(ir::kMatMulInteger, {a.value, node.operand(1), a.zero_point, node.operand(3)});
  node.set_result(0, scaled_product(node, product, a.scale, node.operand(2), node.operand(4)));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "ConvInteger", 10, import_conv_integer, "11??"},
    {"", "DequantizeLinear", 10, import_dequantize, "11?"},
    {"", "DynamicQuantizeLinear", 11, import_dynamic_quantize},
    {"", "MatMulInteger", 10, import_matmul_integer, "11??"},
    {"", "QLinearConv", 10, import_qlinear_conv, "11111111?"},
    {"", "QLinearMatMul", 10, import_qlinear_matmul, "11111111"},
    {"", "QuantizeLinear", 10, import_quantize, "11?"},
    {"com.microsoft", "DequantizeLinear", 1, import_dequantize, "11?"},
    {"com.microsoft", "DynamicQuantizeMatMul", 1, import_dynamic_quantize_matmul, "111??"},
    {"com.microsoft", "MatMulIntegerToFloat", 1, import_matmul_integer_to_float, "1111???"},
    {"com.microsoft", "QuantizeLinear", 1, import_quantize, "11?"},
});

}  // namespace

std::span<const ImportRow> quantize_rows() { return kRows; }

}  // namespace burin::frontend
