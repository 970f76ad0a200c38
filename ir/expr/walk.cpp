#include "ir/expr/walk.h"

namespace burin::ir {

bool uses_variable(Expr e, VariableId variable) {
  bool found = false;
  for_each_node(e, [&](Expr node) { found |= is_variable(node) && variable_of(node) == variable; });
  return found;
}

namespace {

Expr substitute(Expr e, const Substitution& replacements, std::unordered_map<const ExprNode*, Expr>& done) {
  if (!e->has_variables) return e;
  if (is_variable(e)) {
    if (auto found = replacements.find(variable_of(e).index); found != replacements.end()) return found->second;
  }
  if (auto found = done.find(e.node()); found != done.end()) return found->second;
  std::vector<Expr> operands;
  bool changed = false;
  for (Expr operand : e->operands) {
    operands.push_back(substitute(operand, replacements, done));
    changed |= operands.back() != operand;
  }
  const Expr result = changed ? e->pool->make(e->opcode, operands, e->type, e->payload) : e;
  done.emplace(e.node(), result);
  return result;
}

}  // namespace

Expr substitute(Expr e, const Substitution& replacements) {
  std::unordered_map<const ExprNode*, Expr> done;
  return substitute(e, replacements, done);
}

}  // namespace burin::ir
