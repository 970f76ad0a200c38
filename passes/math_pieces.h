// What the expansions of mathematical functions share: the two float formats as numbers, polynomials, and arithmetic on the
// bits of floats. Everything works on f32 and f64 expressions of any number of lanes; `like` is any of them.
//
// Bits are unsigned integers: the expansions need no signed shift and no conversion between integers and floats, which x86
// below AVX-512 lacks for 64-bit lanes.
#pragma once

#include <cstdint>
#include <span>

#include "ir/expr/expr.h"

namespace burin::passes {

struct FloatFormat {
  ir::ElementType bits;  // the unsigned integer of the same width
  int fraction_bits;     // stored, without the leading one
  int exponent_bias;
  uint64_t sign;  // the mask of the sign
  double smallest_normal;
  // 1.5 * 2^fraction_bits: adding it to a number below 2^(fraction_bits - 1) rounds that to an integer (ties to even), which
  // then stands in the low bits of the sum.
  double rounding_shift;
};
const FloatFormat& format_of(ir::Expr like);

// coefficients[0] + coefficients[1] * z + ..., by Horner's rule in fma.
ir::Expr polynomial(ir::Expr z, std::span<const double> coefficients);
// The same, with coefficients of their own for each format; and a constant like that.
ir::Expr polynomial_by_format(ir::Expr z, std::span<const double> f32, std::span<const double> f64);
ir::Expr constant_by_format(ir::Expr like, double f32, double f64);

inline ir::Expr number(ir::Expr like, double value) { return ir::constant_like(like, value); }
ir::Expr not_a_number(ir::Expr like);
ir::Expr infinity(ir::Expr like);
inline ir::Expr magnitude(ir::Expr x) { return ir::unary(ir::Opcode::kAbs, x); }
inline ir::Expr square_root(ir::Expr x) { return ir::unary(ir::Opcode::kSqrt, x); }

ir::Expr bits_of(ir::Expr x);
ir::Expr float_of(ir::Expr bits);
// A constant with the type of `like`, an integer.
ir::Expr bit_constant(ir::Expr like, uint64_t value);
ir::Expr shift_left(ir::Expr bits, int by);
ir::Expr shift_right(ir::Expr bits, int by);
ir::Expr bit_and(ir::Expr bits, uint64_t mask);
// The sign bit of `x` alone, as bits.
ir::Expr sign_bit(ir::Expr x);
// `value` (not negative) with the sign of `sign`.
ir::Expr with_sign_of(ir::Expr value, ir::Expr sign);
// min(max(x, low), high), where a NaN stays.
ir::Expr clamp(ir::Expr x, double low, double high);

// x = fraction * 2^exponent with fraction in [sqrt(1/2), sqrt(2)), for finite x > 0, subnormal ones included; both are
// floats. Anything else gives finite nonsense.
struct SplitFloat {
  ir::Expr fraction;
  ir::Expr exponent;
};
SplitFloat split(ir::Expr x);

// e^(x + tail) * 2^exponent_shift, rounded once at the end also where the result is subnormal. `tail`, when valid, is a small
// correction of x. -infinity gives 0, overflow gives infinity, NaN stays.
ir::Expr scaled_exp(ir::Expr x, int exponent_shift, ir::Expr tail = {});
// log(x) + tail / x, for x and tail as `x` of expand_log; `tail` may be invalid.
ir::Expr log_with_tail(ir::Expr x, ir::Expr tail);

}  // namespace burin::passes
