#include "codegen/cpp/used_variables.h"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "ir/expr/walk.h"

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
    for (const ir::LoopStatement& statement : block) {
      std::visit([this](const auto& form) { one(form); }, statement.form);
    }
  }
  void one(const ir::Loop& loop) {
    use(loop.begin);
    use(loop.end);
    if (loop.kind == ir::LoopKind::kUnrolled) unrolled_.insert(loop.counter);
    collect(loop.body);
  }
  void one(const ir::WhileLoop& loop) {
    use(loop.condition);
    collect(loop.body);
  }
  void one(const ir::Branch& branch) {
    use(branch.condition);
    collect(branch.then_body);
    collect(branch.else_body);
  }
  void one(const ir::Let& let) { depend(let.variable, let.value); }
  void one(const ir::Tile&) {}
  void one(const ir::Assign& assign) {
    check_tile(assign.tile, assign.index);
    depend(assign.tile, assign.value);
    for (Expr index : assign.index) depend(assign.tile, index);
  }
  void one(const ir::StoreTo& store) {
    used_.buffers.insert(store.buffer);
    use(store.index);
    use(store.value);
  }
  void one(const ir::Prefetch& prefetch) {
    used_.buffers.insert(prefetch.buffer);
    use(prefetch.index);
  }
  void one(const ir::Call& call) {
    used_.buffers.insert(call.buffers.begin(), call.buffers.end());
    for (Expr scalar : call.scalars) use(scalar);
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

void collect_assigned(const Block& block, std::set<VariableId>& assigned) {
  for (const ir::LoopStatement& statement : block) {
    if (const auto* loop = std::get_if<ir::Loop>(&statement.form)) {
      collect_assigned(loop->body, assigned);
    } else if (const auto* repeat = std::get_if<ir::WhileLoop>(&statement.form)) {
      collect_assigned(repeat->body, assigned);
    } else if (const auto* branch = std::get_if<ir::Branch>(&statement.form)) {
      collect_assigned(branch->then_body, assigned);
      collect_assigned(branch->else_body, assigned);
    } else if (const auto* assign = std::get_if<ir::Assign>(&statement.form)) {
      assigned.insert(assign->tile);
    }
  }
}

}  // namespace

UsedNames used_names(const ir::Kernel& kernel) {
  UsedNames used;
  Walk(used).run(kernel.body);
  return used;
}

std::set<VariableId> tiles_in(const Block& block, const std::set<VariableId>& tiles) {
  std::set<VariableId> found;
  collect_assigned(block, found);
  for_each_expr(block, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (ir::is_variable(node) && tiles.contains(ir::variable_of(node))) found.insert(ir::variable_of(node));
    });
  });
  return found;
}

}  // namespace burin::codegen::cpp
