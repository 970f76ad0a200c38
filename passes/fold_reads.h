#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Replaces reads of constants that are the same everywhere by the number.
//   before  value pow(%x[i], %two[])
//   after   value pow(%x[i], 2)
ir::Status fold_reads(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
