// Functions of one number, as expressions in f32 or f64: what activations compute, alone or inside a recurrent cell. All pass
// a NaN through, as ONNX Runtime does.
#pragma once

#include "ir/ops/numeric.h"

namespace burin::ir {

inline Expr relu_of(Expr x) { return max(constant_like(x, 0), x); }
inline Expr reciprocal_of(Expr x) { return div(constant_like(x, 1), x); }
inline Expr sigmoid_of(Expr x) { return reciprocal_of(unary(Opcode::kExp, -x) + constant_like(x, 1)); }
inline Expr softsign_of(Expr x) { return div(x, unary(Opcode::kAbs, x) + constant_like(x, 1)); }
inline Expr clamp_of(Expr x, Expr low, Expr high) { return min(high, max(low, x)); }
// 1, 0 or -1; a NaN stays.
Expr sign_of(Expr x);
// log(1 + exp(x)), without overflow for great x and without cancellation for small x.
Expr softplus_of(Expr x);
Expr elu_of(Expr x, const Elu& elu);
Expr leaky_relu_of(Expr x, const Alpha& slope);
Expr thresholded_relu_of(Expr x, const Alpha& threshold);
Expr hard_sigmoid_of(Expr x, const HardSigmoid& line);
Expr gelu_of(Expr x, const Gelu& gelu);
Expr shrink_of(Expr x, const Shrink& shrink);
// Floating or integer remainder with the dividend's sign, as C's fmod and %.
Expr fmod_of(Expr a, Expr b);
// Integer quotient rounded toward zero, for any divisor: a divisor of 0 gives 0, and the least integer by -1 wraps.
Expr integer_quotient(Expr a, Expr b);

}  // namespace burin::ir
