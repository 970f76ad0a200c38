#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Evaluates maps that read nothing but constants, and that no consumer took in.
//   before  nest (f: 4, n: 8) {
//             value cos(%steps[f] * %places[n]) -> %table[f, n]
//           }
//   after   constant %table : f32[4, 8] = bytes "..
// The result may be larger than what it is made of, up to a bound for all of a program: reductions, which take in no maps, read
// it many times.
ir::Status fold_maps(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
