// com.microsoft's operators on quantized tensors, as ONNX Runtime's static quantization writes them: what they compute on
// numbers, between a dequantization and a quantization. Products of quantized integers are in import_quantize.cpp.
#include <array>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/operators/window.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::OpInfo;
using ir::Result;
using ir::Status;
using ir::ValueId;

// (x - zero_point) * scale, where operands `at`, `at + 1` and `at + 2` are x, its scale and its zero point.
ValueId dequantized(NodeImport& node, int at) {
  if (!node.has(at) || !node.has(at + 1)) return {};
  const Attributes to(ir::Quantize{0, 0, node.element(at + 1)});
  return node.emit(ir::kDequantize, {node.operand(at), node.operand(at + 1), node.operand(at + 2)}, to);
}

// Binds the result, quantized by operands `at` and `at + 1`; of the type of the operand `like` where it has no zero point.
void set_quantized(NodeImport& node, ValueId value, int at, int like) {
  if (!value.valid() || !node.has(at)) return;
  const ElementType to = node.has(at + 1) ? node.element(at + 1) : node.element(like);
  node.set_result(
      0, node.emit(ir::kQuantize, {value, node.operand(at), node.operand(at + 1)}, Attributes(ir::Quantize{0, 0, to})));
}

// Operands: a, its scale and zero point, b, its scale and zero point, the result's scale and zero point. ONNX Runtime rounds after
// it has added the zero point, unlike QuantizeLinear: with an odd one, ties go the other way.
template <const OpInfo& kOp>
Status import_binary(NodeImport& node) {
  const ValueId value = node.emit(kOp, {dequantized(node, 0), dequantized(node, 3)});
  ValueId moved = node.emit(ir::kDiv, {value, node.operand(6)});
  if (node.has(7)) moved = node.emit(ir::kAdd, {moved, emit_cast(node, node.operand(7), node.element(6))});
  const ElementType to = node.has(7) ? node.element(7) : node.element(0);
  const ValueId one = node.scalar_constant(1, node.element(6));
  node.set_result(0, node.emit(ir::kQuantize, {moved, one}, Attributes(ir::Quantize{0, 0, to})));
  return {};
}

// Operands: x, its scale and zero point, the result's scale and zero point.
Status import_sigmoid(NodeImport& node) {
  set_quantized(node, node.emit(ir::kSigmoid, {dequantized(node, 0)}), 3, 0);
  return {};
}

Status import_leaky_relu(NodeImport& node) {
  const Attributes alpha(ir::Alpha{node.number("alpha", 0.01)});
  set_quantized(node, node.emit(ir::kLeakyRelu, {dequantized(node, 0)}, alpha), 3, 0);
  return {};
}

Status import_softmax(NodeImport& node) {
  const Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  constexpr int64_t kOneAxisSince = 13;
  ir::OverAxes over{{*axis}};
  if (node.integer("opset", kOneAxisSince) < kOneAxisSince) {
    for (int64_t d = *axis + 1; d < node.rank(0); ++d) over.axes.push_back(d);
  }
  set_quantized(node, node.emit(ir::kSoftmax, {dequantized(node, 0)}, Attributes(over)), 3, 0);
  return {};
}

Status import_reduce_mean(NodeImport& node) {
  std::vector<int64_t> given = node.integers("axes");
  for (int64_t d = 0; given.empty() && d < node.rank(0); ++d) given.push_back(d);
  const Result<std::vector<int64_t>> axes = axes_from_front(node, std::move(given), node.rank(0));
  if (!axes) return axes.faults();
  const Attributes reduce(ir::Reduce{*axes, node.flag("keepdims", true)});
  set_quantized(node, node.emit(ir::kReduceMean, {dequantized(node, 0)}, reduce), 3, 0);
  return {};
}

Status import_global_average(NodeImport& node) {
  const bool channels_last = node.flag("channels_last", false);
  ir::Reduce reduce{{}, true};
  const int64_t first = channels_last ? 1 : 2;
  for (int64_t d = 0; d < node.rank(0) - 2; ++d) reduce.axes.push_back(first + d);
  set_quantized(node, node.emit(ir::kReduceMean, {dequantized(node, 0)}, Attributes(reduce)), 3, 0);
  return {};
}

Status import_average_pool(NodeImport& node) {
  if (node.flag("channels_last", false))
    return node.not_supported("attribute \"channels_last\": expected 0, found {}", node.integer("channels_last", 0));
  Result<ir::Pool> pool = pool_attributes(node);
  if (!pool) return pool.faults();
  set_quantized(node, node.emit(ir::kAveragePool, {dequantized(node, 0)}, Attributes(*std::move(pool))), 3, 0);
  return {};
}

// Operands: the result's scale and zero point, then each part with its scale and zero point.
Status import_concat(NodeImport& node) {
  const Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(2));
  if (!axis) return axis.faults();
  std::vector<ValueId> parts;
  for (int i = 2; i < node.operand_count(); i += 3) {
    parts.push_back(dequantized(node, i));
    if (!parts.back().valid())
      return node.fault("missing-operand", "operands {} and {}: expected a part and its scale, found none", i, i + 1);
  }
  set_quantized(node, emit_concat(node, std::move(parts), *axis), 0, 2);
  return {};
}

// Operands: condition, a with its scale and zero point, b with its own, the result's scale and zero point.
Status import_where(NodeImport& node) {
  set_quantized(node, node.emit(ir::kSelect, {node.operand(0), dequantized(node, 1), dequantized(node, 4)}), 7, 1);
  return {};
}

ValueId transposed_matrix(NodeImport& node, ValueId value, std::string_view attribute) {
  if (!value.valid() || node.type(value).shape.size() != 2 || node.integer(attribute, 0) == 0) return value;
  return emit_transpose(node, value, {1, 0});
}

// alpha * a * b + c, quantized where a scale of the result is given. Operands: a, its scale and zero point, b, its scale and
// zero point, c in units of alpha * (both scales), the result's scale and zero point.
Status import_gemm(NodeImport& node) {
  ValueId sum = node.emit(ir::kMatMulInteger,
                          {transposed_matrix(node, node.operand(0), "transA"),
                           transposed_matrix(node, node.operand(3), "transB"), node.operand(2), node.operand(5)});
  if (node.has(6)) sum = node.emit(ir::kAdd, {sum, node.operand(6)});
  ValueId scale = node.emit(ir::kMul, {node.operand(1), node.operand(4)});
  scale = node.emit(ir::kMul, {scale, node.scalar_constant(node.number("alpha", 1), node.element(1))});
  const ValueId y = node.emit(ir::kMul, {emit_cast(node, sum, node.element(1)), scale});
  if (node.has(7)) {
    set_quantized(node, y, 7, 0);
  } else {
    node.set_result(0, y);
  }
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"com.microsoft", "QGemm", 1, import_gemm, "111111???"},
    {"com.microsoft", "QLinearAdd", 1, import_binary<ir::kAdd>, "11?11?1?"},
    {"com.microsoft", "QLinearAveragePool", 1, import_average_pool, "11?1?"},
    {"com.microsoft", "QLinearConcat", 1, import_concat, "1111?*"},
    {"com.microsoft", "QLinearGlobalAveragePool", 1, import_global_average, "11111"},
    {"com.microsoft", "QLinearLeakyRelu", 1, import_leaky_relu, "11?1?"},
    {"com.microsoft", "QLinearMul", 1, import_binary<ir::kMul>, "11?11?1?"},
    {"com.microsoft", "QLinearReduceMean", 1, import_reduce_mean, "11?1?"},
    {"com.microsoft", "QLinearSigmoid", 1, import_sigmoid, "11?1?"},
    {"com.microsoft", "QLinearSoftmax", 1, import_softmax, "11?11"},
    {"com.microsoft", "QLinearWhere", 1, import_where, "111111111"},
});

}  // namespace

std::span<const ImportRow> quantized_math_rows() { return kRows; }

}  // namespace burin::frontend
