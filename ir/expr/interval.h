// The interval that holds the value of an integer operation, from the intervals of its operands: what ExprNode::low and high are.
#pragma once

#include <cstdint>
#include <span>

#include "ir/expr/expr.h"

namespace burin::ir {

// Inclusive. INT64_MIN and INT64_MAX stand for "unknown" and swallow what is added to them.
struct Interval {
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
};

inline bool is_known(int64_t bound) { return bound != INT64_MIN && bound != INT64_MAX; }

// Of `opcode` on scalar i64 operands, or of a select between such; everything where nothing is known.
Interval interval_of(Opcode opcode, std::span<const Expr> operands);

}  // namespace burin::ir
