#include "ir/expr/rules.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

#include "ir/base/checked.h"
#include "ir/base/result.h"
#include "ir/expr/linear.h"

namespace burin::ir {
namespace {

constexpr Pattern leaf(Wildcard wildcard) {
  Pattern pattern;
  pattern.nodes[0].wildcard = wildcard;
  pattern.count = 1;
  return pattern;
}

constexpr Pattern literal(int64_t value) {
  Pattern pattern;
  pattern.nodes[0].literal = value;
  pattern.count = 1;
  return pattern;
}

constexpr int append(Pattern& to, const Pattern& from) {
  const int base = to.count;
  for (int i = 0; i < from.count; ++i) {
    PatternNode node = from.nodes[static_cast<size_t>(i)];
    for (int& operand : node.operands) {
      if (operand >= 0) operand += base;
    }
    to.nodes[static_cast<size_t>(to.count++)] = node;
  }
  return to.count - 1;
}

constexpr Pattern combine(Opcode opcode, const Pattern& a, const Pattern& b) {
  Pattern pattern;
  PatternNode root;
  root.opcode = opcode;
  root.operands[0] = append(pattern, a);
  root.operands[1] = append(pattern, b);
  pattern.nodes[static_cast<size_t>(pattern.count++)] = root;
  return pattern;
}

constexpr Pattern operator+(const Pattern& a, const Pattern& b) { return combine(Opcode::kAdd, a, b); }
constexpr Pattern operator*(const Pattern& a, const Pattern& b) { return combine(Opcode::kMul, a, b); }
constexpr Pattern operator/(const Pattern& a, const Pattern& b) { return combine(Opcode::kFloorDiv, a, b); }
constexpr Pattern operator%(const Pattern& a, const Pattern& b) { return combine(Opcode::kMod, a, b); }
constexpr Pattern ceildiv(const Pattern& a, const Pattern& b) { return combine(Opcode::kCeilDiv, a, b); }
constexpr Pattern min_of(const Pattern& a, const Pattern& b) { return combine(Opcode::kMin, a, b); }
constexpr Pattern max_of(const Pattern& a, const Pattern& b) { return combine(Opcode::kMax, a, b); }
constexpr Pattern both(const Pattern& a, const Pattern& b) { return combine(Opcode::kAnd, a, b); }
constexpr Pattern either(const Pattern& a, const Pattern& b) { return combine(Opcode::kOr, a, b); }
constexpr Pattern equals(const Pattern& a, const Pattern& b) { return combine(Opcode::kEqual, a, b); }
constexpr Pattern operator<(const Pattern& a, const Pattern& b) { return combine(Opcode::kLess, a, b); }
constexpr Pattern operator<=(const Pattern& a, const Pattern& b) { return combine(Opcode::kLessEqual, a, b); }

// NOLINTBEGIN(readability-identifier-naming): the rules below read as the algebra they state.
constexpr Pattern x = leaf(Wildcard::kX), y = leaf(Wildcard::kY), c = leaf(Wildcard::kC), d = leaf(Wildcard::kD);
constexpr Pattern zero = literal(0), one = literal(1);
// NOLINTEND(readability-identifier-naming)

Expr bound(const Bindings& b, Wildcard wildcard) { return b[static_cast<size_t>(wildcard)]; }
int64_t value_of(const Bindings& b, Wildcard wildcard) { return *constant_integer(bound(b, wildcard)); }

bool always(const Bindings&) { return true; }
bool is_bool(const Bindings& b) { return bound(b, Wildcard::kX)->type == kBool; }
bool c_positive(const Bindings& b) { return value_of(b, Wildcard::kC) > 0; }
bool c_and_d_positive(const Bindings& b) {
  const int64_t c_value = value_of(b, Wildcard::kC);
  const int64_t d_value = value_of(b, Wildcard::kD);
  return c_value > 0 && d_value > 0 && checked_mul(c_value, d_value);
}
// Proofs are about indices: in narrower types a difference wraps.
bool at_most(const Bindings& b, Wildcard low, Wildcard high) {
  return bound(b, low)->type == kIndex && provably_nonnegative(bound(b, high) - bound(b, low));
}
bool below(const Bindings& b, Wildcard low, Wildcard high) {
  return bound(b, low)->type == kIndex && provably_less(bound(b, low), bound(b, high));
}
bool x_at_most_y(const Bindings& b) { return at_most(b, Wildcard::kX, Wildcard::kY); }
bool y_at_most_x(const Bindings& b) { return at_most(b, Wildcard::kY, Wildcard::kX); }
bool x_below_y(const Bindings& b) { return below(b, Wildcard::kX, Wildcard::kY); }
bool y_below_x(const Bindings& b) { return below(b, Wildcard::kY, Wildcard::kX); }
bool never_equal(const Bindings& b) { return x_below_y(b) || y_below_x(b); }
bool x_within_y(const Bindings& b) { return bound(b, Wildcard::kX)->low >= 0 && x_below_y(b); }
bool y_positive(const Bindings& b) { return bound(b, Wildcard::kY)->low >= 1; }
bool d_divides_c(const Bindings& b) {
  return value_of(b, Wildcard::kD) > 0 && value_of(b, Wildcard::kC) > 0 &&
         value_of(b, Wildcard::kC) % value_of(b, Wildcard::kD) == 0;
}
bool c_divides_d(const Bindings& b) {
  return value_of(b, Wildcard::kD) > 0 && value_of(b, Wildcard::kD) % value_of(b, Wildcard::kC) == 0;
}

constexpr Rule kIndexRules[] = {
    {"div-by-one", x / one, x, always},
    {"div-within", x / y, zero, x_within_y},
    {"div-of-sum", (x * c + y) / c, x + y / c, always},
    {"div-of-aligned-sum", (x * c + y) / d, x / (d / c), c_divides_d},
    {"div-of-div", (x / c) / d, x / (c * d), c_and_d_positive},
    {"mod-by-one", x % one, zero, always},
    {"mod-within", x % y, x, x_within_y},
    {"mod-of-sum", (x * c + y) % c, y % c, always},
    {"mod-of-aligned-sum", (x * c + y) % d, (x % (d / c)) * c + y, c_divides_d},
    {"mod-of-mod", (x % c) % d, x % d, d_divides_c},
    {"mod-of-multiple", (x * y) % y, zero, y_positive},
    {"div-of-multiple", (x * y) / y, x, y_positive},
    {"divmod-rejoin", (x / c) * c + x % c, x, c_positive},
    {"ceildiv-by-one", ceildiv(x, one), x, always},
    {"ceildiv-of-sum", ceildiv(x* c + y, c), x + ceildiv(y, c), always},
    {"min-left", min_of(x, y), x, x_at_most_y},
    {"min-right", min_of(x, y), y, y_at_most_x},
    {"max-left", max_of(x, y), x, y_at_most_x},
    {"max-right", max_of(x, y), y, x_at_most_y},
    {"less-true", x < y, one, x_below_y},
    {"less-false", x < y, zero, y_at_most_x},
    {"less-equal-true", x <= y, one, x_at_most_y},
    {"less-equal-false", x <= y, zero, y_below_x},
    {"equal-self", equals(x, x), one, always},
    {"equal-false", equals(x, y), zero, never_equal},
    {"and-true", both(x, one), x, is_bool},
    {"and-false", both(x, zero), zero, always},
    {"true-and", both(one, x), x, is_bool},
    {"false-and", both(zero, x), zero, always},
    {"and-self", both(x, x), x, always},
    {"or-true", either(x, one), one, is_bool},
    {"or-false", either(x, zero), x, always},
    {"true-or", either(one, x), one, is_bool},
    {"false-or", either(zero, x), x, always},
};

bool matches(const Pattern& pattern, int at, Expr e, Bindings& bindings);

// Binds x and y of `x * c + y`: the terms of `form` whose coefficients `divisor` divides, and the rest.
bool split_sum(const LinearForm& form, int64_t divisor, Expr& part, Expr& rest, ExprPool& pool) {
  LinearForm multiples;
  LinearForm remainder;
  for (const auto& [term, coefficient] : form.terms) {
    auto& side = coefficient % divisor == 0 ? multiples : remainder;
    side.terms.emplace_back(term, coefficient % divisor == 0 ? coefficient / divisor : coefficient);
  }
  const int64_t whole = floor_div(form.constant, divisor);
  multiples.constant = whole;
  remainder.constant = form.constant - whole * divisor;
  if (multiples.terms.empty() && whole == 0) return false;
  part = sum_of(multiples, pool);
  rest = sum_of(remainder, pool);
  return true;
}

// The sum pattern `x * c + y`: splits the terms of `e` by divisibility. Where `c` is not bound by what stands right of the sum,
// the largest coefficient that leaves a rest below it is taken.
bool matches_split_sum(const Pattern& pattern, const PatternNode& node, Expr e, Bindings& bindings) {
  const PatternNode& product = pattern.nodes[static_cast<size_t>(node.operands[0])];
  const Wildcard x_name = pattern.nodes[static_cast<size_t>(product.operands[0])].wildcard;
  const Wildcard c_name = pattern.nodes[static_cast<size_t>(product.operands[1])].wildcard;
  const Wildcard y_name = pattern.nodes[static_cast<size_t>(node.operands[1])].wildcard;
  const std::optional<LinearForm> form = linear_form(e);
  if (!form) return false;
  Expr& part = bindings[static_cast<size_t>(x_name)];
  Expr& rest = bindings[static_cast<size_t>(y_name)];
  Expr& factor = bindings[static_cast<size_t>(c_name)];
  if (factor.valid()) {
    const int64_t divisor = value_of(bindings, c_name);
    return divisor > 0 && split_sum(*form, divisor, part, rest, *e->pool);
  }
  std::vector<int64_t> candidates;
  for (const auto& [term, coefficient] : form->terms) {
    if (coefficient > 1) candidates.push_back(coefficient);
  }
  std::ranges::sort(candidates, std::greater());
  for (int64_t divisor : candidates) {
    if (!split_sum(*form, divisor, part, rest, *e->pool) || rest->low < 0 || rest->high >= divisor) continue;
    factor = e->pool->integer(divisor);
    return true;
  }
  return false;
}

bool is_split_sum(const Pattern& pattern, const PatternNode& node) {
  if (node.opcode != Opcode::kAdd) return false;
  const PatternNode& product = pattern.nodes[static_cast<size_t>(node.operands[0])];
  if (product.wildcard != Wildcard::kNone || product.opcode != Opcode::kMul) return false;
  const PatternNode& factor = pattern.nodes[static_cast<size_t>(product.operands[1])];
  const PatternNode& part = pattern.nodes[static_cast<size_t>(product.operands[0])];
  return part.wildcard != Wildcard::kNone && factor.wildcard == Wildcard::kC;
}

bool matches_operands(const Pattern& pattern, const PatternNode& node, Expr e, Bindings& bindings) {
  // From the right, so that the divisor of (x * c + y) / c is known when the sum is split.
  for (size_t i = e->operands.size(); i-- > 0;) {
    if (!matches(pattern, node.operands[i], e->operands[i], bindings)) return false;
  }
  return true;
}

bool matches(const Pattern& pattern, int at, Expr e, Bindings& bindings) {
  const PatternNode& node = pattern.nodes[static_cast<size_t>(at)];
  if (node.wildcard != Wildcard::kNone) {
    if ((node.wildcard == Wildcard::kC || node.wildcard == Wildcard::kD) && !is_constant(e)) return false;
    Expr& slot = bindings[static_cast<size_t>(node.wildcard)];
    if (slot.valid()) return slot == e;
    slot = e;
    return true;
  }
  if (node.opcode == Opcode::kConstant) return is_constant_value(e, node.literal);
  if (is_split_sum(pattern, node)) return matches_split_sum(pattern, node, e, bindings);
  return e->opcode == node.opcode && matches_operands(pattern, node, e, bindings);
}

Expr build_node(const Pattern& pattern, int at, const Bindings& bindings, ExprPool& pool, ValueType type) {
  const PatternNode& node = pattern.nodes[static_cast<size_t>(at)];
  if (node.wildcard != Wildcard::kNone) return bound(bindings, node.wildcard);
  if (node.opcode == Opcode::kConstant) return pool.integer(node.literal, type);
  const Expr operands[] = {build_node(pattern, node.operands[0], bindings, pool, kIndex),
                           build_node(pattern, node.operands[1], bindings, pool, kIndex)};
  return pool.make(node.opcode, operands);
}

}  // namespace

std::span<const Rule> index_rules() { return kIndexRules; }

Expr rewrite(const Rule& rule, Expr e) {
  const int root = rule.match.count - 1;
  if (rule.match.nodes[static_cast<size_t>(root)].opcode != e->opcode) return {};
  Bindings bindings{};
  if (!matches(rule.match, root, e, bindings) || !rule.guard(bindings)) return {};
  return build_node(rule.make, rule.make.count - 1, bindings, *e->pool, e->type);
}

Expr rewrite_by_rules(Expr e) {
  for (size_t row = 0; row < std::size(kIndexRules); ++row) {
    const Expr rewritten = rewrite(kIndexRules[row], e);
    if (!rewritten.valid()) continue;
    std::vector<int64_t>& firings = e->pool->rule_firings;
    firings.resize(std::size(kIndexRules));
    ++firings[row];
    return rewritten;
  }
  return {};
}

}  // namespace burin::ir
