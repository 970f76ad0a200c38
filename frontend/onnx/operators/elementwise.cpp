// Arithmetic, comparisons and logic: one op per node, or a chain of them.
#include <array>
#include <limits>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::OpInfo;
using ir::Status;
using ir::ValueId;

template <const OpInfo& kOp>
Status import_binary(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(0), node.operand(1)}));
  return {};
}

template <const OpInfo& kOp>
Status import_swapped(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(1), node.operand(0)}));
  return {};
}

// The second operand as opset 6 and older broadcast it: its dimensions stand for those of the first from `axis` on, or for
// the last ones without `axis`.
ValueId aligned_operand(NodeImport& node) {
  const ValueId b = node.operand(1);
  if (!node.flag("broadcast", false) || !node.has_attribute("axis")) return b;
  const int64_t axis = node.integer("axis", 0);
  const int64_t first = axis < 0 ? axis + node.rank(0) : axis;
  const int64_t trailing = node.rank(0) - first - node.rank(1);
  if (first < 0 || trailing <= 0) return b;
  ir::Shape shape = node.shape(1);
  shape.insert(shape.end(), static_cast<size_t>(trailing), node.graph().pool->integer(1));
  return node.emit(ir::kReshape, {b}, ir::Attributes(ir::Reshape{shape}));
}

template <const OpInfo& kOp>
Status import_legacy_binary(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(0), aligned_operand(node)}));
  return {};
}

template <const OpInfo& kOp>
Status import_legacy_swapped(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {aligned_operand(node), node.operand(0)}));
  return {};
}

// Any number of operands, from the left: kOp(kOp(a, b), c).
template <const OpInfo& kOp>
ValueId chain(NodeImport& node) {
  ValueId value = node.operand(0);
  for (int i = 1; i < node.operand_count(); ++i) value = node.emit(kOp, {value, node.operand(i)});
  return value;
}

template <const OpInfo& kOp>
Status import_variadic(NodeImport& node) {
  node.set_result(0, chain<kOp>(node));
  return {};
}

Status import_mean(NodeImport& node) {
  const ValueId total = chain<ir::kAdd>(node);
  if (!total.valid()) return {};
  const ValueId count = node.scalar_constant(node.operand_count(), node.type(total).element);
  node.set_result(0, node.emit(ir::kDiv, {total, count}));
  return {};
}

Status import_mod(NodeImport& node) {
  const OpInfo& op = node.flag("fmod", false) ? ir::kFmod : ir::kMod;
  node.set_result(0, node.emit(op, {node.operand(0), node.operand(1)}));
  return {};
}

Status import_bit_shift(NodeImport& node) {
  const std::string direction = node.text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return node.fault("attribute-value", "attribute \"direction\": expected LEFT or RIGHT, found \"{}\"", direction);
  }
  const OpInfo& op = direction == "LEFT" ? ir::kShiftLeft : ir::kShiftRight;
  node.set_result(0, node.emit(op, {node.operand(0), node.operand(1)}));
  return {};
}

Status import_is_inf(NodeImport& node) {
  const ir::IsInf kinds{node.flag("detect_negative", true), node.flag("detect_positive", true)};
  node.set_result(0, node.emit(ir::kIsInf, {node.operand(0)}, ir::Attributes(kinds)));
  return {};
}

Status import_where(NodeImport& node) {
  node.set_result(0, node.emit(ir::kSelect, {node.operand(0), node.operand(1), node.operand(2)}));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Abs", 1, import_unary<ir::kAbs>},
    {"", "Acos", 7, import_unary<ir::kAcos>},
    {"", "Acosh", 9, import_unary<ir::kAcosh>},
    {"", "Add", 1, import_legacy_binary<ir::kAdd>, "11"},
    {"", "Add", 7, import_binary<ir::kAdd>, "11"},
    {"", "And", 1, import_legacy_binary<ir::kAnd>, "11"},
    {"", "And", 7, import_binary<ir::kAnd>, "11"},
    {"", "Asin", 7, import_unary<ir::kAsin>},
    {"", "Asinh", 9, import_unary<ir::kAsinh>},
    {"", "Atan", 7, import_unary<ir::kAtan>},
    {"", "Atanh", 9, import_unary<ir::kAtanh>},
    {"", "BitShift", 11, import_bit_shift, "11"},
    {"", "BitwiseAnd", 18, import_binary<ir::kAnd>, "11"},
    {"", "BitwiseNot", 18, import_unary<ir::kNot>},
    {"", "BitwiseOr", 18, import_binary<ir::kOr>, "11"},
    {"", "BitwiseXor", 18, import_binary<ir::kXor>, "11"},
    {"", "Ceil", 1, import_unary<ir::kCeil>},
    {"", "Cos", 7, import_unary<ir::kCos>},
    {"", "Cosh", 9, import_unary<ir::kCosh>},
    {"", "Div", 1, import_legacy_binary<ir::kDiv>, "11"},
    {"", "Div", 7, import_binary<ir::kDiv>, "11"},
    {"", "Equal", 1, import_legacy_binary<ir::kEqual>, "11"},
    {"", "Equal", 7, import_binary<ir::kEqual>, "11"},
    {"", "Erf", 9, import_unary<ir::kErf>},
    {"", "Exp", 1, import_unary<ir::kExp>},
    {"", "Floor", 1, import_unary<ir::kFloor>},
    {"", "Greater", 1, import_legacy_swapped<ir::kLess>, "11"},
    {"", "Greater", 7, import_swapped<ir::kLess>, "11"},
    {"", "GreaterOrEqual", 12, import_swapped<ir::kLessEqual>, "11"},
    {"", "IsInf", 10, import_is_inf},
    {"", "IsNaN", 9, import_unary<ir::kIsNan>},
    {"", "Less", 1, import_legacy_binary<ir::kLess>, "11"},
    {"", "Less", 7, import_binary<ir::kLess>, "11"},
    {"", "LessOrEqual", 12, import_binary<ir::kLessEqual>, "11"},
    {"", "Log", 1, import_unary<ir::kLog>},
    {"", "Max", 1, import_variadic<ir::kMax>, "11*"},
    {"", "Mean", 1, import_mean, "11*"},
    {"", "Min", 1, import_variadic<ir::kMin>, "11*"},
    {"", "Mod", 10, import_mod, "11"},
    {"", "Mul", 1, import_legacy_binary<ir::kMul>, "11"},
    {"", "Mul", 7, import_binary<ir::kMul>, "11"},
    {"", "Neg", 1, import_unary<ir::kNeg>},
    {"", "Not", 1, import_unary<ir::kNot>},
    {"", "Or", 1, import_legacy_binary<ir::kOr>, "11"},
    {"", "Or", 7, import_binary<ir::kOr>, "11"},
    {"", "Pow", 1, import_legacy_binary<ir::kPow>, "11"},
    {"", "Pow", 7, import_binary<ir::kPow>, "11"},
    {"", "Reciprocal", 1, import_unary<ir::kReciprocal>},
    {"", "Round", 11, import_unary<ir::kRound>},
    {"", "Sign", 9, import_unary<ir::kSign>},
    {"", "Sin", 7, import_unary<ir::kSin>},
    {"", "Sinh", 9, import_unary<ir::kSinh>},
    {"", "Sqrt", 1, import_unary<ir::kSqrt>},
    {"", "Sub", 1, import_legacy_binary<ir::kSub>, "11"},
    {"", "Sub", 7, import_binary<ir::kSub>, "11"},
    {"", "Sum", 1, import_variadic<ir::kAdd>, "11*"},
    {"", "Tan", 7, import_unary<ir::kTan>},
    {"", "Tanh", 1, import_unary<ir::kTanh>},
    {"", "Where", 9, import_where, "111"},
    {"", "Xor", 1, import_legacy_binary<ir::kXor>, "11"},
    {"", "Xor", 7, import_binary<ir::kXor>, "11"},
});

}  // namespace

std::span<const ImportRow> elementwise_rows() { return kRows; }

}  // namespace burin::frontend
