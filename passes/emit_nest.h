// Carries out a schedule: a flat nest becomes loops, register tiles and stores. Decides nothing: the schedule is given, and
// the remainders it leaves at the edges are covered by smaller tiles, narrower vectors and, where an extent is symbolic,
// single points.
//
// before  nest (m: 30, n: 64 | k: 512), schedule {m, n/32, k, unroll m 14, unroll n 2, vector n 16}
// after   for n step 32 { for m in 0..28 step 14 { 14 x 2 accumulators; for k {28 fma}; 28 stores }  2 x 2 accumulators .. }
#pragma once

#include "passes/flat_nest.h"

namespace burin::passes {

// The schedule's loops are in this order: parallel axes with factor 0, then reduction or sequential axes with factor 0, then a
// serial loop with a factor over the last reduction axis where sums are made in rows, then the tile (factors above 0): unrolled
// and vector loops over parallel axes, or one vector loop over the last reduction axis.
ir::Block emit_nest(const FlatNest& nest, const ir::Schedule& schedule, ir::ExprPool& pool);

}  // namespace burin::passes
