#include "ir/expr_syntax.h"

namespace burin::ir {

bool is_comparison(Opcode opcode) {
  return opcode == Opcode::kEqual || opcode == Opcode::kNotEqual || opcode == Opcode::kLess ||
         opcode == Opcode::kLessEqual;
}

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

}  // namespace burin::ir
