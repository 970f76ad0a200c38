#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Evaluates the parts of a nest that depend on constant tensors alone.
//   before  finish fma(acc - %mean[f], %scale[f] / sqrt(%variance[f] + 1e-05), %bias[f])
//   after   finish fma(acc - %mean[f], %folded[f], %bias[f])
// A part is folded when the axes that index it have few points together, so the constant stays small.
ir::Status fold_terms(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
