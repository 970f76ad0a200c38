#include "codegen/llvm/integer_arithmetic.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>

#include "ir/base/result.h"

namespace burin::codegen {
namespace {

using Builder = llvm::IRBuilder<>;

llvm::Constant* integer(llvm::Value* of_type, int64_t value) {
  return llvm::ConstantInt::getSigned(of_type->getType(), value);
}

// The value of a constant, also when it is the same in every lane.
const llvm::APInt* constant_of(llvm::Value* value) {
  auto* constant = llvm::dyn_cast<llvm::Constant>(value);
  if (constant == nullptr) return nullptr;
  if (value->getType()->isVectorTy()) constant = constant->getSplatValue();
  auto* number = llvm::dyn_cast_or_null<llvm::ConstantInt>(constant);
  return number == nullptr ? nullptr : &number->getValue();
}

struct Division {
  llvm::Value* quotient;
  llvm::Value* remainder;
};

Division plain_division(Builder& b, Signedness sign, llvm::Value* x, llvm::Value* y) {
  if (sign == Signedness::kUnsigned) return {b.CreateUDiv(x, y), b.CreateURem(x, y)};
  return {b.CreateSDiv(x, y), b.CreateSRem(x, y)};
}

// Toward zero, with a divisor that is neither 0 nor -1, corrected to the rounding of `opcode`.
llvm::Value* rounded_division(Builder& b, ir::Opcode opcode, Signedness sign, llvm::Value* x, llvm::Value* y) {
  const auto [quotient, remainder] = plain_division(b, sign, x, y);
  llvm::Value* zero = integer(x, 0);
  if (opcode == ir::Opcode::kDiv) return quotient;
  llvm::Value* is_inexact = b.CreateICmpNE(remainder, zero);
  if (sign == Signedness::kUnsigned) {
    if (opcode == ir::Opcode::kFloorDiv) return quotient;
    if (opcode == ir::Opcode::kMod) return remainder;
    return b.CreateAdd(quotient, b.CreateZExt(is_inexact, x->getType()));
  }
  llvm::Value* signs_differ = b.CreateICmpSLT(b.CreateXor(remainder, y), zero);
  llvm::Value* below = b.CreateAnd(is_inexact, signs_differ);
  if (opcode == ir::Opcode::kFloorDiv) return b.CreateSub(quotient, b.CreateZExt(below, x->getType()));
  if (opcode == ir::Opcode::kMod) return b.CreateAdd(remainder, b.CreateSelect(below, y, zero));
  llvm::Value* above = b.CreateAnd(is_inexact, b.CreateNot(signs_differ));
  return b.CreateAdd(quotient, b.CreateZExt(above, x->getType()));
}

// base ^ exponent modulo 2^64, by squaring; a negative exponent gives the integer part of the inverse. Made once per module.
llvm::Function* power_function(llvm::Module& module) {
  constexpr const char* kName = "burin_power_i64";
  if (llvm::Function* known = module.getFunction(kName)) return known;
  llvm::LLVMContext& context = module.getContext();
  llvm::Type* wide = llvm::Type::getInt64Ty(context);
  auto* function = llvm::Function::Create(llvm::FunctionType::get(wide, {wide, wide}, false),
                                          llvm::Function::InternalLinkage, kName, module);
  function->setDoesNotThrow();
  auto* start = llvm::BasicBlock::Create(context, "start", function);
  auto* negative = llvm::BasicBlock::Create(context, "negative", function);
  auto* loop = llvm::BasicBlock::Create(context, "loop", function);
  auto* end = llvm::BasicBlock::Create(context, "end", function);
  llvm::Value* base = function->getArg(0);
  llvm::Value* exponent = function->getArg(1);
  Builder b(start);
  llvm::Constant* zero = b.getInt64(0);
  llvm::Constant* one = b.getInt64(1);
  llvm::Constant* minus_one = llvm::ConstantInt::getSigned(wide, -1);
  b.CreateCondBr(b.CreateICmpSLT(exponent, zero), negative, loop);

  b.SetInsertPoint(negative);
  llvm::Value* is_odd = b.CreateTrunc(exponent, b.getInt1Ty());
  llvm::Value* inverse = b.CreateSelect(b.CreateICmpEQ(base, minus_one), b.CreateSelect(is_odd, minus_one, one), zero);
  b.CreateRet(b.CreateSelect(b.CreateICmpEQ(base, one), one, inverse));

  b.SetInsertPoint(loop);
  llvm::PHINode* left = b.CreatePHI(wide, 2);
  llvm::PHINode* factor = b.CreatePHI(wide, 2);
  llvm::PHINode* result = b.CreatePHI(wide, 2);
  llvm::Value* taken = b.CreateSelect(b.CreateTrunc(left, b.getInt1Ty()), factor, one);
  llvm::Value* product = b.CreateMul(result, taken);
  llvm::Value* rest = b.CreateLShr(left, 1);
  left->addIncoming(exponent, start);
  left->addIncoming(rest, loop);
  factor->addIncoming(base, start);
  factor->addIncoming(b.CreateMul(factor, factor), loop);
  result->addIncoming(one, start);
  result->addIncoming(product, loop);
  b.CreateCondBr(b.CreateICmpEQ(rest, zero), end, loop);

  b.SetInsertPoint(end);
  b.CreateRet(product);
  return function;
}

}  // namespace

llvm::Value* divide(Builder& b, ir::Opcode opcode, Signedness sign, llvm::Value* x, llvm::Value* y) {
  const llvm::APInt* divisor = constant_of(y);
  const bool is_signed = sign == Signedness::kSigned;
  if (divisor != nullptr && !divisor->isZero() && !(is_signed && divisor->isAllOnes())) {
    const bool by_shift = divisor->isPowerOf2() && !(is_signed && divisor->isNegative());
    if (by_shift && is_signed && opcode == ir::Opcode::kFloorDiv) return b.CreateAShr(x, divisor->logBase2());
    if (by_shift && opcode == ir::Opcode::kMod) return b.CreateAnd(x, *divisor - 1);
    return rounded_division(b, opcode, sign, x, y);
  }
  llvm::Value* zero = integer(x, 0);
  llvm::Value* one = integer(x, 1);
  llvm::Value* by_zero = b.CreateICmpEQ(y, zero);
  if (!is_signed) {
    llvm::Value* result = rounded_division(b, opcode, sign, x, b.CreateSelect(by_zero, one, y));
    return b.CreateSelect(by_zero, zero, result);
  }
  llvm::Value* by_minus_one = b.CreateICmpEQ(y, integer(x, -1));
  llvm::Value* safe = b.CreateSelect(b.CreateOr(by_zero, by_minus_one), one, y);
  llvm::Value* result = rounded_division(b, opcode, sign, x, safe);
  llvm::Value* negated = opcode == ir::Opcode::kMod ? zero : b.CreateNeg(x);
  return b.CreateSelect(by_zero, zero, b.CreateSelect(by_minus_one, negated, result));
}

llvm::Value* shift(Builder& b, ir::Opcode opcode, Signedness sign, llvm::Value* x, llvm::Value* by) {
  const unsigned bits = x->getType()->getScalarSizeInBits();
  llvm::Value* zero = integer(x, 0);
  // As unsigned, a negative number is beyond every width.
  llvm::Value* in_width = b.CreateICmpULT(by, llvm::ConstantInt::get(x->getType(), bits));
  llvm::Value* amount = b.CreateSelect(in_width, by, zero);
  if (opcode == ir::Opcode::kShiftLeft) return b.CreateSelect(in_width, b.CreateShl(x, amount), zero);
  if (sign == Signedness::kUnsigned) return b.CreateSelect(in_width, b.CreateLShr(x, amount), zero);
  return b.CreateSelect(in_width, b.CreateAShr(x, amount), b.CreateAShr(x, bits - 1));
}

llvm::Value* power(Builder& b, Signedness sign, llvm::Value* base, llvm::Value* exponent) {
  llvm::Function* function = power_function(*b.GetInsertBlock()->getModule());
  const auto one_lane = [&](llvm::Value* x, llvm::Value* y) -> llvm::Value* {
    const bool is_signed = sign == Signedness::kSigned;
    llvm::Value* result = b.CreateCall(
        function, {b.CreateIntCast(x, b.getInt64Ty(), is_signed), b.CreateIntCast(y, b.getInt64Ty(), is_signed)});
    return b.CreateTrunc(result, x->getType());
  };
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(base->getType());
  if (vector == nullptr) return one_lane(base, exponent);
  llvm::Value* result = llvm::PoisonValue::get(vector);
  for (unsigned i = 0; i < vector->getNumElements(); ++i) {
    result = b.CreateInsertElement(result,
                                   one_lane(b.CreateExtractElement(base, i), b.CreateExtractElement(exponent, i)), i);
  }
  return result;
}

}  // namespace burin::codegen
