#include "ir/loop/walk.h"

#include <set>

#include "ir/expr/walk.h"

namespace burin::ir {

void for_each_expr(const Block& block, const std::function<void(Expr)>& visit) {
  for_each_statement(
      block, [&](const LoopStatement& statement) { for_each_own_expr(statement, [&](const Expr& e) { visit(e); }); });
}

void map_exprs(Block& block, const std::function<Expr(Expr)>& map) {
  for_each_statement(block,
                     [&](LoopStatement& statement) { for_each_own_expr(statement, [&](Expr& e) { e = map(e); }); });
}

std::vector<VariableId> free_variables(const Block& block) {
  std::set<VariableId> defined;
  for_each_statement(block, [&](const LoopStatement& statement) {
    if (const auto* loop = std::get_if<Loop>(&statement.form)) defined.insert(loop->counter);
    if (const auto* let = std::get_if<Let>(&statement.form)) defined.insert(let->variable);
    if (const auto* tile = std::get_if<Tile>(&statement.form)) defined.insert(tile->variable);
  });
  std::set<VariableId> used;
  for_each_expr(block, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (is_variable(node) && !defined.contains(variable_of(node))) used.insert(variable_of(node));
    });
  });
  return {used.begin(), used.end()};
}

}  // namespace burin::ir
