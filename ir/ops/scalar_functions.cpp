#include "ir/ops/scalar_functions.h"

#include <cmath>
#include <limits>

namespace burin::ir {

Expr sign_of(Expr x) {
  const Expr zero = constant_like(x, 0);
  const Expr one = constant_like(x, 1);
  if (is_unsigned(x->type.element)) return select(less(zero, x), one, zero);
  const Expr rest = is_float(x->type.element) ? select(equal(x, zero), zero, x) : zero;
  return select(less(zero, x), one, select(less(x, zero), constant_like(x, -1), rest));
}

Expr softplus_of(Expr x) {
  // log1p(z) for 0 < z <= 1, by what rounding left of z in u = 1 + z: W. Kahan, see Goldberg (1991), theorem 4.
  const Expr one = constant_like(x, 1);
  const Expr z = unary(Opcode::kExp, -unary(Opcode::kAbs, x));
  const Expr u = z + one;
  const Expr log1p = select(equal(u, one), z, unary(Opcode::kLog, u) * div(z, u - one));
  return relu_of(x) + log1p;
}

Expr elu_of(Expr x, const Elu& elu) {
  const Expr scaled = elu.beta == 1 ? x : x * constant_like(x, elu.beta);
  const Expr below = (unary(Opcode::kExp, scaled) - constant_like(x, 1)) * constant_like(x, elu.gamma * elu.alpha);
  const Expr above = elu.gamma == 1 ? x : x * constant_like(x, elu.gamma);
  return select(less(constant_like(x, 0), x), above, below);
}

Expr leaky_relu_of(Expr x, const Alpha& slope) {
  return select(less(x, constant_like(x, 0)), x * constant_like(x, slope.alpha), x);
}

Expr thresholded_relu_of(Expr x, const Alpha& threshold) {
  return select(less(constant_like(x, threshold.alpha), x), x, constant_like(x, 0));
}

Expr hard_sigmoid_of(Expr x, const HardSigmoid& line) {
  const Expr value = x * constant_like(x, line.alpha) + constant_like(x, line.beta);
  return clamp_of(value, constant_like(x, 0), constant_like(x, 1));
}

Expr gelu_of(Expr x, const Gelu& gelu) {
  const Expr one = constant_like(x, 1);
  if (!gelu.tanh_approximation) {
    const Expr erf = unary(Opcode::kErf, x * constant_like(x, std::sqrt(0.5)));
    return x * constant_like(x, 0.5) * (erf + one);
  }
  const Expr inner =
      x * constant_like(x, std::sqrt(2 / 3.14159265358979323846)) * (x * x * constant_like(x, 0.044715) + one);
  return x * constant_like(x, 0.5) * (unary(Opcode::kTanh, inner) + one);
}

Expr shrink_of(Expr x, const Shrink& shrink) {
  const Expr bias = constant_like(x, shrink.bias);
  const Expr inside = select(less(constant_like(x, shrink.lambda), x), x - bias, constant_like(x, 0));
  return select(less(x, constant_like(x, -shrink.lambda)), x + bias, inside);
}

Expr fmod_of(Expr a, Expr b) {
  const ElementType element = a->type.element;
  if (!is_float(element)) return a - integer_quotient(a, b) * b;
  // In f64 the quotient of two f32 is right to the last integer below 2^53, and the fused product makes the remainder exact
  // unless the quotient was rounded up across an integer, which leaves it with the wrong sign by one divisor.
  const Expr magnitude = cast(unary(Opcode::kAbs, a), ElementType::kF64);
  const Expr divisor = cast(unary(Opcode::kAbs, b), ElementType::kF64);
  const Expr quotient = unary(Opcode::kFloor, div(magnitude, divisor));
  const Expr rest = fma(-quotient, divisor, magnitude);
  const Expr corrected = select(less(rest, constant_like(rest, 0)), rest + divisor, rest);
  const Expr whole = cast(select(less(magnitude, divisor), magnitude, corrected), element);  // also where b is infinite
  return select(less(a, constant_like(a, 0)), -whole, whole);
}

Expr integer_quotient(Expr a, Expr b) {
  if (is_constant(b)) {
    const int64_t divisor = constant_integer(b).value_or(0);
    if (divisor == 0) return constant_like(a, 0);
    return divisor == -1 && !is_unsigned(b->type.element) ? -a : div(a, b);
  }
  const Expr zero = constant_like(b, 0);
  const Expr one = constant_like(b, 1);
  if (is_unsigned(b->type.element)) return select(equal(b, zero), zero, div(a, select(equal(b, zero), one, b)));
  const Expr minus_one = constant_like(b, -1);
  const Expr special = logical_or(equal(b, zero), equal(b, minus_one));
  const Expr plain = div(a, select(special, one, b));
  return select(equal(b, zero), zero, select(equal(b, minus_one), -a, plain));
}

}  // namespace burin::ir
