// pow: x^y = e^(y log|x|), with the logarithm and the product to more precision than the format has, and C's special cases.
#include <limits>
#include <numbers>

#include "passes/math_functions.h"
#include "passes/math_pieces.h"

namespace burin::passes {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

namespace {

// log2(1 + f) = s P(s^2) with s = f / (2 + f), in f64 for f32 results: 2^-45 of the logarithm. Fitted by tools/fit_math.py.
constexpr double kLog2[] = {0x1.71547652b8246p1,  0x1.ec709dc551c85p-1, 0x1.2776c27905cafp-1,
                            0x1.a61a44e61e9c5p-2, 0x1.4791967f42e2cp-2, 0x1.21e930349a3c6p-2};
// 2^f for |f| <= 1/2, in f64 for f32 results: 2^-29.
constexpr double kExp2[] = {0x1.000000026ba12p0, 0x1.62e430ca794b9p-1,  0x1.ebfbdacbb4c83p-3, 0x1.c6aed13b09baep-5,
                            0x1.3b2dc2cb14abp-7, 0x1.5f472f2ab9ab4p-10, 0x1.41d1643bb7e33p-13};
// log(1 + f) = 2s + s^3 (2/3 + s^2 P(s^2)), for f64: 2^-66 of the logarithm.
constexpr double kLogTail[] = {0x1.9999999999b4ep-2, 0x1.2492492454287p-2, 0x1.c71c7232beadbp-3, 0x1.745ce7fe64483p-3,
                               0x1.3b1f46239a8a5p-3, 0x1.0f777b7c3295p-3,  0x1.0e92e9780143dp-3};

// |x|^y for f32: in f64, which has all the precision that is needed.
Expr magnitude_power_f32(Expr a, Expr y) {
  const SplitFloat parts = split(a);
  const Expr f = cast(parts.fraction, ElementType::kF64) - a->pool->number(1, {ElementType::kF64, a->type.lanes});
  const Expr s = div(f, f + number(f, 2));
  const Expr log2 = fma(s, polynomial(s * s, kLog2), cast(parts.exponent, ElementType::kF64));
  const Expr exponent = clamp(cast(y, ElementType::kF64) * log2, -160, 130);
  const Expr shift = number(f, format_of(f).rounding_shift + format_of(f).exponent_bias);
  const Expr shifted = exponent + shift;
  const Expr power_of_two = float_of(shift_left(bits_of(shifted), format_of(f).fraction_bits));
  return cast(polynomial(exponent - (shifted - shift), kExp2) * power_of_two, ElementType::kF32);
}

// A number as an unevaluated sum, the low part below the rounding error of the high one.
struct Pair {
  Expr high, low;
};

Pair product(Expr a, Expr b) {
  const Expr high = a * b;
  return {high, fma(a, b, -high)};
}

// Dekker's sum for |a| >= |b|, or a = 0 (T. J. Dekker 1971).
Pair fast_sum(Expr a, Expr b) {
  const Expr high = a + b;
  return {high, b - (high - a)};
}

// The logarithm of a > 0, finite, with about ten bits more than f64 has.
Pair log_pair(Expr a) {
  const SplitFloat parts = split(a);
  const Expr f = parts.fraction - number(a, 1);
  const Expr denominator = f + number(a, 2);
  const Expr denominator_low = f - (denominator - number(a, 2));
  const Expr s = div(f, denominator);
  const Expr s_low = div(fma(-s, denominator, f) - s * denominator_low, denominator);
  const Pair z = product(s, s);
  const Expr z_low = fma(s + s, s_low, z.low);
  const Expr third = number(a, 0x1.5555555555555p-1);  // 2/3, and what it lacks
  const Pair u = fast_sum(third, z.high * polynomial(z.high, kLogTail));
  const Expr u_low = u.low + number(a, 0x1.5555555555555p-55);
  const Pair w = product(z.high, u.high);
  const Expr w_low = w.low + fma(z_low, u.high, z.high * u_low);
  const Pair v = product(s, w.high);
  const Expr v_low = v.low + fma(s, w_low, s_low * w.high);
  const Pair of_fraction = fast_sum(s + s, v.high);
  const Expr fraction_low = of_fraction.low + (v_low + (s_low + s_low));
  // ln(2) in 42 bits, so that its product with the exponent is exact, and the rest.
  const Pair sum = fast_sum(parts.exponent * number(a, 0x1.62e42fefa38p-1), of_fraction.high);
  return {sum.high, sum.low + fma(parts.exponent, number(a, 0x1.ef35793c7673p-45), fraction_low)};
}

Expr magnitude_power_f64(Expr a, Expr y) {
  const Pair log = log_pair(a);
  const Expr high = y * log.high;
  const Expr low = fma(y, log.low, fma(y, log.high, -high));
  const Expr moderate = less(magnitude(high), number(a, 800));
  return scaled_exp(high, 0, select(moderate, low, number(a, 0)));
}

// |x|^y also where the logarithm is infinite: the power of 0 and infinity, by the sign of y.
Expr magnitude_power(Expr a, Expr y) {
  const Expr zero = number(a, 0);
  const Expr one = number(a, 1);
  const Expr infinite = infinity(a);
  const Expr power = a->type.element == ElementType::kF32 ? magnitude_power_f32(a, y) : magnitude_power_f64(a, y);
  const Expr grows = less(zero, y);
  const Expr of_zero = select(grows, zero, infinite);
  const Expr of_infinity = select(grows, infinite, zero);
  const Expr regular = select(equal(a, one), one, power);
  return select(equal(a, zero), of_zero, select(equal(a, infinite), of_infinity, regular));
}

bool is_integral(double y) { return y == static_cast<int>(y); }

// The power by a constant, where a few multiplications or a root give it; invalid otherwise.
Expr power_by_constant(Expr x, double y) {
  const Expr one = number(x, 1);
  if (is_integral(2 * y) && !is_integral(y)) {
    // C wants +0 for -0 and +infinity for -infinity, where a root alone gives -0 and NaN.
    const Expr root = select(equal(x, -infinity(x)), infinity(x), square_root(x + number(x, 0)));
    if (y == 0.5) return root;
    if (y == -0.5) return div(one, root);
    return {};
  }
  if (y == 0) return one;
  if (y == 1) return x;
  if (y == 2) return x * x;
  if (y == 3) return x * x * x;
  if (y == 4) return (x * x) * (x * x);
  if (y == -1) return div(one, x);
  if (y == -2) return div(one, x) * div(one, x);
  return {};
}

}  // namespace

Expr expand_pow(Expr x, Expr y) {
  const std::optional<double> exponent = constant_number(y);
  if (exponent && *exponent >= -2 && *exponent <= 4) {
    if (const Expr simple = power_by_constant(x, *exponent); simple.valid()) return simple;
  }
  const Expr zero = number(x, 0);
  const Expr one = number(x, 1);
  const auto truncated = [](Expr e) { return unary(Opcode::kTruncate, e); };
  const Expr half = y * number(x, 0.5);
  const Expr is_integer = equal(truncated(y), y);
  const Expr is_odd = logical_and(is_integer, not_equal(truncated(half), half));
  const Expr power = magnitude_power(magnitude(x), y);
  const Expr sign = select(is_odd, sign_bit(x), bit_constant(bits_of(x), 0));
  const Expr with_sign = float_of(binary(Opcode::kOr, bits_of(power), sign));
  const Expr has_root = logical_or(less_equal(zero, x), logical_or(is_integer, equal(x, -infinity(x))));
  const Expr is_number = logical_and(equal(x, x), equal(y, y));
  const Expr result = select(logical_and(has_root, is_number), with_sign, not_a_number(x));
  return select(logical_or(equal(y, zero), equal(x, one)), one, result);
}

}  // namespace burin::passes
