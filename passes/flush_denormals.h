#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Takes elements of constants that are too small for a normal number as 0 where they are only added and multiplied: CPUs need
// a hundred times as long for such numbers, which training leaves behind in channels that have died.
//   before  constant %w : f32[2] = [1, 1e-40]
//   after   constant %w : f32[2] = [1, 0]
// A result moves by less than 1.2e-38 times what the constant was multiplied by. Not under --math strict.
ir::Status flush_denormals(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
