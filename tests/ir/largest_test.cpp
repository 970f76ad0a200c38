// The largest value of an extent over all counts: never below any value it takes.
#include "ir/expr/largest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ir/run/evaluate.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

struct Counts {
  ExprPool pool;
  VariableId n = pool.declare({"N", kIndex, 1, 6, {}});
  VariableId t = pool.declare({"t", kIndex, 0, 4, pool.integer(5)});
  VariableId k = pool.declare({"k", kIndex, 0, 3, pool.integer(4)});

  int64_t value(Expr e, int64_t n_is, int64_t t_is, int64_t k_is) {
    SymbolValues values(3);
    values[n.index] = n_is;
    values[t.index] = t_is;
    values[k.index] = k_is;
    return *evaluate_integer(e, values);
  }

  // Whether `e` stays within its largest value, which some values reach where `is_tight`.
  void expect_bounds(Expr e, bool is_tight) {
    const VariableId counts[] = {t, k};
    const Expr bound = largest(e, counts);
    for (int64_t n_is = 1; n_is <= 6; ++n_is) {
      const int64_t most = value(bound, n_is, 4, 3);
      int64_t found = INT64_MIN;
      for (int64_t t_is = 0; t_is <= 4; ++t_is) {
        for (int64_t k_is = 0; k_is <= 3; ++k_is) found = std::max(found, value(e, n_is, t_is, k_is));
      }
      EXPECT_LE(found, most) << text_of(e);
      if (is_tight) {
        EXPECT_EQ(found, most) << text_of(e);
      }
    }
  }
};

TEST(Largest, holds_for_sums_products_and_quotients) {
  Counts c;
  const Expr n = c.pool.variable(c.n), t = c.pool.variable(c.t), k = c.pool.variable(c.k);
  c.expect_bounds(n * t + k * 2, true);
  c.expect_bounds(n - t, true);
  c.expect_bounds((t - 2) * (k - 1), true);
  c.expect_bounds(floor_div(n + t, 3), true);
  c.expect_bounds(ceil_div(n + t, 3), true);
  c.expect_bounds(mod(t + n, 3), false);
  c.expect_bounds(select(less(t, k), t, n - k), false);
}

TEST(Largest, of_a_slice_that_follows_a_count_is_not_at_its_bound) {
  Counts c;
  const Expr n = c.pool.variable(c.n), t = c.pool.variable(c.t);
  c.expect_bounds(max(min(t + 1, n) - min(t, n), c.pool.integer(0)), false);
  c.expect_bounds(max(n - t, c.pool.integer(0)), true);
}

TEST(Largest, leaves_what_no_count_is_in) {
  Counts c;
  const Expr e = c.pool.variable(c.n) * 3 + 1;
  const VariableId counts[] = {c.t};
  EXPECT_EQ(largest(e, counts), e);
}

}  // namespace
}  // namespace burin::ir
