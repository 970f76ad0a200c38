// Proofs that an index stays inside a dimension, for the verifiers: slower than what the simplifier affords (ir/expr/linear.h), and
// it also sees through min, max, floordiv and mod.
#pragma once

#include "ir/expr/expr.h"

namespace burin::ir {

// What is known of `low <= e < high`, for every value that the variables can take.
enum class Containment : uint8_t {
  kProven,
  kRefuted,  // provably outside, at every point
  kUnknown,
};
Containment contained(Expr e, Expr low, Expr high);

}  // namespace burin::ir
