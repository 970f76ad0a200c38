// The nest pass that keeps the rows of a contraction's operand out of each other's way. A register tile reads some fourteen rows
// at a time; where their distance is a multiple of a cache way, all of them fall into one set of the first cache, which holds
// eight to twelve lines. Such a temporary gets a line of padding behind every row.
//
//   tensor %x : f32[N, 3072]      tensor %x : f32[N, 3072] layout [d0, d1 pad 16]
#pragma once

#include "ir/nest/nest.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status pad_rows(ir::Program& program, const PassContext& context);

}  // namespace burin::passes
