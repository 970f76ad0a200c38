// Proofs about indices, against every point: of random expressions over axes whose extents depend on symbols and counts.
#include "ir/linear.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "ir/checked.h"
#include "ir/evaluate.h"
#include "ir/expr_text.h"

namespace burin::ir {
namespace {

// Values of a, k, i and j.
using Point = std::array<int64_t, 4>;
using Value = std::function<std::optional<int64_t>(const Point&)>;  // none where something is divided by 0

// An expression as the pool builds it, simplified by proofs, and what it stands for.
struct Sample {
  Expr expr;
  Value value;
};

// 1 <= a <= 3; k a count of at most 3 found while running; i below a * k and j below k.
class Samples {
 public:
  Samples() {
    const VariableId a = pool_.declare({"a", kIndex, 1, 3, {}});
    const VariableId k = pool_.declare({"k", kIndex, 0, 3, pool_.integer(4)});
    const Expr elements = pool_.variable(a) * pool_.variable(k);
    variables_ = {a, k, pool_.declare({"i", kIndex, 0, 8, elements}),
                  pool_.declare({"j", kIndex, 0, 2, pool_.variable(k)})};
    for (int64_t a_is = 1; a_is <= 3; ++a_is) {
      for (int64_t k_is = 1; k_is <= 3; ++k_is) {
        for (int64_t i = 0; i < a_is * k_is; ++i) {
          for (int64_t j = 0; j < k_is; ++j) points_.push_back({a_is, k_is, i, j});
        }
      }
    }
  }

  using Divide = int64_t (*)(int64_t, int64_t);

  Sample make(int depth) {
    if (depth == 0 || draw(5) == 0) return draw(3) == 0 ? number(draw(6) - 2) : variable(draw(4));
    const Sample a = make(depth - 1);
    const Sample b = make(depth - 1);
    const auto both = [&](Expr e, const std::function<int64_t(int64_t, int64_t)>& of) {
      return Sample{e, [a, b, of](const Point& at) -> std::optional<int64_t> {
                      const auto x = a.value(at), y = b.value(at);
                      return x && y ? std::optional(of(*x, *y)) : std::nullopt;
                    }};
    };
    switch (draw(7)) {
      case 0: return both(a.expr + b.expr, [](int64_t x, int64_t y) { return x + y; });
      case 1: return both(a.expr - b.expr, [](int64_t x, int64_t y) { return x - y; });
      case 2: return both(a.expr * b.expr, [](int64_t x, int64_t y) { return x * y; });
      case 3: return both(min(a.expr, b.expr), [](int64_t x, int64_t y) { return std::min(x, y); });
      case 4: return both(max(a.expr, b.expr), [](int64_t x, int64_t y) { return std::max(x, y); });
      case 5: return divided(a, b, floor_div(a.expr, b.expr), floor_div);
      default: return divided(a, b, mod(a.expr, b.expr), floor_mod);
    }
  }

  const std::vector<Point>& points() const { return points_; }

  std::optional<int64_t> evaluated(Expr e, const Point& point) const {
    SymbolValues values(variables_.size());
    for (size_t i = 0; i < variables_.size(); ++i) values[variables_[i].index] = point[i];
    return evaluate_integer(e, values);
  }

 private:
  Sample divided(const Sample& a, const Sample& b, Expr e, Divide divide) {
    return {e, [a, b, divide](const Point& at) -> std::optional<int64_t> {
              const auto x = a.value(at), y = b.value(at);
              return x && y && *y != 0 ? std::optional(divide(*x, *y)) : std::nullopt;
            }};
  }
  Sample number(int64_t value) {
    return {pool_.integer(value), [value](const Point&) { return std::optional(value); }};
  }
  Sample variable(int which) {
    const auto at = static_cast<size_t>(which);
    return {pool_.variable(variables_[at]), [at](const Point& point) { return std::optional(point[at]); }};
  }
  int draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  std::mt19937 random_{7};
  ExprPool pool_;
  std::vector<VariableId> variables_;
  std::vector<Point> points_;
};

TEST(Proofs, hold_at_every_point) {
  Samples samples;
  int proven = 0;
  for (int n = 0; n < 20000; ++n) {
    const Sample sample = samples.make(3);
    const bool is_nonnegative = provably_nonnegative(sample.expr);
    proven += is_nonnegative ? 1 : 0;
    for (const Point& point : samples.points()) {
      const std::optional<int64_t> expected = sample.value(point);
      if (!expected) continue;
      ASSERT_EQ(samples.evaluated(sample.expr, point), expected) << "simplified to " << text_of(sample.expr);
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
