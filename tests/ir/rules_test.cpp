// The whole proof of the index algebra: every rule of ir/expr/rules.cpp, past and future, rewrites samples of its own left side, and
// what it makes of them is evaluated beside what they were.
#include "ir/expr/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "ir/expr/linear.h"
#include "ir/expr/scalar.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

Opcode root_of(const Rule& rule) { return rule.match.nodes[static_cast<size_t>(rule.match.count - 1)].opcode; }

// The types of operands on which the simplifier asks the rules of this root.
std::vector<ValueType> operand_types(Opcode root) {
  constexpr ValueType kI32{ElementType::kI32, 1};
  if (root == Opcode::kAnd || root == Opcode::kOr) return {kIndex, kBool};
  if (root == Opcode::kEqual) return {kIndex, kI32, kBool};
  if (root == Opcode::kLess || root == Opcode::kLessEqual) return {kIndex, kI32};
  return {kIndex};
}

// The left side of a rule with `bindings` in it; what stands below the root is simplified, as in a model, or as the rule says.
Expr left_side(const Pattern& pattern, const Bindings& bindings, ValueType type, Building building, ExprPool& pool) {
  std::vector<Expr> values;
  for (int i = 0; i < pattern.count; ++i) {
    const PatternNode& node = pattern.nodes[static_cast<size_t>(i)];
    if (node.wildcard != Wildcard::kNone) {
      values.push_back(bindings[static_cast<size_t>(node.wildcard)]);
    } else if (node.opcode == Opcode::kConstant) {
      values.push_back(pool.integer(node.literal, type));
    } else {
      const Expr operands[] = {values[static_cast<size_t>(node.operands[0])],
                               values[static_cast<size_t>(node.operands[1])]};
      const bool simplified = building == Building::kSimplified && i + 1 < pattern.count;
      values.push_back(simplified ? pool.make(node.opcode, operands) : pool.as_written(node.opcode, operands));
    }
  }
  return values.back();
}

bool names(const Pattern& pattern, Wildcard wildcard) {
  return std::any_of(pattern.nodes.begin(), pattern.nodes.begin() + pattern.count,
                     [&](const PatternNode& node) { return node.wildcard == wildcard; });
}

using Choices = std::array<std::vector<Expr>, kWildcards>;  // by Wildcard

// Every left side of `rule` that takes one of `choices` for each of its wildcards.
std::vector<Expr> left_sides(const Rule& rule, const Choices& choices, ValueType type, Building building,
                             ExprPool& pool) {
  std::vector<Bindings> chosen = {{}};
  for (size_t wildcard = 0; wildcard < kWildcards; ++wildcard) {
    if (!names(rule.match, static_cast<Wildcard>(wildcard)) || static_cast<Wildcard>(wildcard) == Wildcard::kNone)
      continue;
    std::vector<Bindings> more;
    for (Bindings bindings : chosen) {
      for (Expr choice : choices[wildcard]) {
        bindings[wildcard] = choice;
        more.push_back(bindings);
      }
    }
    chosen = std::move(more);
  }
  std::vector<Expr> sides;
  for (const Bindings& bindings : chosen) sides.push_back(left_side(rule.match, bindings, type, building, pool));
  return sides;
}

Expr variable_within(std::string name, int64_t low, int64_t high, ValueType type, ExprPool& pool) {
  return pool.variable(pool.declare({std::move(name), type, low, high, {}}));
}

// What may stand for c and d: constants, and what is none.
std::vector<Expr> divisors(ExprPool& pool) {
  std::vector<Expr> choices = {variable_within("n", 3, 3, kIndex, pool)};
  for (int64_t value : {int64_t{-6}, int64_t{-2}, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3},
                        int64_t{4}, int64_t{6}, int64_t{12}, int64_t{1} << 40})
    choices.push_back(pool.integer(value));
  return choices;
}

// Variables pinned to one value: the guards then see exactly the numbers on which both sides are evaluated. Constants too.
std::vector<Expr> pinned(std::string_view name, ValueType type, ExprPool& pool) {
  std::vector<int64_t> values = {-21, -8, -7, -1, 0, 1, 2, 3, 4, 7, 12, 20, 64};
  if (type == kBool) values = {0, 1};
  if (type.element == ElementType::kI32) values.push_back(INT32_MAX);  // of an index nobody asks for what overflows
  std::vector<Expr> choices;
  for (int64_t value : values) {
    choices.push_back(variable_within(fmt::format("{}{}", name, value), value, value, type, pool));
    choices.push_back(pool.integer(value, type));
  }
  return choices;
}

// The value of an expression of pinned variables; absent where it divides by zero.
std::optional<int64_t> evaluated(Expr e) {
  if (e->opcode == Opcode::kConstant) return e->payload;
  if (is_variable(e)) return (*e->pool)[variable_of(e)].low;
  std::vector<Scalar> operands;
  for (Expr operand : e->operands) {
    const std::optional<int64_t> value = evaluated(operand);
    if (!value) return std::nullopt;
    operands.emplace_back().integer = *value;
  }
  const bool divides = e->opcode == Opcode::kFloorDiv || e->opcode == Opcode::kCeilDiv || e->opcode == Opcode::kMod;
  if (divides && operands[1].integer == 0) return std::nullopt;
  return apply(e->opcode, e->operands[0]->type.element, e->type.element, operands).integer;
}

class EachRule : public ::testing::TestWithParam<size_t> {};

TEST_P(EachRule, makes_what_is_equal_wherever_it_matches) {
  const Rule& rule = index_rules()[GetParam()];
  int rewritten = 0;
  for (ValueType type : operand_types(root_of(rule))) {
    ExprPool pool;
    const Choices choices = {{{}, pinned("x", type, pool), pinned("y", type, pool), divisors(pool), divisors(pool)}};
    for (Expr before : left_sides(rule, choices, type, Building::kAsWritten, pool)) {
      const Expr after = rewrite(rule, before);
      if (!after.valid()) continue;
      ++rewritten;
      ASSERT_EQ(after->type, before->type);
      ASSERT_TRUE(evaluated(before)) << rule.name << " matches a division by zero: " << text_of(before);
      ASSERT_EQ(evaluated(after), evaluated(before))
          << rule.name << ": " << text_of(before) << " became " << text_of(after);
    }
  }
  EXPECT_GT(rewritten, 0) << rule.name << " matches no sample";
}

// Where two rules match, the one above is to say more, or the same.
struct Overlap {
  std::string_view above, below, reason;
};
constexpr Overlap kOverlaps[] = {
    {"div-within", "div-of-aligned-sum", "a quotient that is 0 needs no division"},
    {"div-within", "div-of-div", "a quotient that is 0 needs no division"},
    {"div-of-sum", "div-of-aligned-sum", "where the divisor is the coefficient itself, both give the quotient"},
    {"mod-within", "mod-of-aligned-sum", "what is below the divisor stays whole"},
    {"mod-within", "mod-of-mod", "what is below the divisor needs no second mod"},
    {"mod-of-sum", "mod-of-aligned-sum", "where the divisor is the coefficient itself, both give the rest"},
};

std::vector<std::string_view> declared_above(std::string_view below) {
  std::vector<std::string_view> above;
  for (const Overlap& overlap : kOverlaps) {
    if (overlap.below == below) above.push_back(overlap.above);
  }
  std::ranges::sort(above);
  return above;
}

// Variables of which as much is known as a guard asks for, and no more: one number among these would be known too well.
std::vector<Expr> ranging(const std::string& name, ValueType type, ExprPool& pool) {
  return {variable_within(name, INT64_MIN, INT64_MAX, type, pool),
          variable_within(name + "_positive", 1, INT64_MAX, type, pool),
          variable_within(name + "_below_4", 0, 3, type, pool),
          variable_within(name + "_from_100", 100, 103, type, pool)};
}

TEST_P(EachRule, is_the_first_that_matches_but_for_declared_overlaps) {
  const std::span<const Rule> rules = index_rules();
  const Rule& rule = rules[GetParam()];
  std::vector<std::string_view> above;
  bool comes_first = false;
  for (ValueType type : operand_types(root_of(rule))) {
    ExprPool pool;
    const std::vector<Expr> factors = {pool.integer(4), pool.integer(24)};
    const Choices choices = {{{}, ranging("x", type, pool), ranging("y", type, pool), factors, factors}};
    for (Expr e : left_sides(rule, choices, type, Building::kSimplified, pool)) {
      if (!rewrite(rule, e).valid()) continue;
      const auto first = std::ranges::find_if(rules, [&](const Rule& row) { return rewrite(row, e).valid(); });
      comes_first |= first->name == rule.name;
      if (first->name != rule.name && std::ranges::find(above, first->name) == above.end())
        above.push_back(first->name);
    }
  }
  std::ranges::sort(above);
  EXPECT_TRUE(comes_first) << rule.name << " is shadowed by the rules above it";
  EXPECT_EQ(above, declared_above(rule.name)) << "found and declared above " << rule.name;
}

INSTANTIATE_TEST_SUITE_P(Rules, EachRule, ::testing::Range(size_t{0}, index_rules().size()), [](const auto& test) {
  std::string name(index_rules()[test.param].name);
  std::ranges::replace(name, '-', '_');
  return name;
});

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

TEST(Rules, a_negative_constant_in_a_sum_leaves_a_rest_of_at_least_zero) {
  ExprPool pool;
  const Expr x = pool.variable(pool.declare({"x", kIndex, INT64_MIN, INT64_MAX, {}}));
  EXPECT_EQ(floor_div(x * 4 - 1, 8), floor_div(x - 1, 2));
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
