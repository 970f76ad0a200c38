// From an expression at one point to the same expression at several consecutive points of an axis, one per lane.
#pragma once

#include "ir/expr/expr.h"
#include "ir/expr/walk.h"

namespace burin::passes {

// `e` with `axis` = base, base + 1, .., base + lanes - 1 in its lanes. What does not depend on the axis stays a scalar:
// before  x[i*64 + k] * w[k]            with axis i, base 8*t, lanes 8
// after   x[ramp(8*t*64 + k, 64)] * splat(w[k])
// `base` should be visibly a multiple of `lanes`: then panels of as many elements (i floordiv 16, i mod 16) are seen through.
// A load whose position has slope 1 in the axis becomes a vector load of its first position, any other slope a gather.
// `wide` has variables that are vectors already (accumulators), by VariableId::index, and what stands for them.
ir::Expr widen(ir::Expr e, ir::VariableId axis, ir::Expr base, int lanes, const ir::Substitution& wide = {});

// A position in lanes: the first one, where the lanes are consecutive; otherwise one per lane.
ir::Expr widen_position(ir::Expr position, ir::VariableId axis, ir::Expr base, int lanes,
                        const ir::Substitution& wide = {});

// How far `e` moves when `axis` steps: e(axis + 1) - e(axis), where that does not depend on the axis; else invalid.
ir::Expr slope(ir::Expr e, ir::VariableId axis);

}  // namespace burin::passes
