// Integer expressions as sums: `constant + sum of coefficient * term`, where a term is anything but a sum. The one kind of
// analysis that schedules and the simplifier make of indices; everything that is not a sum counts as opaque.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/expr/expr.h"

namespace burin::ir {

struct LinearForm {
  std::vector<std::pair<Expr, int64_t>> terms;  // in order of first appearance, coefficients not 0
  int64_t constant = 0;

  int64_t coefficient_of(VariableId variable) const;
};

// Absent when a coefficient or the constant does not fit an int64_t. `e` is a scalar i64.
std::optional<LinearForm> linear_form(Expr e);
// The canonical sum of `form`; `pool` serves when there is no term.
Expr sum_of(const LinearForm& form, ExprPool& pool);

// a * x + rest, with `rest` free of `variable`; absent when `e` is not of that shape (the variable inside a mod, a read, ..).
struct AxisStride {
  int64_t stride;
  Expr rest;
};
std::optional<AxisStride> stride_of(Expr e, VariableId variable);

// True when the bounds and extents of the variables prove it; false says nothing.
bool provably_nonnegative(Expr e);
inline bool provably_less(Expr a, Expr b) { return provably_nonnegative(b - a - 1); }
inline bool provably_equal(Expr a, Expr b) { return a == b || is_constant_value(a - b, 0); }

}  // namespace burin::ir
