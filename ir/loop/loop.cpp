#include "ir/loop/loop.h"

#include <algorithm>
#include <set>
#include <type_traits>

#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// Calls `visit` with every expression, as a reference that is const where the block is.
template <class AnyBlock, class Visit>
class ExprWalk {
 public:
  explicit ExprWalk(Visit visit) : visit_(visit) {}

  void block(AnyBlock& statements) {
    for (auto& statement : statements) {
      std::visit([this](auto& form) { this->one(form); }, statement.form);
    }
  }

 private:
  template <class T>
  using Like = std::conditional_t<std::is_const_v<AnyBlock>, const T, T>;

  void one(Like<Loop>& loop) {
    visit_(loop.begin);
    visit_(loop.end);
    block(loop.body);
  }
  void one(Like<WhileLoop>& loop) {
    visit_(loop.condition);
    block(loop.body);
  }
  void one(Like<Branch>& branch) {
    visit_(branch.condition);
    block(branch.then_body);
    block(branch.else_body);
  }
  void one(Like<Let>& let) { visit_(let.value); }
  void one(Like<Tile>&) {}
  void one(Like<Assign>& assign) {
    for (auto& index : assign.index) visit_(index);
    visit_(assign.value);
  }
  void one(Like<StoreTo>& store) {
    visit_(store.index);
    visit_(store.value);
  }
  void one(Like<Prefetch>& prefetch) { visit_(prefetch.index); }
  void one(Like<Call>& call) {
    for (auto& scalar : call.scalars) visit_(scalar);
  }

  Visit visit_;
};

void collect_definitions(const Block& block, std::set<VariableId>& defined) {
  for (const LoopStatement& statement : block) {
    if (const auto* loop = std::get_if<Loop>(&statement.form)) {
      defined.insert(loop->counter);
      collect_definitions(loop->body, defined);
    } else if (const auto* repeat = std::get_if<WhileLoop>(&statement.form)) {
      collect_definitions(repeat->body, defined);
    } else if (const auto* branch = std::get_if<Branch>(&statement.form)) {
      collect_definitions(branch->then_body, defined);
      collect_definitions(branch->else_body, defined);
    } else if (const auto* let = std::get_if<Let>(&statement.form)) {
      defined.insert(let->variable);
    } else if (const auto* tile = std::get_if<Tile>(&statement.form)) {
      defined.insert(tile->variable);
    }
  }
}

}  // namespace

void add_origins(Kernel& kernel, std::span<const std::string> nodes) {
  for (const std::string& node : nodes) {
    if (std::ranges::find(kernel.origin, node) == kernel.origin.end()) kernel.origin.push_back(node);
  }
}

void for_each_expr(const Block& block, const std::function<void(Expr)>& visit) {
  const auto read = [&](const Expr& e) { visit(e); };
  ExprWalk<const Block, decltype(read)>(read).block(block);
}

void map_exprs(Block& block, const std::function<Expr(Expr)>& map) {
  const auto replace = [&](Expr& e) { e = map(e); };
  ExprWalk<Block, decltype(replace)>(replace).block(block);
}

std::vector<VariableId> free_variables(const Block& block) {
  std::set<VariableId> defined;
  collect_definitions(block, defined);
  std::set<VariableId> used;
  for_each_expr(block, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (is_variable(node) && !defined.contains(variable_of(node))) used.insert(variable_of(node));
    });
  });
  return {used.begin(), used.end()};
}

Expr load(ExprPool& pool, BufferId buffer, Expr index, ValueType type) {
  return pool.make(Opcode::kLoad, {&index, 1}, type, buffer.index);
}

Expr tile_value(ExprPool& pool, VariableId tile, std::span<const Expr> index) {
  if (index.empty()) return pool.variable(tile);
  return pool.make(Opcode::kVariable, index, pool[tile].type, tile.index);
}

}  // namespace burin::ir
