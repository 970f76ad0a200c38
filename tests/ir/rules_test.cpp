// The whole proof of the index algebra: every rule of ir/rules.cpp, past and future, evaluated on both sides.
#include "ir/rules.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ir/linear.h"
#include "ir/scalar.h"

namespace burin::ir {
namespace {

// Evaluates an integer expression whose variables have the values given, without simplifying.
int64_t evaluate(const Pattern& pattern, int8_t at, const std::array<int64_t, kWildcards>& values, ElementType type) {
  const PatternNode& node = pattern.nodes[static_cast<size_t>(at)];
  if (node.wildcard != Wildcard::kNone) return values[static_cast<size_t>(node.wildcard)];
  if (node.opcode == Opcode::kConstant) return node.literal;
  Scalar operands[2];
  for (size_t i = 0; i < 2; ++i) operands[i].integer = evaluate(pattern, node.operands[i], values, type);
  const bool comparison =
      node.opcode == Opcode::kLess || node.opcode == Opcode::kLessEqual || node.opcode == Opcode::kEqual;
  const ElementType in = comparison ? ElementType::kI64 : type;
  return apply(node.opcode, in, comparison ? ElementType::kBool : in, operands).integer;
}

int64_t evaluate(const Pattern& pattern, const std::array<int64_t, kWildcards>& values, ElementType type) {
  return evaluate(pattern, static_cast<int8_t>(pattern.count - 1), values, type);
}

// Samples are variables pinned to one value: the guards then see exactly the numbers that both sides are evaluated on.
Expr pinned(ExprPool& pool, int64_t value, ElementType type) {
  return pool.variable(pool.declare({"v", {type, 1}, value, value, {}}));
}

struct Outcome {
  int tried = 0;
  std::string counterexample;
};

Outcome prove(const Rule& rule, ElementType type) {
  constexpr int64_t kSamples[] = {-21, -8, -7, -1, 0, 1, 2, 3, 4, 7, 12, 20, 64};
  Outcome outcome;
  ExprPool pool;
  const bool boolean = type == ElementType::kBool;
  for (int64_t x : kSamples) {
    for (int64_t y : kSamples) {
      for (int64_t c : kSamples) {
        for (int64_t d : {1, 2, 3, 6}) {
          if (boolean && (x < 0 || x > 1 || y < 0 || y > 1)) continue;
          const std::array<int64_t, kWildcards> values = {0, x, y, 0, c, d};
          Bindings bindings{};
          bindings[static_cast<size_t>(Wildcard::kX)] = pinned(pool, x, type);
          bindings[static_cast<size_t>(Wildcard::kY)] = pinned(pool, y, type);
          bindings[static_cast<size_t>(Wildcard::kC)] = pool.integer(c);
          bindings[static_cast<size_t>(Wildcard::kD)] = pool.integer(d);
          if (!rule.guard(bindings)) continue;
          ++outcome.tried;
          const int64_t before = evaluate(rule.match, values, type);
          const int64_t after = evaluate(rule.make, values, type);
          if (before != after)
            outcome.counterexample = fmt::format("x={} y={} c={} d={}: {} became {}", x, y, c, d, before, after);
        }
      }
    }
  }
  return outcome;
}

TEST(Rules, both_sides_are_equal_wherever_the_guard_holds) {
  for (const Rule& rule : index_rules()) {
    const Opcode root = rule.match.nodes[static_cast<size_t>(rule.match.count - 1)].opcode;
    const bool boolean = root == Opcode::kAnd || root == Opcode::kOr;
    const Outcome outcome = prove(rule, boolean ? ElementType::kBool : ElementType::kI64);
    EXPECT_GT(outcome.tried, 0) << rule.name << " was never tried";
    EXPECT_EQ(outcome.counterexample, "") << rule.name;
  }
}

TEST(Rules, sums_are_canonical) {
  ExprPool pool;
  const Expr p = pool.variable(pool.declare({"p", kIndex, 0, 55, {}}));
  const Expr i = pool.variable(pool.declare({"i", kIndex, 0, 2, {}}));
  EXPECT_EQ(p + i - 1 + 1, p + i);
  EXPECT_EQ((p * 4 + i) - p * 4, i);
  EXPECT_EQ(p * 0, pool.integer(0));
}

TEST(Rules, indices_of_reshapes_compose_away) {
  ExprPool pool;
  const Expr p = pool.variable(pool.declare({"p", kIndex, INT64_MIN, INT64_MAX, pool.integer(56)}));
  const Expr q = pool.variable(pool.declare({"q", kIndex, INT64_MIN, INT64_MAX, pool.integer(16)}));
  const Expr flat = p * 16 + q;
  EXPECT_EQ(floor_div(flat, 16), p);
  EXPECT_EQ(mod(flat, 16), q);
  EXPECT_EQ(floor_div(flat, 16) * 16 + mod(flat, 16), flat);
  const Expr x = pool.variable(pool.declare({"x", kIndex, 0, 1000, {}}));
  EXPECT_EQ(floor_div(x, 16) * 16 + mod(x, 16), x);
}

TEST(Rules, comparisons_with_symbolic_extents_are_proven) {
  ExprPool pool;
  const Expr n = pool.variable(pool.declare({"N", kIndex, 1, 64, {}}));
  const Expr i = pool.variable(pool.declare({"i", kIndex, INT64_MIN, INT64_MAX, n}));
  EXPECT_EQ(less(i, n), pool.boolean(true));
  EXPECT_EQ(less_equal(pool.integer(0), i), pool.boolean(true));
  EXPECT_FALSE(is_constant(less(i, n - 1)));
}

}  // namespace
}  // namespace burin::ir
