// Replacing variables and nodes happens at once: what a replacement holds is not replaced again. Random expressions are compared
// with what they mean at every point.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/expr/expr.h"
#include "ir/expr/walk.h"
#include "ir/text/expr_text.h"
#include "tests/ir/random_expressions.h"

namespace burin::ir {
namespace {

// Three integers of which nothing is known, at all points from -3 to 3.
struct Integers {
  Integers() {
    for (int64_t x = -3; x <= 3; ++x) {
      for (int64_t y = -3; y <= 3; ++y) {
        for (int64_t z = -3; z <= 3; ++z) points.push_back({x, y, z});
      }
    }
  }

  Expr operator[](size_t i) { return pool.variable(ids[i]); }

  VariableId declare(std::string name) { return pool.declare({std::move(name), kIndex, INT64_MIN, INT64_MAX, {}}); }

  ExprPool pool;
  std::vector<VariableId> ids = {declare("v"), declare("w"), declare("u")};
  RandomExpressions random{pool, ids, 11};
  std::vector<Point> points;
};

// `by` has a replacement per variable.
void expect_replaced(Integers& integers, const Sample& sample, const std::vector<Sample>& by, Expr replaced) {
  for (const Point& point : integers.points) {
    Point moved;
    for (const Sample& one : by) {
      if (const std::optional<int64_t> value = one.value(point)) moved.push_back(*value);
    }
    const std::optional<int64_t> expected = moved.size() == by.size() ? sample.value(moved) : std::nullopt;
    if (!expected) continue;
    ASSERT_EQ(integers.random.evaluated(replaced, point), expected)
        << text_of(sample.expr) << " became " << text_of(replaced);
  }
}

Substitution substitution_of(const Integers& integers, const std::vector<Sample>& by) {
  Substitution replacements;
  for (size_t i = 0; i < by.size(); ++i) replacements[integers.ids[i].index] = by[i].expr;
  return replacements;
}

Expr rewritten(Expr e, const Substitution& replacements) {
  return rewrite_bottom_up(e, [&](Expr node) {
    return is_variable(node) && replacements.contains(variable_of(node).index)
               ? replacements.at(variable_of(node).index)
               : node;
  });
}

Sample variable_plus(Integers& integers, size_t at, int64_t constant) {
  return {integers[at] + constant, [at, constant](const Point& point) { return std::optional(point[at] + constant); }};
}

TEST(Substitution, of_a_variable_by_itself_and_a_constant) {
  Integers integers;
  for (int n = 0; n < 2000; ++n) {
    const Sample sample = integers.random.make(3);
    std::vector<Sample> by;
    for (size_t i = 0; i < 3; ++i) by.push_back(variable_plus(integers, i, integers.random.draw(7) - 3));
    const Substitution replacements = substitution_of(integers, by);
    expect_replaced(integers, sample, by, substitute(sample.expr, replacements));
    expect_replaced(integers, sample, by, rewritten(sample.expr, replacements));
  }
}

TEST(Substitution, of_variables_by_each_other) {
  Integers integers;
  for (int n = 0; n < 2000; ++n) {
    const Sample sample = integers.random.make(3);
    const std::vector<Sample> by = {variable_plus(integers, 1, 0), variable_plus(integers, 0, 0),
                                    variable_plus(integers, 2, 0)};
    const Substitution replacements = substitution_of(integers, by);
    expect_replaced(integers, sample, by, substitute(sample.expr, replacements));
    expect_replaced(integers, sample, by, rewritten(sample.expr, replacements));
  }
}

TEST(Substitution, of_variables_by_expressions_over_all_of_them) {
  Integers integers;
  for (int n = 0; n < 2000; ++n) {
    const Sample sample = integers.random.make(3);
    const std::vector<Sample> by = {integers.random.make(2), integers.random.make(2), integers.random.make(2)};
    const Substitution replacements = substitution_of(integers, by);
    expect_replaced(integers, sample, by, substitute(sample.expr, replacements));
    expect_replaced(integers, sample, by, rewritten(sample.expr, replacements));
  }
}

// The sum takes v + 1 apart again, and what is left is v: of the replacement, not of the expression.
TEST(Substitution, leaves_a_replacement_that_a_sum_takes_apart) {
  Integers integers;
  const Substitution replacements = {{integers.ids[1].index, integers[0] + 1}, {integers.ids[0].index, integers[2]}};
  EXPECT_EQ(substitute(integers[1] - 1, replacements), integers[0]);
  EXPECT_EQ(rewritten(integers[1] - 1, replacements), integers[0]);
}

// A rewriter that makes nodes of the kind that it looks for sees each node of the expression once.
TEST(Rewriting, shows_each_node_once) {
  ExprPool pool;
  const ValueType number{ElementType::kF32, 1};
  const Expr x = pool.variable(pool.declare({"x", number, INT64_MIN, INT64_MAX, {}}));
  const Expr y = pool.variable(pool.declare({"y", number, INT64_MIN, INT64_MAX, {}}));
  const Expr one = pool.number(1, number);
  const auto step = [&](Expr e) {
    return rewrite_bottom_up(e, [&](Expr node) {
      return node->opcode == Opcode::kExp ? unary(Opcode::kExp, node->operands[0] + one) : node;
    });
  };
  const auto exp = [](Expr e) { return unary(Opcode::kExp, e); };
  EXPECT_EQ(step(exp(exp(x))), exp(exp(x + one) + one));
  EXPECT_EQ(step(max(exp(x), exp(y))), max(exp(x + one), exp(y + one)));
  // As written, the sides of the select are equal; as rebuilt, it is one of them.
  const Expr condition = pool.variable(pool.declare({"c", kBool, INT64_MIN, INT64_MAX, {}}));
  const Expr sides[] = {condition, exp(x), exp(x)};
  EXPECT_EQ(step(pool.as_written(Opcode::kSelect, sides)), exp(x + one));
  // The operand of one is what another becomes.
  EXPECT_EQ(step(exp(x) - exp(x + one)), exp(x + one) - exp(x + one + one));
}

}  // namespace
}  // namespace burin::ir
