#include "ir/ops/sampling.h"

namespace burin::ir {
namespace {

Expr place_of(Expr floored) { return cast(floored, ElementType::kI64); }

// c3 t^3 + c2 t^2 + c1 t + c0
Expr polynomial(Expr t, double c3, double c2, double c1, double c0) {
  const auto number = [&](double value) { return constant_like(t, value); };
  return ((number(c3) * t + number(c2)) * t + number(c1)) * t + number(c0);
}

}  // namespace

std::vector<Tap> linear_taps(Expr x) {
  const Expr below = unary(Opcode::kFloor, x);
  const Expr weight = x - below;
  return {{place_of(below), constant_like(x, 1) - weight}, {place_of(below) + 1, weight}};
}

namespace {
Expr near_weight(Expr distance, double a) { return polynomial(distance, a + 2, -(a + 3), 0, 1); }    // up to 1
Expr far_weight(Expr distance, double a) { return polynomial(distance, a, -5 * a, 8 * a, -4 * a); }  // from 1 to 2
}  // namespace

Expr cubic_weight(Expr distance, double a) {
  const Expr beyond =
      select(less(distance, constant_like(distance, 2)), far_weight(distance, a), constant_like(distance, 0));
  return select(less_equal(distance, constant_like(distance, 1)), near_weight(distance, a), beyond);
}

std::vector<Tap> cubic_taps(Expr x, double a) {
  const Expr below = unary(Opcode::kFloor, x);
  const Expr t = x - below;
  const Expr one = constant_like(x, 1);
  return {{place_of(below) - 1, far_weight(t + one, a)},
          {place_of(below), near_weight(t, a)},
          {place_of(below) + 1, near_weight(one - t, a)},
          {place_of(below) + 2, far_weight(constant_like(x, 2) - t, a)}};
}

}  // namespace burin::ir
