#include "ir/expr/syntax.h"

#include <charconv>
#include <system_error>

namespace burin::ir {

int precedence_of(Opcode opcode) {
  if (opcode == Opcode::kOr) return 1;
  if (opcode == Opcode::kXor) return 2;
  if (opcode == Opcode::kAnd) return 3;
  if (is_comparison(opcode)) return 4;
  if (opcode == Opcode::kShiftLeft || opcode == Opcode::kShiftRight) return 5;
  if (opcode == Opcode::kAdd || opcode == Opcode::kSub) return 6;
  return info(opcode).syntax == Syntax::kInfix ? 7 : kTightest;
}

ExprForm form_of(Opcode opcode) {
  if (opcode == Opcode::kConstant) return ExprForm::kConstant;
  if (opcode == Opcode::kVariable) return ExprForm::kVariable;
  if (opcode == Opcode::kRead) return ExprForm::kRead;
  if (opcode == Opcode::kLoad) return ExprForm::kLoad;
  if (opcode == Opcode::kSelect) return ExprForm::kSelect;
  if (opcode == Opcode::kCast) return ExprForm::kCast;
  if (opcode == Opcode::kBitcast) return ExprForm::kBitcast;
  if (opcode == Opcode::kSplat || opcode == Opcode::kRamp || opcode == Opcode::kLane || opcode == Opcode::kHead) {
    return ExprForm::kWithNumber;
  }
  return info(opcode).syntax == Syntax::kInfix ? ExprForm::kInfix : ExprForm::kCall;
}

std::string text_of(ValueType type) {
  return std::string(info(type.element).name) + (type.lanes == 1 ? "" : "x" + std::to_string(type.lanes));
}

std::optional<ValueType> value_type_named(std::string_view text) {
  if (const auto element = element_type_named(text)) return ValueType{*element, 1};
  const size_t cut = text.rfind('x');
  if (cut == std::string_view::npos) return std::nullopt;
  const auto element = element_type_named(text.substr(0, cut));
  int lanes = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + cut + 1, end, lanes);
  if (!element || error != std::errc() || rest != end || lanes < 2 || lanes > kMostLanes) return std::nullopt;
  return ValueType{*element, lanes};
}

}  // namespace burin::ir
