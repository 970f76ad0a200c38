// How large an expression gets while counts found when running take any value up to their bounds: what memory is planned for.
// An extent like `min(t + 1, 5) - t` is largest where `t` is smallest, so putting the bound of `t` in its place is not enough.
#pragma once

#include <span>

#include "ir/expr/expr.h"

namespace burin::ir {

// At least as large as `e` for all values of `counts` from 0 up to their bounds. In the result a count stands for its bound;
// other variables keep their values. `e` is a scalar i64.
Expr largest(Expr e, std::span<const VariableId> counts);

}  // namespace burin::ir
