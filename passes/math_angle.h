// Angles brought into a quarter turn around 0, as sin, cos and tan need them: x = n pi/2 + r with |r| about pi/4 or less.
#pragma once

#include "ir/expr/expr.h"

namespace burin::passes {

// pi/2 as a sum of numbers of the format of `like`, each the nearest to what is left.
struct HalfPi {
  ir::Expr high, middle, low;
};
HalfPi half_pi(ir::Expr like);

struct ReducedAngle {
  ir::Expr r;
  ir::Expr quadrant;  // an unsigned integer as wide as r; its two low bits are those of n
};

// Which x are asked for: all, or those that are_near holds for. Of others kNear makes nonsense, for fewer operations.
enum class Angles : uint8_t { kAll, kNear };

// `x` is an f32 or f64 that is not negative; infinity gives an r that is not a number.
ReducedAngle reduce_angle(ir::Expr x, Angles angles);

// A bool without lanes: every lane of `x`, of any sign, is small enough for kNear (f32: below 2^16, f64: below 2^48).
ir::Expr are_near(ir::Expr x);

}  // namespace burin::passes
