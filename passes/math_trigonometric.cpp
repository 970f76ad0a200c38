// sin, cos, tan and their inverses.
#include "passes/math_angle.h"
#include "passes/math_functions.h"
#include "passes/math_pieces.h"

namespace burin::passes {

using ir::Expr;
using ir::Opcode;

namespace {

// Fitted by tools/fit_math.py, with the largest error relative to the function.
// sin(r) = r + r^3 S(r^2) and cos(r) = 1 - r^2/2 + r^4 C(r^2) for |r| <= pi/4: 2^-32 and 2^-63.
constexpr double kSinF32[] = {-0x1.555556p-3, 0x1.11116ep-7, -0x1.a0514ap-13, 0x1.79bac2p-19};
constexpr double kSinF64[] = {-0x1.5555555555555p-3, 0x1.1111111111072p-7,   -0x1.a01a01a0011d5p-13,
                              0x1.71de3a3878c68p-19, -0x1.ae6433d90cd3ap-26, 0x1.610f2cae6f7f9p-33,
                              -0x1.a2f101f3690bdp-41};
constexpr double kCosF32[] = {0x1.555548p-5, -0x1.6c0afp-10, 0x1.998f3ep-16};
constexpr double kCosF64[] = {0x1.5555555555546p-5,   -0x1.6c16c16c14577p-10, 0x1.a01a019b89ecap-16,
                              -0x1.27e4f7376469dp-22, 0x1.1ee95ed385cd1p-29,  -0x1.8f6692ce5b23dp-37};
// asin(x) = x + x^3 A(x^2) for |x| <= 1/2: 2^-27.6 and 2^-59.9.
constexpr double kAsinF32[] = {0x1.5555c8p-3, 0x1.3301fep-4, 0x1.747cbep-5, 0x1.8c30b6p-6, 0x1.596a7ap-5};
constexpr double kAsinF64[] = {0x1.5555555555577p-3, 0x1.333333332e114p-4, 0x1.6db6db7214a8bp-5, 0x1.f1c71a93d9037p-6,
                               0x1.6e8bdf052cdfcp-6, 0x1.1c49ed6b2e1bfp-6, 0x1.ca1fdb78395e1p-7, 0x1.7582d46f0512cp-7,
                               0x1.614cd296e1669p-7, 0x1.e4f04c84106b4p-9, 0x1.63f045127dd51p-6, -0x1.5879f51606ee5p-6,
                               0x1.0b6f66db0cc6ap-5};
// atan(x) = x + x^3 T(x^2) for |x| <= 1: 2^-28.5 and 2^-57.6.
constexpr double kAtanF32[] = {-0x1.55553ep-2, 0x1.9991eap-3,  -0x1.2420fap-3, 0x1.c092dcp-4,  -0x1.5820e8p-4,
                               0x1.da89d2p-5,  -0x1.fe56fap-6, 0x1.6527a6p-7,  -0x1.d5546ap-10};
constexpr double kAtanF64[] = {
    -0x1.5555555555525p-2, 0x1.99999999954c1p-3,  -0x1.249249237c919p-3, 0x1.c71c717f441ffp-4,  -0x1.745d11a5f64f7p-4,
    0x1.3b136640a86a5p-4,  -0x1.110e4e8783197p-4, 0x1.e1bb8962bf9b7p-5,  -0x1.ae5df936c7629p-5, 0x1.82d95062ef5b2p-5,
    -0x1.59a02c50b4f0ep-5, 0x1.2c26e2c982f04p-5,  -0x1.e9e3310371a42p-6, 0x1.6821973e5d1e2p-6,  -0x1.c75e05ef1a3fbp-7,
    0x1.d7747582c81a5p-8,  -0x1.79f4811ee558ep-9, 0x1.b39b37cde9bf7p-11, -0x1.3ee511130c1cp-13, 0x1.bb6db9a74fd2dp-17};

Expr sin_of_reduced(Expr r) {
  const Expr z = r * r;
  return fma(r * z, polynomial_by_format(z, kSinF32, kSinF64), r);
}

Expr cos_of_reduced(Expr r) {
  const Expr z = r * r;
  const Expr tail = fma(z, polynomial_by_format(z, kCosF32, kCosF64), number(z, -0.5));
  return fma(z, tail, number(z, 1));
}

Expr is_odd(Expr quadrant) { return not_equal(bit_and(quadrant, 1), bit_constant(quadrant, 0)); }

Expr exclusive_or(Expr a, Expr b) { return binary(Opcode::kXor, a, b); }

// asin(root) for root = sqrt(z) <= 1/2.
Expr asin_core(Expr root, Expr z) { return fma(root * z, polynomial_by_format(z, kAsinF32, kAsinF64), root); }

// For |x| > 1/2, asin(|x|) = pi/2 - 2 asin(sqrt((1 - |x|) / 2)). An |x| above 1 makes the root not a number.
struct AsinParts {
  Expr is_large;
  Expr core;  // asin of |x|, or of the root
};
AsinParts asin_parts(Expr x) {
  const Expr a = magnitude(x);
  const Expr is_large = less(number(x, 0.5), a);
  const Expr z = select(is_large, (number(x, 1) - a) * number(x, 0.5), a * a);
  return {is_large, asin_core(select(is_large, square_root(z), a), z)};
}

}  // namespace

Expr expand_sin(Expr x, Angles angles) {
  const ReducedAngle reduced = reduce_angle(magnitude(x), angles);
  const Expr value = select(is_odd(reduced.quadrant), cos_of_reduced(reduced.r), sin_of_reduced(reduced.r));
  const int to_sign = size_of(x->type.element) * 8 - 2;  // bit 1 of the quadrant to the sign
  const Expr turned = shift_left(bit_and(reduced.quadrant, 2), to_sign);
  return float_of(exclusive_or(bits_of(value), exclusive_or(turned, sign_bit(x))));
}

Expr expand_cos(Expr x, Angles angles) {
  const ReducedAngle reduced = reduce_angle(magnitude(x), angles);
  const Expr value = select(is_odd(reduced.quadrant), sin_of_reduced(reduced.r), cos_of_reduced(reduced.r));
  const int to_sign = size_of(x->type.element) * 8 - 2;
  const Expr next = reduced.quadrant + bit_constant(reduced.quadrant, 1);
  return float_of(exclusive_or(bits_of(value), shift_left(bit_and(next, 2), to_sign)));
}

Expr expand_tan(Expr x, Angles angles) {
  const ReducedAngle reduced = reduce_angle(magnitude(x), angles);
  const Expr odd = is_odd(reduced.quadrant);
  const Expr sine = sin_of_reduced(reduced.r);
  const Expr cosine = cos_of_reduced(reduced.r);
  const Expr quotient = div(select(odd, cosine, sine), select(odd, sine, cosine));
  const int to_sign = size_of(x->type.element) * 8 - 1;
  return float_of(exclusive_or(bits_of(quotient), exclusive_or(shift_left(reduced.quadrant, to_sign), sign_bit(x))));
}

Expr expand_asin(Expr x) {
  const AsinParts parts = asin_parts(x);
  const HalfPi half = half_pi(x);
  const Expr large = half.high - (parts.core + parts.core - half.middle);
  return with_sign_of(select(parts.is_large, large, parts.core), x);
}

Expr expand_acos(Expr x) {
  const AsinParts parts = asin_parts(x);
  const HalfPi half = half_pi(x);
  const Expr twice = parts.core + parts.core;
  const Expr negative = less(x, number(x, 0));
  const Expr from_pi = half.high + half.high - (twice - (half.middle + half.middle));
  const Expr large = select(negative, from_pi, twice);
  const Expr small = half.high - (select(negative, -parts.core, parts.core) - half.middle);
  return select(parts.is_large, large, small);
}

Expr expand_atan(Expr x) {
  const Expr a = magnitude(x);
  const Expr inverted = less(number(x, 1), a);
  const Expr u = select(inverted, div(number(x, 1), a), a);
  const Expr z = u * u;
  const Expr core = fma(u * z, polynomial_by_format(z, kAtanF32, kAtanF64), u);
  const HalfPi half = half_pi(x);
  return with_sign_of(select(inverted, half.high - (core - half.middle), core), x);
}

}  // namespace burin::passes
