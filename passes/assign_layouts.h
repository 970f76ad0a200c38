#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Chooses where elements lie in memory. Two choices are made so far:
// - Tensors that convolutions read and write, and all that maps and pools connect with them, keep their channels innermost
//   ([n, h, w, c]); the model's own inputs and outputs stay as given. The channel loop of such a reduction goes innermost.
// - A constant that a contraction reads along the axis its result is contiguous in is packed in panels of 16:
//   before  nest (m, n | k) { combine fma(%x[m,k], %w[n,k], acc) }        layout %w: as given
//   after   the same nest                                                layout %w: [n floordiv 16, k, n mod 16]
ir::Status assign_layouts(ir::Program& program, const PassContext& context);

inline constexpr int64_t kPanel = 16;  // elements of a panel

}  // namespace burin::passes
