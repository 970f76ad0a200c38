// The nest pass that composes maps: a nest without a reduction disappears into those that read it, and its tensor with it.
//
//   before  %t = nest (i: M, j: N) { value %x[j, i] }      %y = nest (i: M, j: N) { value exp(%t[i, j]) }
//   after   %y = nest (i: M, j: N) { value exp(%x[j, i]) }
//
// Arithmetic is inlined where it is then done once for each point it was done for before; moved data wherever the index
// stays a plain sum. Declines outputs, tensors that several nests write, and reads whose else-values would be lost.
#pragma once

#include "passes/pass.h"

namespace burin::passes {

ir::Status inline_maps(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
