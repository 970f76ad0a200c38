// exp and log, and the pieces of them that the other families build on.
#include <cmath>
#include <numbers>

#include "passes/math_functions.h"
#include "passes/math_pieces.h"

namespace burin::passes {

using ir::Expr;

namespace {

// e^r = 1 + r + r^2 Q(r) for |r| <= ln(2)/2. Fitted by tools/fit_math.py to 2^-28.1 and 2^-63.7 of e^r.
constexpr double kExpF32[] = {0x1.fffffcp-2, 0x1.55548ap-3, 0x1.5558ap-5, 0x1.123f7cp-7, 0x1.6a689p-10};
constexpr double kExpF64[] = {0x1p-1,
                              0x1.555555555555bp-3,
                              0x1.555555555552dp-5,
                              0x1.111111110ecf1p-7,
                              0x1.6c16c16c2831bp-10,
                              0x1.a01a01b38e0cdp-13,
                              0x1.a01a014e68fbbp-16,
                              0x1.71ddef7b6726cp-19,
                              0x1.27e5916dba0e0p-22,
                              0x1.af6da93539374p-26,
                              0x1.1e667335d2f97p-29};

// log(1 + f) = 2s + s^3 P(s^2) with s = f / (2 + f), for 1 + f in [sqrt(1/2), sqrt(2)). Fitted to 2^-35.2 and 2^-59.4.
constexpr double kLogF32[] = {0x1.555554p-1, 0x1.999c22p-2, 0x1.23d592p-2, 0x1.f0e54ep-3};
constexpr double kLogF64[] = {0x1.5555555555597p-1, 0x1.999999997e333p-2, 0x1.2492494381471p-2, 0x1.c71c50b10954bp-3,
                              0x1.7466894963bacp-3, 0x1.3999dfe3da31dp-3, 0x1.2f57f8cb05e8cp-3};

// ln(2) as the nearest number of each format and what is left.
Expr ln2_high(Expr like) { return constant_by_format(like, 0x1.62e43p-1, 0x1.62e42fefa39efp-1); }
Expr ln2_low(Expr like) { return constant_by_format(like, -0x1.05c610cap-29, 0x1.abc9e3b39803fp-56); }

}  // namespace

// x = n ln(2) + r, hence e^x = 2^n e^r (Cody and Waite 1980, chapter 6). n comes from adding the rounding shift, whose low bits
// are chosen so that they hold n + 2 * bias + exponent_shift: the two halves of that, moved to the place of the exponent, are
// powers of two whose product is 2^(n + exponent_shift), each of them a normal number. The first product is exact.
Expr scaled_exp(Expr x, int exponent_shift, Expr tail) {
  const FloatFormat& format = format_of(x);
  const bool f32 = format.fraction_bits == 23;
  // Beyond these, the result is 0 or infinite for exponent shifts of 0 and -1.
  const Expr bounded = f32 ? clamp(x, -104, 90) : clamp(x, -746, 711);
  const Expr shift = number(x, format.rounding_shift + 2 * format.exponent_bias + exponent_shift);
  const Expr shifted = fma(bounded, number(x, std::numbers::log2e), shift);
  const Expr n = shifted - shift;
  Expr r = fma(n, -ln2_low(x), fma(n, -ln2_high(x), bounded));
  if (tail.valid()) r = r + tail;
  const Expr e = fma(r * r, polynomial_by_format(r, kExpF32, kExpF64), r) + number(x, 1);
  const Expr exponents = bits_of(shifted);
  const Expr half = shift_right(exponents, 1);
  const Expr low_power = float_of(shift_left(half, format.fraction_bits));
  const Expr high_power = float_of(shift_left(exponents - half, format.fraction_bits));
  return e * low_power * high_power;
}

// The integer that starts with the exponent is compared with that of sqrt(1/2), so that the fraction straddles 1. The exponent
// becomes a float by standing in the low bits of one.
SplitFloat split(Expr x) {
  const FloatFormat& format = format_of(x);
  const Expr subnormal = less(x, number(x, format.smallest_normal));
  const double scale_exponent = format.fraction_bits + 1;
  const Expr scaled = select(subnormal, x * number(x, std::ldexp(1.0, format.fraction_bits + 1)), x);
  const bool f32 = format.fraction_bits == 23;
  const uint64_t root_half = f32 ? 0x3f3504f3U : 0x3fe6a09e667f3bcdU;
  const auto offset = static_cast<uint64_t>(format.exponent_bias) + 1;  // keeps the difference above 0
  const uint64_t one = uint64_t{1} << format.fraction_bits;
  const Expr above = bits_of(scaled) + bit_constant(bits_of(scaled), offset * one - root_half);
  const Expr fraction = bit_and(above, one - 1) + bit_constant(above, root_half);
  const double power = std::ldexp(1.0, format.fraction_bits);
  const auto exponent_of_power =
      static_cast<uint64_t>(format.exponent_bias) + static_cast<uint64_t>(format.fraction_bits);
  const Expr held = float_of(shift_right(above, format.fraction_bits) + bit_constant(above, exponent_of_power * one));
  const Expr bias = select(subnormal, number(x, power + static_cast<double>(offset) + scale_exponent),
                           number(x, power + static_cast<double>(offset)));
  return {float_of(fraction), held - bias};
}

// log(2^k (1 + f)) = k ln(2) + f - (f^2/2 - s (f^2/2 + s^2 P(s^2))): the form of fdlibm's e_log.c (Sun Microsystems 1993), in
// which the rounding of the quotient s counts little.
Expr log_with_tail(Expr x, Expr tail) {
  const SplitFloat parts = split(x);
  const Expr f = parts.fraction - number(x, 1);
  const Expr s = div(f, f + number(x, 2));
  const Expr z = s * s;
  const Expr half_square = f * f * number(x, 0.5);
  Expr low = parts.exponent * ln2_low(x);
  if (tail.valid()) low = low + div(tail, x);
  low = fma(s, fma(z, polynomial_by_format(z, kLogF32, kLogF64), half_square), low);
  const Expr finite = fma(parts.exponent, ln2_high(x), f - (half_square - low));
  const Expr not_positive = select(equal(x, number(x, 0)), -infinity(x), not_a_number(x));
  return select(less_equal(x, number(x, 0)), not_positive, select(less(x, infinity(x)), finite, x));
}

Expr expand_exp(Expr x) { return scaled_exp(x, 0); }
Expr expand_log(Expr x) { return log_with_tail(x, {}); }

}  // namespace burin::passes
