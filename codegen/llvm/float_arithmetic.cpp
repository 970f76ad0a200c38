#include "codegen/llvm/float_arithmetic.h"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>

namespace burin::codegen {
namespace {

using Builder = llvm::IRBuilder<>;

llvm::Type* like(llvm::Value* value, llvm::Type* scalar) {
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value->getType())) {
    return llvm::FixedVectorType::get(scalar, vector->getNumElements());
  }
  return scalar;
}

llvm::Constant* integer(llvm::Value* of_type, uint64_t value) {
  return llvm::ConstantInt::get(of_type->getType(), value);
}

llvm::Value* float_of(Builder& b, llvm::Value* bits) { return b.CreateBitCast(bits, like(bits, b.getFloatTy())); }
llvm::Value* bits_of(Builder& b, llvm::Value* value) {
  const bool is_double = value->getType()->getScalarType()->isDoubleTy();
  return b.CreateBitCast(value, like(value, is_double ? b.getInt64Ty() : b.getInt32Ty()));
}

// After F. Giesen's half_to_float_fast5: the exponent is moved, infinities and NaN get the rest of the way, and for
// denormals a subtraction of floats, which is exact, normalizes.
llvm::Value* extend_binary16(Builder& b, llvm::Value* bits) {
  llvm::Value* wide = b.CreateZExt(bits, like(bits, b.getInt32Ty()));
  llvm::Value* sign = b.CreateShl(b.CreateAnd(wide, 0x8000), 16);
  llvm::Value* moved = b.CreateShl(b.CreateAnd(wide, 0x7fff), 13);
  llvm::Value* exponent = b.CreateAnd(moved, uint64_t{0x7c00} << 13);
  llvm::Value* normal = b.CreateAdd(moved, integer(moved, uint64_t{127 - 15} << 23));
  llvm::Value* special = b.CreateAdd(normal, integer(moved, uint64_t{128 - 16} << 23));
  llvm::Constant* tiny = llvm::ConstantFP::get(like(bits, b.getFloatTy()), 0x1p-14);
  llvm::Value* raised = float_of(b, b.CreateAdd(normal, integer(moved, uint64_t{1} << 23)));
  llvm::Value* denormal = bits_of(b, b.CreateFSub(raised, tiny));
  llvm::Value* is_special = b.CreateICmpEQ(exponent, integer(moved, uint64_t{0x7c00} << 13));
  llvm::Value* is_denormal = b.CreateICmpEQ(exponent, integer(moved, 0));
  llvm::Value* magnitude = b.CreateSelect(is_special, special, b.CreateSelect(is_denormal, denormal, normal));
  return float_of(b, b.CreateOr(magnitude, sign));
}

// After F. Giesen's float_to_half_fast3_rtne: an addition of floats rounds denormals, an addition of integers the rest.
llvm::Value* binary16_bits(Builder& b, llvm::Value* value) {
  llvm::Value* bits = bits_of(b, value);
  llvm::Value* sign = b.CreateAnd(bits, 0x80000000U);
  llvm::Value* magnitude = b.CreateXor(bits, sign);
  constexpr uint64_t kMagic = uint64_t{127 - 15 + 23 - 10 + 1} << 23;
  llvm::Value* magic = integer(bits, kMagic);
  llvm::Value* denormal = b.CreateSub(bits_of(b, b.CreateFAdd(float_of(b, magnitude), float_of(b, magic))), magic);
  llvm::Value* is_odd = b.CreateAnd(b.CreateLShr(magnitude, 13), 1);
  const auto rebias = static_cast<uint32_t>(((15 - 127) * (1 << 23)) + 0xfff);
  llvm::Value* normal = b.CreateLShr(b.CreateAdd(b.CreateAdd(magnitude, integer(bits, rebias)), is_odd), 13);
  llvm::Value* is_nan = b.CreateICmpUGT(magnitude, integer(bits, uint64_t{255} << 23));
  llvm::Value* special = b.CreateSelect(is_nan, integer(bits, 0x7e00), integer(bits, 0x7c00));
  llvm::Value* is_special = b.CreateICmpUGE(magnitude, integer(bits, uint64_t{127 + 16} << 23));
  llvm::Value* is_denormal = b.CreateICmpULT(magnitude, integer(bits, uint64_t{113} << 23));
  llvm::Value* half = b.CreateSelect(is_special, special, b.CreateSelect(is_denormal, denormal, normal));
  half = b.CreateOr(half, b.CreateLShr(sign, 16));
  return b.CreateTrunc(half, like(value, b.getInt16Ty()));
}

llvm::Value* bfloat16_bits(Builder& b, llvm::Value* value) {
  llvm::Value* bits = bits_of(b, value);
  llvm::Value* is_odd = b.CreateAnd(b.CreateLShr(bits, 16), 1);
  llvm::Value* rounded = b.CreateAdd(b.CreateAdd(bits, integer(bits, 0x7fff)), is_odd);
  llvm::Value* is_nan = b.CreateFCmpUNO(value, value);
  llvm::Value* kept = b.CreateSelect(is_nan, b.CreateOr(bits, 0x400000), rounded);
  return b.CreateTrunc(b.CreateLShr(kept, 16), like(value, b.getInt16Ty()));
}

// double to float, rounded to odd: toward zero, and the last bit set when that was inexact. Rounding the result again to a
// format of at least two bits less gives what rounding the double once would (Boldo and Melquiond, 2008).
llvm::Value* float_rounded_to_odd(Builder& b, llvm::Value* value) {
  llvm::Value* nearest = b.CreateFPTrunc(value, like(value, b.getFloatTy()));
  llvm::Value* back = b.CreateFPExt(nearest, value->getType());
  llvm::Value* too_large = b.CreateFCmpOGT(b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, back),
                                           b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, value));
  llvm::Value* is_inexact = b.CreateFCmpONE(back, value);
  llvm::Value* bits = bits_of(b, nearest);
  llvm::Value* truncated = b.CreateSub(bits, b.CreateZExt(too_large, bits->getType()));
  return float_of(b, b.CreateOr(truncated, b.CreateZExt(is_inexact, bits->getType())));
}

// The product is exact in double. The sum is rounded to odd with the error that Knuth's two-sum gives, then to float.
llvm::Value* fused_in_double(Builder& b, llvm::Value* x, llvm::Value* y, llvm::Value* z) {
  llvm::Type* wide = like(x, b.getDoubleTy());
  llvm::Value* product = b.CreateFMul(b.CreateFPExt(x, wide), b.CreateFPExt(y, wide));
  llvm::Value* addend = b.CreateFPExt(z, wide);
  llvm::Value* sum = b.CreateFAdd(product, addend);
  llvm::Value* part = b.CreateFSub(sum, product);
  llvm::Value* error = b.CreateFAdd(b.CreateFSub(product, b.CreateFSub(sum, part)), b.CreateFSub(addend, part));
  llvm::Value* bits = bits_of(b, sum);
  llvm::Value* zero = llvm::ConstantFP::get(wide, 0.0);
  llvm::Value* is_even = b.CreateICmpEQ(b.CreateAnd(bits, 1), integer(bits, 0));
  llvm::Value* moves = b.CreateAnd(b.CreateFCmpONE(error, zero), is_even);
  llvm::Value* grows = b.CreateICmpEQ(b.CreateFCmpOGT(error, zero), b.CreateFCmpOGT(sum, zero));
  llvm::Value* step = b.CreateSelect(grows, integer(bits, 1), llvm::ConstantInt::getSigned(bits->getType(), -1));
  llvm::Value* odd = b.CreateSelect(moves, b.CreateAdd(bits, step), bits);
  return b.CreateFPTrunc(b.CreateBitCast(odd, wide), x->getType());
}

// Calls the runtime's function for each lane.
llvm::Value* fused_by_call(Builder& b, llvm::Value* x, llvm::Value* y, llvm::Value* z) {
  llvm::Module& module = *b.GetInsertBlock()->getModule();
  llvm::Type* scalar = b.getDoubleTy();
  llvm::FunctionCallee function =
      module.getOrInsertFunction("burin_rt_fma", llvm::FunctionType::get(scalar, {scalar, scalar, scalar}, false));
  llvm::cast<llvm::Function>(function.getCallee())->setVisibility(llvm::GlobalValue::HiddenVisibility);
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(x->getType());
  if (vector == nullptr) return b.CreateCall(function, {x, y, z});
  llvm::Value* result = llvm::PoisonValue::get(vector);
  for (unsigned i = 0; i < vector->getNumElements(); ++i) {
    llvm::Value* lane = b.CreateCall(
        function, {b.CreateExtractElement(x, i), b.CreateExtractElement(y, i), b.CreateExtractElement(z, i)});
    result = b.CreateInsertElement(result, lane, i);
  }
  return result;
}

}  // namespace

llvm::Value* extend_half(Builder& b, const targets::Extensions& has, ir::ElementType half, llvm::Value* bits) {
  if (half == ir::ElementType::kBF16) {
    return float_of(b, b.CreateShl(b.CreateZExt(bits, like(bits, b.getInt32Ty())), 16));
  }
  if (!has.half) return extend_binary16(b, bits);
  return b.CreateFPExt(b.CreateBitCast(bits, like(bits, b.getHalfTy())), like(bits, b.getFloatTy()));
}

llvm::Value* half_bits(Builder& b, const targets::Extensions& has, ir::ElementType half, llvm::Value* value) {
  if (value->getType()->getScalarType()->isDoubleTy()) value = float_rounded_to_odd(b, value);
  if (half == ir::ElementType::kBF16) return bfloat16_bits(b, value);
  if (!has.half) return binary16_bits(b, value);
  return b.CreateBitCast(b.CreateFPTrunc(value, like(value, b.getHalfTy())), like(value, b.getInt16Ty()));
}

llvm::Value* round_to_half(Builder& b, const targets::Extensions& has, ir::ElementType half, llvm::Value* value) {
  return extend_half(b, has, half, half_bits(b, has, half, value));
}

llvm::Value* fused_multiply_add(Builder& b, const targets::Extensions& has, llvm::Value* x, llvm::Value* y,
                                llvm::Value* z) {
  if (has.fma) return b.CreateIntrinsic(llvm::Intrinsic::fma, {x->getType()}, {x, y, z});
  if (x->getType()->getScalarType()->isDoubleTy()) return fused_by_call(b, x, y, z);
  return fused_in_double(b, x, y, z);
}

}  // namespace burin::codegen
