// Proofs about indices, against every point: of random expressions over axes whose extents depend on symbols and counts.
#include "ir/expr/linear.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/text/expr_text.h"
#include "tests/ir/random_expressions.h"

namespace burin::ir {
namespace {

// 1 <= a <= 3; k a count of at most 3 found while running; i below a * k and j below k.
struct Samples {
  Samples() {
    for (int64_t a_is = 1; a_is <= 3; ++a_is) {
      for (int64_t k_is = 1; k_is <= 3; ++k_is) {
        for (int64_t i = 0; i < a_is * k_is; ++i) {
          for (int64_t j = 0; j < k_is; ++j) points.push_back({a_is, k_is, i, j});
        }
      }
    }
  }

  ExprPool pool;
  VariableId a = pool.declare({"a", kIndex, 1, 3, {}});
  VariableId k = pool.declare({"k", kIndex, 0, 3, pool.integer(4)});
  VariableId i = pool.declare({"i", kIndex, 0, 8, pool.variable(a) * pool.variable(k)});
  VariableId j = pool.declare({"j", kIndex, 0, 2, pool.variable(k)});
  RandomExpressions random{pool, {a, k, i, j}, 7};
  std::vector<Point> points;
};

TEST(Proofs, hold_at_every_point) {
  Samples samples;
  int proven = 0;
  for (int n = 0; n < 20000; ++n) {
    const Sample sample = samples.random.make(3);
    const bool is_nonnegative = provably_nonnegative(sample.expr);
    proven += is_nonnegative ? 1 : 0;
    for (const Point& point : samples.points) {
      const std::optional<int64_t> expected = sample.value(point);
      if (!expected) continue;
      ASSERT_EQ(samples.random.evaluated(sample.expr, point), expected) << "simplified to " << text_of(sample.expr);
      ASSERT_FALSE(is_nonnegative && *expected < 0) << text_of(sample.expr);
    }
  }
  EXPECT_GT(proven, 1000);
}

// i < a * k says nothing of i and k, nor does putting k at 0 where a * k is subtracted.
TEST(Proofs, of_a_variable_look_at_all_terms_that_have_it) {
  ExprPool pool;
  const Expr a = pool.variable(pool.declare({"a", kIndex, 1, 3, {}}));
  const Expr k = pool.variable(pool.declare({"k", kIndex, 0, 3, pool.integer(4)}));
  const Expr i = pool.variable(pool.declare({"i", kIndex, 0, 8, a * k}));
  EXPECT_FALSE(provably_nonnegative(k - a * k));
  EXPECT_FALSE(provably_less(i, k));
  EXPECT_TRUE(provably_less(i, a * k));
}

}  // namespace
}  // namespace burin::ir
