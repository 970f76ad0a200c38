#include "passes/math_pieces.h"

#include <limits>

#include "ir/base/result.h"

namespace burin::passes {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

namespace {

constexpr FloatFormat kF32{ElementType::kU32, 23, 127, 0x80000000U, 0x1p-126, 0x1.8p23};
constexpr FloatFormat kF64{ElementType::kU64, 52, 1023, 0x8000000000000000U, 0x1p-1022, 0x1.8p52};

}  // namespace

const FloatFormat& format_of(Expr like) {
  const ElementType element = like->type.element;
  BURIN_ASSERT(element == ElementType::kF32 || element == ElementType::kF64,
               "mathematical functions are expanded in f32 and f64");
  return element == ElementType::kF32 ? kF32 : kF64;
}

Expr polynomial(Expr z, std::span<const double> coefficients) {
  Expr sum = number(z, coefficients.back());
  for (size_t i = coefficients.size() - 1; i-- > 0;) sum = fma(sum, z, number(z, coefficients[i]));
  return sum;
}

Expr polynomial_by_format(Expr z, std::span<const double> f32, std::span<const double> f64) {
  return polynomial(z, z->type.element == ElementType::kF32 ? f32 : f64);
}

Expr constant_by_format(Expr like, double f32, double f64) {
  return number(like, like->type.element == ElementType::kF32 ? f32 : f64);
}

Expr not_a_number(Expr like) { return number(like, std::numeric_limits<double>::quiet_NaN()); }
Expr infinity(Expr like) { return number(like, std::numeric_limits<double>::infinity()); }

Expr bits_of(Expr x) { return bitcast(x, format_of(x).bits); }

Expr float_of(Expr bits) {
  return bitcast(bits, bits->type.element == ElementType::kU32 ? ElementType::kF32 : ElementType::kF64);
}

Expr bit_constant(Expr like, uint64_t value) { return like->pool->integer(static_cast<int64_t>(value), like->type); }
Expr shift_left(Expr bits, int by) {
  return binary(Opcode::kShiftLeft, bits, bit_constant(bits, static_cast<uint64_t>(by)));
}
Expr shift_right(Expr bits, int by) {
  return binary(Opcode::kShiftRight, bits, bit_constant(bits, static_cast<uint64_t>(by)));
}
Expr bit_and(Expr bits, uint64_t mask) { return binary(Opcode::kAnd, bits, bit_constant(bits, mask)); }
Expr sign_bit(Expr x) { return bit_and(bits_of(x), format_of(x).sign); }
Expr with_sign_of(Expr value, Expr sign) { return float_of(binary(Opcode::kOr, bits_of(value), sign_bit(sign))); }

// The order of the operands is what keeps a NaN: min(a, b) and max(a, b) give `b` when one of them is not a number.
Expr clamp(Expr x, double low, double high) { return max(number(x, low), min(number(x, high), x)); }

}  // namespace burin::passes
