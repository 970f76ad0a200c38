// The analyses of what values an integer expression can take, and which of them to ask.
//
// - `ExprNode::low` and `high` (ir/expr/interval.h) are there already, in constant time: numbers that bound the value. They do not see
//   that `n - n_0` is small where both are large, and know symbols by their declared bounds only. For quick tests and sizes.
// - `provably_nonnegative`, `provably_less`, `provably_equal` (ir/expr/linear.h) prove an inequality between sums over symbols and
//   axes: `i * 4 + 3 < 4 * N` for an axis `i` of extent N. Cheap enough for the simplifier; a term that is not a sum is opaque to
//   them. `linear_form` gives the sum itself, `stride_of` its coefficient of one variable: for layouts and schedules.
// - `contained` (ir/expr/containment.h) proves that an index stays inside a dimension and also looks into min, max, floordiv and mod. Slower:
//   for verifiers.
// - `largest` (ir/expr/largest.h) is no proof but an expression: an upper bound over the symbols while counts that only data decides
//   take any value. For memory plans.
//
// A pass that needs the least and most value of an index over the axes alone, as expressions over the symbols, adds up the
// terms of `linear_form` (passes/pad_reads.cpp).
#pragma once

#include "ir/expr/containment.h"
#include "ir/expr/interval.h"
#include "ir/expr/largest.h"
#include "ir/expr/linear.h"
