// The nest pass that chooses where elements lie in memory, so that the loops of convolutions and contractions walk it in order.
// Two choices are made so far:
//
// Tensors that convolutions read and write, and all that maps and pools connect with them, keep their channels innermost; the
// model's own inputs and outputs stay as given. The channel loop of such a reduction goes innermost.
//   before  %t : f32[n, c, h, w]
//           nest (f, p, q | c, i, j) { combine fma(%t[0, c, p+i, q+j], %w[f, c, i, j], acc)  finish acc -> %y[0, f, p, q] }
//   after   %t : f32[n, c, h, w] layout [d0, d2, d3, d1]
//           nest (f, p, q | i, j, c) { the same }
//
// A constant that a contraction reads along the axis its result is contiguous in is packed in panels of 16.
//   before  %w : f32[N, K]
//           nest (m, n | k) { combine fma(%x[m, k], %w[n, k], acc)  finish acc -> %y[m, n] }
//   after   %w : f32[N, K] layout [d0 floordiv 16, d1, d0 mod 16]
//           the same nest
#pragma once

#include "passes/pass.h"

namespace burin::passes {

ir::Status assign_layouts(ir::Program& program, const PassContext& context);

inline constexpr int64_t kPanel = 16;  // elements of a panel

}  // namespace burin::passes
