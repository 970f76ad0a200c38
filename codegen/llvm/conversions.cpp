// Casts of ExprEmitter: between element types, with the saturation and rounding of ir/expr/scalar.h.
#include <llvm/IR/Intrinsics.h>

#include "codegen/llvm/expressions.h"
#include "codegen/llvm/float_arithmetic.h"
#include "codegen/llvm/value_types.h"

namespace burin::codegen {

using ir::ElementType;
using ir::Expr;

namespace {
bool is_half(ElementType element) { return element == ElementType::kF16 || element == ElementType::kBF16; }
bool is_signed(ElementType element) { return ir::is_integer(element) && !ir::is_unsigned(element); }
}  // namespace

llvm::Value* ExprEmitter::cast(Expr e, llvm::Value* operand) {
  return ir::is_float(e->operands[0]->type.element) ? cast_from_float(e, operand) : cast_from_integer(e, operand);
}

llvm::Value* ExprEmitter::cast_from_float(Expr e, llvm::Value* operand) {
  const ElementType to = e->type.element;
  llvm::Type* type = value_type(builder_.getContext(), e->type);
  if (is_half(to)) return round_to_half(builder_, target_.has, to, operand);
  if (ir::is_float(to)) return builder_.CreateFPCast(operand, type);
  if (to == ElementType::kBool)
    return builder_.CreateFCmpUNE(operand, llvm::Constant::getNullValue(operand->getType()));
  const auto saturating = is_signed(to) ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat;
  return builder_.CreateIntrinsic(saturating, {type, operand->getType()}, {operand});
}

llvm::Value* ExprEmitter::cast_from_integer(Expr e, llvm::Value* operand) {
  const ElementType from = e->operands[0]->type.element;
  const ElementType to = e->type.element;
  llvm::Type* type = value_type(builder_.getContext(), e->type);
  if (to == ElementType::kBool) return builder_.CreateICmpNE(operand, llvm::Constant::getNullValue(operand->getType()));
  const auto to_float = [&](llvm::Type* scalar) {
    llvm::Type* wide = widened(scalar, e->type.lanes);
    return is_signed(from) ? builder_.CreateSIToFP(operand, wide) : builder_.CreateUIToFP(operand, wide);
  };
  if (is_half(to)) {
    // An integer that a float does not hold exactly is infinite in binary16, and needs the bits of a double for bfloat16.
    const bool exact_in_float = to == ElementType::kF16 || ir::size_of(from) <= 2;
    return round_to_half(builder_, target_.has, to,
                         to_float(exact_in_float ? builder_.getFloatTy() : builder_.getDoubleTy()));
  }
  if (ir::is_float(to)) return to_float(type->getScalarType());
  return builder_.CreateIntCast(operand, type, is_signed(from));
}

llvm::Value* ExprEmitter::bitcast(Expr e, llvm::Value* operand) {
  const ir::ValueType from = e->operands[0]->type;
  llvm::Value* stored = to_memory(operand, from);
  return from_memory(builder_.CreateBitCast(stored, memory_type(builder_.getContext(), e->type)), e->type);
}

llvm::Value* ExprEmitter::from_memory(llvm::Value* stored, ir::ValueType type) {
  if (type.element == ElementType::kBool)
    return builder_.CreateICmpNE(stored, llvm::Constant::getNullValue(stored->getType()));
  if (is_half(type.element)) return extend_half(builder_, target_.has, type.element, stored);
  return stored;
}

llvm::Value* ExprEmitter::to_memory(llvm::Value* value, ir::ValueType type) {
  if (type.element == ElementType::kBool) return builder_.CreateZExt(value, memory_type(builder_.getContext(), type));
  if (is_half(type.element)) return half_bits(builder_, target_.has, type.element, value);
  return value;
}

}  // namespace burin::codegen
