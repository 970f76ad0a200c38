// The loop pass after which kernels hold no transcendental opcode: every exp, log, sin, ..., erf and pow of floats becomes the
// arithmetic of passes/math_functions.h. Emitters and the interpreter then agree to the bit and need no mathematical library.
//
//   y = exp(x)   becomes   n = fma(x, log2(e), 12583166.0) - 12583166.0, r = fma(n, -ln2, x), y = polynomial(r) * 2^n
//
// f16 and bf16 are computed in f32 and rounded once more. The power of integers stays: it is exact, and emitters print it.
#pragma once

#include "ir/loop/loop.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status expand_math(ir::Module& module, const PassContext& context = {});

// The same for one expression of any form.
ir::Expr expand_math(ir::Expr e);

}  // namespace burin::passes
