// One function per transcendental opcode: the same value from additions, multiplications, fma, comparisons, selects and
// operations on bits, so that generated code calls no mathematical library and agrees with the interpreter to the bit.
//
// Operands are f32 or f64, of any number of lanes. NaN, infinities, signed zeros and subnormal numbers come out as C17's
// annex F wants them. Errors are those of tests/passes/expand_math_test.cpp: 0.7 to 4 units in the last place.
#pragma once

#include "ir/expr/expr.h"
#include "passes/math_angle.h"

namespace burin::passes {

ir::Expr expand_exp(ir::Expr x);
ir::Expr expand_log(ir::Expr x);
ir::Expr expand_sin(ir::Expr x, Angles angles);
ir::Expr expand_cos(ir::Expr x, Angles angles);
ir::Expr expand_tan(ir::Expr x, Angles angles);
ir::Expr expand_asin(ir::Expr x);
ir::Expr expand_acos(ir::Expr x);
ir::Expr expand_atan(ir::Expr x);
ir::Expr expand_sinh(ir::Expr x);
ir::Expr expand_cosh(ir::Expr x);
ir::Expr expand_tanh(ir::Expr x);
ir::Expr expand_asinh(ir::Expr x);
ir::Expr expand_acosh(ir::Expr x);
ir::Expr expand_atanh(ir::Expr x);
ir::Expr expand_erf(ir::Expr x);
// Constant exponents -2, -1, -1/2, 0, 1/2, 1, 2, 3 and 4 become multiplications, quotients and roots.
ir::Expr expand_pow(ir::Expr x, ir::Expr y);

}  // namespace burin::passes
