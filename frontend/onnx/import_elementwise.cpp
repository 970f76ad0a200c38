// Arithmetic, comparisons, logic and casts: one op per node, or a chain of them.
#include <array>
#include <limits>

#include "frontend/onnx/data_type.h"
#include "frontend/onnx/import_rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::OpInfo;
using ir::Status;
using ir::ValueId;

template <const OpInfo& kOp>
Status import_unary(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(0)}));
  return {};
}

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
  if (!b.valid() || !node.operand(0).valid() || node.integer("broadcast", 0) == 0 || !node.has_attribute("axis"))
    return b;
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
  const OpInfo& op = node.integer("fmod", 0) != 0 ? ir::kFmod : ir::kMod;
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
  const ir::IsInf kinds{node.integer("detect_negative", 1) != 0, node.integer("detect_positive", 1) != 0};
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
    {"", "Add", 1, import_legacy_binary<ir::kAdd>},
    {"", "Add", 7, import_binary<ir::kAdd>},
    {"", "And", 1, import_legacy_binary<ir::kAnd>},
    {"", "And", 7, import_binary<ir::kAnd>},
    {"", "Asin", 7, import_unary<ir::kAsin>},
    {"", "Asinh", 9, import_unary<ir::kAsinh>},
    {"", "Atan", 7, import_unary<ir::kAtan>},
    {"", "Atanh", 9, import_unary<ir::kAtanh>},
    {"", "BitShift", 11, import_bit_shift},
    {"", "BitwiseAnd", 18, import_binary<ir::kAnd>},
    {"", "BitwiseNot", 18, import_unary<ir::kNot>},
    {"", "BitwiseOr", 18, import_binary<ir::kOr>},
    {"", "BitwiseXor", 18, import_binary<ir::kXor>},
    {"", "Ceil", 1, import_unary<ir::kCeil>},
    {"", "Cos", 7, import_unary<ir::kCos>},
    {"", "Cosh", 9, import_unary<ir::kCosh>},
    {"", "Div", 1, import_legacy_binary<ir::kDiv>},
    {"", "Div", 7, import_binary<ir::kDiv>},
    {"", "Equal", 1, import_legacy_binary<ir::kEqual>},
    {"", "Equal", 7, import_binary<ir::kEqual>},
    {"", "Erf", 9, import_unary<ir::kErf>},
    {"", "Exp", 1, import_unary<ir::kExp>},
    {"", "Floor", 1, import_unary<ir::kFloor>},
    {"", "Greater", 1, import_legacy_swapped<ir::kLess>},
    {"", "Greater", 7, import_swapped<ir::kLess>},
    {"", "GreaterOrEqual", 12, import_swapped<ir::kLessEqual>},
    {"", "IsInf", 10, import_is_inf},
    {"", "IsNaN", 9, import_unary<ir::kIsNan>},
    {"", "Less", 1, import_legacy_binary<ir::kLess>},
    {"", "Less", 7, import_binary<ir::kLess>},
    {"", "LessOrEqual", 12, import_binary<ir::kLessEqual>},
    {"", "Log", 1, import_unary<ir::kLog>},
    {"", "Max", 1, import_variadic<ir::kMax>},
    {"", "Mean", 1, import_mean},
    {"", "Min", 1, import_variadic<ir::kMin>},
    {"", "Mod", 10, import_mod},
    {"", "Mul", 1, import_legacy_binary<ir::kMul>},
    {"", "Mul", 7, import_binary<ir::kMul>},
    {"", "Neg", 1, import_unary<ir::kNeg>},
    {"", "Not", 1, import_unary<ir::kNot>},
    {"", "Or", 1, import_legacy_binary<ir::kOr>},
    {"", "Or", 7, import_binary<ir::kOr>},
    {"", "Pow", 1, import_legacy_binary<ir::kPow>},
    {"", "Pow", 7, import_binary<ir::kPow>},
    {"", "Reciprocal", 1, import_unary<ir::kReciprocal>},
    {"", "Round", 11, import_unary<ir::kRound>},
    {"", "Sign", 9, import_unary<ir::kSign>},
    {"", "Sin", 7, import_unary<ir::kSin>},
    {"", "Sinh", 9, import_unary<ir::kSinh>},
    {"", "Sqrt", 1, import_unary<ir::kSqrt>},
    {"", "Sub", 1, import_legacy_binary<ir::kSub>},
    {"", "Sub", 7, import_binary<ir::kSub>},
    {"", "Sum", 1, import_variadic<ir::kAdd>},
    {"", "Tan", 7, import_unary<ir::kTan>},
    {"", "Tanh", 1, import_unary<ir::kTanh>},
    {"", "Where", 9, import_where},
    {"", "Xor", 1, import_legacy_binary<ir::kXor>},
    {"", "Xor", 7, import_binary<ir::kXor>},
});

}  // namespace

std::span<const ImportRow> elementwise_rows() { return kRows; }

}  // namespace burin::frontend
