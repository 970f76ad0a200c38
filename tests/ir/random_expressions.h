// Random integer expressions beside what they mean: for tests of simplification, proofs and substitution at every point.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "ir/base/checked.h"
#include "ir/expr/expr.h"
#include "ir/run/evaluate.h"

namespace burin::ir {

using Point = std::vector<int64_t>;                                   // a value per variable, in their order
using Meaning = std::function<std::optional<int64_t>(const Point&)>;  // none where something is divided by 0

// An expression as the pool builds it, simplified by proofs, and what it stands for.
struct Sample {
  Expr expr;
  Meaning value;
};

class RandomExpressions {
 public:
  RandomExpressions(ExprPool& pool, std::vector<VariableId> variables, unsigned seed)
      : random_(seed), pool_(pool), variables_(std::move(variables)) {}

  Sample make(int depth) {
    if (depth == 0 || draw(5) == 0) return draw(3) == 0 ? number(draw(6) - 2) : variable(draw(variable_count()));
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

  std::optional<int64_t> evaluated(Expr e, const Point& point) const {
    SymbolValues values;
    for (size_t i = 0; i < variables_.size(); ++i) {
      if (values.size() <= variables_[i].index) values.resize(variables_[i].index + 1);
      values[variables_[i].index] = point[i];
    }
    return evaluate_integer(e, values);
  }

  int draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

 private:
  using Divide = int64_t (*)(int64_t, int64_t);

  static Sample divided(const Sample& a, const Sample& b, Expr e, Divide divide) {
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
  int variable_count() const { return static_cast<int>(variables_.size()); }

  std::mt19937 random_;
  ExprPool& pool_;
  std::vector<VariableId> variables_;
};

}  // namespace burin::ir
