// Floating-point arithmetic on dimensions, as exporters write it: a size is cast to float, multiplied by a scale, rounded down and
// cast back. Seen as arithmetic on fractions, the result is an integer expression again.
#pragma once

#include <optional>

#include "ir/expr/expr.h"

namespace burin::ir {

// The integer (i64) that `number`, a float expression over casts of integers, is when it is cast to an integer, which rounds
// toward zero. Absent when it is not such arithmetic, or could be negative where rounding would matter. Exact where the model's
// floats are: below 2^24.
std::optional<Expr> whole_value(Expr number);

}  // namespace burin::ir
