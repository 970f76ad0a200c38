#include "codegen/cpp/used_variables.h"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "ir/expr/walk.h"
#include "ir/loop/walk.h"

namespace burin::codegen::cpp {
namespace {

using ir::Block;
using ir::BufferId;
using ir::Expr;
using ir::Opcode;
using ir::VariableId;

// Statements that only name or change a variable count when the variable does; all others count.
class Walk {
 public:
  explicit Walk(UsedNames& used) : used_(used) {}

  void run(const Block& block) {
    collect(block);
    while (!pending_.empty()) {
      const VariableId variable = pending_.back();
      pending_.pop_back();
      for (Expr value : values_[variable]) use(value);
    }
  }

 private:
  void use(Expr e) {
    for_each_node(e, [&](Expr node) {
      if (node->opcode == Opcode::kLoad) used_.buffers.insert(ir::buffer_of(node));
      if (!ir::is_variable(node)) return;
      const VariableId variable = ir::variable_of(node);
      check_tile(variable, node->operands);
      if (used_.variables.insert(variable).second) pending_.push_back(variable);
    });
  }

  void check_tile(VariableId tile, std::span<const Expr> index) {
    for (Expr position : index) {
      for_each_node(position, [&](Expr node) {
        const bool leaf = node->opcode == Opcode::kLoad || ir::is_variable(node);
        const bool known = ir::is_variable(node) && unrolled_.contains(ir::variable_of(node));
        if (leaf && !known) used_.array_tiles.insert(tile);
      });
    }
  }

  void collect(const Block& block) {
    for_each_statement(block, [this](const ir::LoopStatement& statement) {
      if (const auto* let = std::get_if<ir::Let>(&statement.form)) return depend(let->variable, let->value);
      if (const auto* assign = std::get_if<ir::Assign>(&statement.form)) return depend(*assign);
      const auto* loop = std::get_if<ir::Loop>(&statement.form);
      if (loop != nullptr && loop->kind == ir::LoopKind::kUnrolled) unrolled_.insert(loop->counter);
      for_each_own_expr(statement, [this](Expr e) { use(e); });
      for_each_buffer(statement, [this](BufferId buffer) { used_.buffers.insert(buffer); });
    });
  }

  void depend(const ir::Assign& assign) {
    check_tile(assign.tile, assign.index);
    depend(assign.tile, assign.value);
    for (Expr index : assign.index) depend(assign.tile, index);
  }
  void depend(VariableId variable, Expr value) {
    if (used_.variables.contains(variable)) {
      use(value);
    } else {
      values_[variable].push_back(value);
    }
  }

  UsedNames& used_;
  std::set<VariableId> unrolled_;
  std::map<VariableId, std::vector<Expr>> values_;  // of variables not used so far
  std::vector<VariableId> pending_;
};

}  // namespace

UsedNames used_names(const ir::Kernel& kernel) {
  UsedNames used;
  Walk(used).run(kernel.body);
  return used;
}

std::set<VariableId> tiles_in(const Block& block, const std::set<VariableId>& tiles) {
  std::set<VariableId> found;
  for_each_statement(block, [&](const ir::LoopStatement& statement) {
    if (const auto* assign = std::get_if<ir::Assign>(&statement.form)) found.insert(assign->tile);
  });
  for_each_expr(block, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (ir::is_variable(node) && tiles.contains(ir::variable_of(node))) found.insert(ir::variable_of(node));
    });
  });
  return found;
}

}  // namespace burin::codegen::cpp
