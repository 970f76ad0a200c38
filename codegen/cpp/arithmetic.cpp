// Arithmetic on numbers as C++: operators where C++ means the same, helpers where it does not.
#include <fmt/format.h>

#include <bit>

#include "codegen/cpp/expressions.h"
#include "codegen/cpp/precedence.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

namespace {

// The helper of an opcode whose meaning for the type is no operator's.
Helper helper_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAdd: return Helper::kAdd;
    case Opcode::kSub: return Helper::kSub;
    case Opcode::kMul: return Helper::kMul;
    case Opcode::kDiv: return Helper::kDiv;
    case Opcode::kFloorDiv: return Helper::kFloorDiv;
    case Opcode::kCeilDiv: return Helper::kCeilDiv;
    case Opcode::kMod: return Helper::kMod;
    case Opcode::kMin: return Helper::kMin;
    case Opcode::kMax: return Helper::kMax;
    case Opcode::kPow: return Helper::kPow;
    case Opcode::kShiftLeft: return Helper::kShiftLeft;
    case Opcode::kShiftRight: return Helper::kShiftRight;
    case Opcode::kNegate: return Helper::kNegate;
    case Opcode::kAbs: return Helper::kAbs;
    case Opcode::kSqrt: return Helper::kSqrt;
    case Opcode::kFloor: return Helper::kFloor;
    case Opcode::kCeil: return Helper::kCeil;
    case Opcode::kTruncate: return Helper::kTruncate;
    case Opcode::kRoundEven: return Helper::kRoundEven;
    case Opcode::kFma:
      return Helper::kFma;
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kAnd:
    case Opcode::kOr: case Opcode::kXor: case Opcode::kEqual: case Opcode::kNotEqual: case Opcode::kLess:
    case Opcode::kLessEqual: case Opcode::kNot: case Opcode::kIsNan: case Opcode::kExp: case Opcode::kLog:
    case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan:
    case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh: case Opcode::kAcosh:
    case Opcode::kAtanh: case Opcode::kErf: case Opcode::kSelect: case Opcode::kCast: case Opcode::kBitcast:
    case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode has a helper");
  return Helper::kAdd;
}

// The operator of a sum or a product; empty for other opcodes.
std::string_view operator_of(Opcode opcode) {
  if (opcode == Opcode::kAdd) return "+";
  if (opcode == Opcode::kSub) return "-";
  if (opcode == Opcode::kMul) return "*";
  return opcode == Opcode::kDiv ? "/" : "";
}

int precedence_of(Opcode opcode) { return opcode == Opcode::kAdd || opcode == Opcode::kSub ? kSum : kProduct; }

bool is_half(ElementType element) { return element == ElementType::kF16 || element == ElementType::kBF16; }

// Types in which unsigned arithmetic stays in its type: C++ widens narrower ones to int.
bool wraps_by_itself(CppType type) {
  return is_unsigned(type.element) && (type.is_vector() || size_of(type.element) >= 4);
}

}  // namespace

std::vector<Expressions::Text> Expressions::operands_of(Expr e) {
  std::vector<Text> operands;
  for (Expr operand : e->operands) operands.push_back(print(operand));
  return operands;
}

std::vector<Expressions::Text> Expressions::operator_operands(Expr e) {
  const auto is_number = [](Expr operand) {
    return operand->opcode == Opcode::kSplat && ir::is_constant(operand) && size_of(operand->type.element) >= 4;
  };
  if (e->operands.size() != 2 || is_number(e->operands[0]) == is_number(e->operands[1])) return operands_of(e);
  std::vector<Text> operands;
  for (Expr operand : e->operands) operands.push_back(print(is_number(operand) ? operand->operands[0] : operand));
  return operands;
}

Expressions::Text Expressions::call(const std::string& function, std::span<const Text> operands) const {
  std::string text = function + "(";
  for (size_t i = 0; i < operands.size(); ++i) text += (i == 0 ? "" : ", ") + operands[i].text;
  return {text + ")", kPrimary};
}

Expressions::Text Expressions::call(Expr e, Helper helper) {
  return call(function_.helpers.function(helper, type(e)), operands_of(e));
}

Expressions::Text Expressions::arithmetic(Expr e) {
  const ElementType element = e->type.element;
  if (element == ElementType::kBool) return bool_arithmetic(e);
  if (is_half(element)) return half_arithmetic(e);
  if (is_float(element)) {
    const bool is_operator = !operator_of(e->opcode).empty();
    return float_arithmetic(e->opcode, type(e), is_operator ? operator_operands(e) : operands_of(e));
  }
  return integer_arithmetic(e);
}

Expressions::Text Expressions::bool_arithmetic(Expr e) {
  const CppType result = type(e);
  const bool junction = e->opcode == Opcode::kAnd || e->opcode == Opcode::kOr;
  const int precedence = junction && !result.is_mask() ? kEquality : kUnary;
  std::vector<std::string> operands;
  for (Expr operand : e->operands) {
    operands.push_back(
        at_least(result.is_mask() ? print_mask(operand, result.mask_bytes) : print(operand), precedence));
  }
  return logic(e->opcode, operands, result.is_mask());
}

// f16 and bf16 are computed in f32 and rounded once more; nothing but the sign of a negation or a magnitude needs less.
Expressions::Text Expressions::half_arithmetic(Expr e) {
  const CppType half = type(e);
  const CppType wide = type_of(ElementType::kF32, half.lanes);
  std::vector<Text> operands;
  for (Expr operand : e->operands) operands.push_back({as_float(operand), kPrimary});
  const Text result = float_arithmetic(e->opcode, wide, operands);
  return {fmt::format("{}({})", function_.helpers.conversion(half, wide), result.text), kPrimary};
}

Expressions::Text Expressions::float_arithmetic(Opcode opcode, CppType type, std::span<const Text> operands) {
  if (opcode == Opcode::kNegate) return {"-" + at_least(operands[0], kUnary + 1), kUnary};
  const std::string_view symbol = operator_of(opcode);
  if (symbol.empty()) return call(function_.helpers.function(helper_of(opcode), type), operands);
  const int precedence = precedence_of(opcode);
  return {fmt::format("{} {} {}", at_least(operands[0], precedence), symbol, at_least(operands[1], precedence + 1)),
          precedence};
}

Expressions::Text Expressions::integer_arithmetic(Expr e) {
  const CppType result = type(e);
  switch (e->opcode) {
    case Opcode::kAdd:
    case Opcode::kSub:
    case Opcode::kMul:
    case Opcode::kNegate:
      if (wraps_by_itself(result) || is_index(e)) return plain_integer(e);
      return call(e, helper_of(e->opcode));
    case Opcode::kDiv:
    case Opcode::kFloorDiv:
    case Opcode::kCeilDiv:
    case Opcode::kMod: return division(e);
    case Opcode::kShiftLeft:
    case Opcode::kShiftRight: return shift(e);
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kXor:
    case Opcode::kNot: return bits(e);
    case Opcode::kSqrt:
    case Opcode::kFloor:
    case Opcode::kCeil:
    case Opcode::kTruncate:
    case Opcode::kRoundEven:
      return print(e->operands[0]);
      // clang-format off
    case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAbs: case Opcode::kFma:
      return call(e, helper_of(e->opcode));
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kEqual:
    case Opcode::kNotEqual: case Opcode::kLess: case Opcode::kLessEqual: case Opcode::kIsNan: case Opcode::kExp:
    case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin: case Opcode::kAcos:
    case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh:
    case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kSelect: case Opcode::kCast:
    case Opcode::kBitcast: case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode is arithmetic on integers");
  return {};
}

Expressions::Text Expressions::plain_integer(Expr e) {
  if (e->opcode == Opcode::kNegate) return {"-" + operand_at(e->operands[0], kUnary + 1), kUnary};
  const int precedence = precedence_of(e->opcode);
  const std::vector<Text> operands = operator_operands(e);
  const std::string left = at_least(operands[0], precedence);
  return {fmt::format("{} {} {}", left, operator_of(e->opcode), at_least(operands[1], precedence + 1)), precedence};
}

// Operators where the divisor cannot be 0 and both sides are on the side where rounding down is rounding toward zero.
Expressions::Text Expressions::division(Expr e) {
  const Expr a = e->operands[0];
  const Expr b = e->operands[1];
  const bool known_divisor = e->type.lanes == 1 && ir::constant_integer(b).value_or(0) > 0;
  const bool unsigned_division = is_unsigned(e->type.element) && known_divisor;
  const bool positive = e->type == ir::kIndex && a->low >= 0 && b->low >= 1;
  const bool truncates = e->type.lanes == 1 && e->opcode == Opcode::kDiv && known_divisor;
  if (e->opcode == Opcode::kCeilDiv || !(unsigned_division || positive || truncates))
    return call(e, helper_of(e->opcode));
  const std::string left = operand_at(a, kProduct);
  return {fmt::format("{} {} {}", left, e->opcode == Opcode::kMod ? "%" : "/", operand_at(b, kProduct + 1)), kProduct};
}

Expressions::Text Expressions::shift(Expr e) {
  const CppType result = type(e);
  const bool left = e->opcode == Opcode::kShiftLeft;
  const std::optional<int64_t> by = ir::constant_integer(e->operands[1]);
  const bool in_range = by && *by >= 0 && *by < 8 * size_of(result.element);
  const bool defined = in_range && (!left || wraps_by_itself(result) || result.is_vector());
  if (!defined) return call(e, helper_of(e->opcode));
  const std::string value = operand_at(e->operands[0], kUnary);
  if (left && !is_unsigned(result.element)) {
    Helpers& helpers = function_.helpers;
    return {fmt::format("({})(({}){} << {})", helpers.type(result), helpers.type(unsigned_of(result)), value, *by),
            kUnary};
  }
  return {fmt::format("{} {} {}", value, left ? "<<" : ">>", *by), kShift};
}

Expressions::Text Expressions::bits(Expr e) {
  const CppType result = type(e);
  if (e->opcode == Opcode::kNot) {
    const std::string inverted = "~" + operand_at(e->operands[0], kUnary);
    if (result.is_vector() || size_of(result.element) >= 4) return {inverted, kUnary};
    return {fmt::format("static_cast<{}>({})", cpp_name(result), inverted), kPrimary};
  }
  const std::string_view symbol = e->opcode == Opcode::kAnd ? "&" : e->opcode == Opcode::kOr ? "|" : "^";
  const std::vector<Text> operands = operator_operands(e);
  return {fmt::format("{} {} {}", at_least(operands[0], kUnary), symbol, at_least(operands[1], kUnary)), kBits};
}

}  // namespace burin::codegen::cpp
