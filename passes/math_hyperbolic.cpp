// sinh, cosh, tanh, their inverses, and erf, which is computed like tanh.
#include <numbers>

#include "passes/math_functions.h"
#include "passes/math_pieces.h"

namespace burin::passes {

using ir::ElementType;
using ir::Expr;

namespace {

// Fitted by tools/fit_math.py, with the largest error relative to the function.
// sinh(x) = x + x^3 H(x^2) for |x| <= 1: 2^-31.6 and 2^-61.8.
constexpr double kSinhF32[] = {0x1.555556p-3, 0x1.1110ep-7, 0x1.a022bap-13, 0x1.756ca6p-19};
constexpr double kSinhF64[] = {0x1.5555555555556p-3,  0x1.111111111101ep-7,  0x1.a01a01a0372b4p-13, 0x1.71de3a3afd3p-19,
                               0x1.ae6470025a762p-26, 0x1.6116ecf4b1ed4p-33, 0x1.b5cbb8e12cbb1p-41};
// tanh(x) = x N(x^2) / D(x^2) for |x| <= 9: 2^-29.7.
constexpr double kTanhNumeratorF32[] = {0x1p0, 0x1.1a603ap-3, 0x1.06e8ecp-8, 0x1.098c2cp-15, 0x1.b5ed74p-25};
constexpr double kTanhDenominatorF32[] = {0x1p0,          0x1.e28572p-2,  0x1.c6a41ep-6,
                                          0x1.b9c5c6p-12, 0x1.b389b2p-20, 0x1.97bc86p-31};
// tanh(x) = x + x^3 T(x^2) for |x| <= 0.55: 2^-65.
constexpr double kTanhF64[] = {-0x1.5555555555555p-2, 0x1.1111111111081p-3,   -0x1.ba1ba1ba10fcdp-5,
                               0x1.664f487f97175p-6,  -0x1.226e34d0f6fb1p-7,  0x1.d6d3b15437aa9p-9,
                               -0x1.7da1094ff227p-10, 0x1.35394066623e4p-11,  -0x1.f34d5e182ca77p-13,
                               0x1.88e831c3f785ap-14, -0x1.115de76df567dp-15, 0x1.e57c9a68ee642p-18};
// erf(x) = x N(x^2) / D(x^2) for |x| <= 3.93: 2^-28.5.
constexpr double kErfNumeratorF32[] = {0x1.a66fdcp0,  0x1.204e1ap-2,  0x1.4cc02ap-4,
                                       0x1.91c2b8p-8, 0x1.35b7dap-11, 0x1.3fd1cap-17};
constexpr double kErfDenominatorF32[] = {0x1.766p0,     0x1.7955d2p-1,  0x1.5f0f04p-3, 0x1.8433aap-6,
                                         0x1.0d418ep-9, 0x1.b10434p-14, 0x1.80f48ap-22};
// erf(x) = x + x E(x^2) for |x| <= 1: 2^-56.3.
constexpr double kErfF64[] = {0x1.06eba8214db69p-3,   -0x1.812746b037a22p-2,  0x1.ce2f21a045657p-4,
                              -0x1.b82ce3134933bp-6,  0x1.565bcd2ab71dbp-8,   -0x1.c02db8ebd0dd9p-11,
                              0x1.f9a3b1e5d5216p-14,  -0x1.f4dc708004e7dp-17, 0x1.ba635368ea4d8p-20,
                              -0x1.6365e4f14e0e1p-23, 0x1.1259446378fafp-26,  -0x1.c0a5f090f60bep-30,
                              0x1.37145bbe41875p-33};
// 1 - erf(x) = e^(-x^2) F(1 / (1 + x/2)) for 1 <= x <= 6, from where erf rounds to 1: 2^-66 of erf.
constexpr double kErfcF64[] = {
    -0x1.1578f6881298ep-19, 0x1.20ec2eafdca8fp-2,  0x1.2026800d76137p-2, 0x1.021adbfa48c21p-2,  0x1.33cc90f333466p-3,
    0x1.62c60e228f35fp-3,   -0x1.b7508a99e242fp-3, 0x1.fae44aaab853bp-3, -0x1.7e047aacbb89ap-3, -0x1.f8d5a1b174341p-2,
    0x1.4f7929204c9ffp0,    -0x1.644e538412c53p0,  0x1.a00e582375265p-1, -0x1.0a16666e9b0d6p-2, 0x1.2730efb39d56p-5};

// x N(x^2) / D(x^2) for |x| <= bound. `bound` is a number whose quotient, with all its roundings, is 1 or more, and whose
// function is within a unit of 1: so that everything beyond gives 1 exactly, and nothing gives more.
Expr saturating_quotient(Expr x, double bound, std::span<const double> numerator, std::span<const double> denominator) {
  const Expr bounded = clamp(x, -bound, bound);
  const Expr z = bounded * bounded;
  return clamp(div(bounded * polynomial(z, numerator), polynomial(z, denominator)), -1, 1);
}

// log(1 + u). What the rounding of 1 + u loses comes back as the tail.
Expr log_of_one_plus(Expr u) {
  const Expr sum = u + number(u, 1);
  const Expr lost = u - (sum - number(u, 1));
  return log_with_tail(sum, select(less(sum, infinity(u)), lost, number(u, 0)));
}

// log(2 huge) where `is_huge`, else log(1 + u).
Expr log_of_one_plus_or_twice(Expr u, Expr huge, Expr is_huge) {
  const Expr zero = number(u, 0);
  const Expr sum = select(is_huge, huge, u + number(u, 1));
  const Expr lost = select(is_huge, zero, u - (sum - number(u, 1)));
  return log_with_tail(sum, lost) + select(is_huge, number(u, std::numbers::ln2), zero);
}

// From here on x^2 + 1 is x^2 to the precision of the format, and its square may overflow.
Expr beyond_squares(Expr x) { return less(constant_by_format(x, 0x1p13, 0x1p28), x); }

Expr tanh_f64(Expr x) {
  const Expr a = magnitude(x);
  const Expr z = a * a;
  const Expr small = fma(a * z, polynomial(z, kTanhF64), a);
  const Expr large = number(a, 1) - div(number(a, 2), scaled_exp(a + a, 0) + number(a, 1));
  return with_sign_of(select(less(a, number(a, 0.55)), small, large), x);
}

Expr erf_f64(Expr x) {
  const Expr a = min(number(x, 6), magnitude(x));
  const Expr z = a * a;
  const Expr small = fma(a, polynomial(z, kErfF64), a);
  const Expr t = div(number(a, 1), fma(a, number(a, 0.5), number(a, 1)));
  const Expr large = number(a, 1) - scaled_exp(-z, 0) * polynomial(t, kErfcF64);
  return with_sign_of(select(less(a, number(a, 1)), small, large), x);
}

}  // namespace

// Half of e^|x| is finite as long as the result is.
Expr expand_sinh(Expr x) {
  const Expr a = magnitude(x);
  const Expr z = a * a;
  const Expr small = fma(a * z, polynomial_by_format(z, kSinhF32, kSinhF64), a);
  const Expr half = scaled_exp(a, -1);
  const Expr large = half - div(number(x, 0.25), half);
  return with_sign_of(select(less(a, number(x, 1)), small, large), x);
}

Expr expand_cosh(Expr x) {
  const Expr half = scaled_exp(magnitude(x), -1);
  return half + div(number(x, 0.25), half);
}

Expr expand_tanh(Expr x) {
  if (x->type.element == ElementType::kF64) return tanh_f64(x);
  return saturating_quotient(x, 0x1.1e666cp+3, kTanhNumeratorF32, kTanhDenominatorF32);
}

Expr expand_erf(Expr x) {
  if (x->type.element == ElementType::kF64) return erf_f64(x);
  return saturating_quotient(x, 0x1.f33334p+1, kErfNumeratorF32, kErfDenominatorF32);
}

// log(a + sqrt(a^2 + 1)) = log(1 + a + a^2 / (1 + sqrt(a^2 + 1))), without cancellation for small a.
Expr expand_asinh(Expr x) {
  const Expr a = magnitude(x);
  const Expr huge = beyond_squares(a);
  const Expr one = number(x, 1);
  const Expr z = a * a;
  const Expr u = a + div(z, one + square_root(z + one));
  return with_sign_of(log_of_one_plus_or_twice(u, a, huge), x);
}

// log(x + sqrt(x^2 - 1)) with t = x - 1.
Expr expand_acosh(Expr x) {
  const Expr huge = beyond_squares(x);
  const Expr t = x - number(x, 1);
  const Expr u = t + square_root(fma(t, t, t + t));
  return select(less(x, number(x, 1)), not_a_number(x), log_of_one_plus_or_twice(u, x, huge));
}

// Half of log((1 + a) / (1 - a)) = log(1 + 2a / (1 - a)).
Expr expand_atanh(Expr x) {
  const Expr a = magnitude(x);
  const Expr u = div(a + a, number(x, 1) - a);
  return with_sign_of(log_of_one_plus(u) * number(x, 0.5), x);
}

}  // namespace burin::passes
