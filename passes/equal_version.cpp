#include "passes/equal_version.h"

#include <algorithm>
#include <set>
#include <vector>

#include "ir/expr/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

// Expressions that ir::repeated_index makes of a dimension that may be 1: the operands that it is recognized by.
class Clamps {
 public:
  void add(const Nest& nest) {
    for_each_expr(nest, [&](Expr root) {
      for_each_node(root, [&](Expr node) {
        if (node->type != kIndex) return;
        if (node->opcode == Opcode::kMin) limits_.insert(node->operands.begin(), node->operands.end());
        if (node->opcode == Opcode::kMod) divisors_.insert(node->operands[1]);
      });
    });
  }

  bool has(Expr dimension) const {
    return !is_constant(dimension) && (limits_.contains(dimension - 1) || divisors_.contains(dimension));
  }

 private:
  struct Order {
    bool operator()(Expr a, Expr b) const { return std::less<>()(a.node(), b.node()); }
  };
  // Looked up, never walked: the order is that of addresses.
  std::set<Expr, Order> limits_, divisors_;
};

void collect(const Statement& statement, Clamps& clamps) {
  if (const auto* nest = std::get_if<Nest>(&statement.form)) clamps.add(*nest);
  if (const auto* group = std::get_if<Group>(&statement.form)) {
    for (const Statement& inner : group->body) collect(inner, clamps);
  }
}

bool contains(Expr e, Expr part) {
  bool found = false;
  for_each_node(e, [&](Expr node) { found |= node == part; });
  return found;
}

// Sums have no node of their own inside larger sums, so replacing one would miss it there.
bool is_replaceable(Expr e, Expr by) {
  const bool is_sum = e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub || e->opcode == Opcode::kMul;
  return !is_constant(e) && !is_sum && !contains(by, e);
}

void add_replacement(Expr left, Expr right, Replacements& replacements) {
  left = replace(left, replacements);
  right = replace(right, replacements);
  if (left == right) return;
  Expr from = left;
  Expr to = right;
  if (!is_replaceable(left, right) || (is_variable(right) && !is_variable(left))) std::swap(from, to);
  if (!is_replaceable(from, to)) return;
  const Replacements added{{from.node(), to}};
  for (auto& [node, replacement] : replacements) replacement = replace(replacement, added);
  replacements.emplace(from.node(), to);
}

}  // namespace

Expr replace(Expr e, const Replacements& replacements) {
  if (replacements.empty()) return e;
  return rewrite_bottom_up(e, [&](Expr node) {
    const auto found = replacements.find(node.node());
    return found == replacements.end() ? node : found->second;
  });
}

EqualVersion equal_version(const Program& program, const Statement& statement) {
  EqualVersion version;
  const auto in_doubt = [](const DimensionCheck& check) {
    return check.dimensions.relation != DimensionRelation::kEqual;
  };
  if (std::ranges::none_of(program.checks, in_doubt)) return version;
  Clamps clamps;
  collect(statement, clamps);
  std::vector<Expr> tested;
  for (const DimensionCheck& check : program.checks) {
    const auto& [left, right, relation] = check.dimensions;
    if (!in_doubt(check) || !(clamps.has(left) || clamps.has(right))) continue;
    const Expr are_equal = equal(left, right);
    if (std::ranges::find(tested, are_equal) != tested.end()) continue;
    tested.push_back(are_equal);
    version.condition = version.condition.valid() ? logical_and(version.condition, are_equal) : are_equal;
    add_replacement(left, right, version.replacements);
  }
  return version;
}

}  // namespace burin::passes
