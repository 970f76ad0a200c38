#include "passes/tensor_uses.h"

#include <algorithm>

namespace burin::passes {

using namespace ir;

namespace {

class Collector {
 public:
  TensorUses uses;

  void statement(const Statement& s) {
    std::visit([this](const auto& form) { visit(form); }, s.form);
  }

 private:
  static void add(std::vector<TensorId>& list, TensorId tensor) {
    if (std::ranges::find(list, tensor) == list.end()) list.push_back(tensor);
  }

  void expr(Expr root) {
    if (!root.valid()) return;
    for_each_node(root, [&](Expr node) {
      if (node->opcode == Opcode::kRead) add(uses.read, tensor_of(node));
    });
  }

  void visit(const Nest& nest) {
    for_each_expr(nest, [&](Expr e) { expr(e); });
    for (const Write& write : nest.writes) add(uses.written, write.tensor);
  }
  void visit(const Group& group) { body(group.body); }
  void visit(const Compact& compact) {
    expr(compact.where);
    for (const Write& write : compact.writes) {
      for (Expr e : write.index) expr(e);
      expr(write.value);
      expr(write.where);
      add(uses.written, write.tensor);
    }
  }
  void visit(const For& loop) {
    carried(loop.carried);
    body(loop.body);
  }
  void visit(const While& loop) {
    add(uses.read, loop.condition);
    carried(loop.carried);
    body(loop.body);
  }
  void visit(const If& branch) {
    add(uses.read, branch.condition);
    body(branch.then_body);
    body(branch.else_body);
  }
  void visit(const Count& count) { expr(count.value); }
  void carried(const std::vector<Carried>& list) {
    for (const Carried& c : list) {
      add(uses.read, c.initial);
      add(uses.read, c.next);
      add(uses.read, c.tensor);
      add(uses.written, c.tensor);
    }
  }
  void body(const std::vector<Statement>& statements) {
    for (const Statement& s : statements) statement(s);
  }
};

}  // namespace

TensorUses uses_of(const Statement& statement) {
  Collector collector;
  collector.statement(statement);
  return std::move(collector.uses);
}

std::vector<TensorId> touched_by(const Statement& statement) {
  TensorUses uses = uses_of(statement);
  std::vector<TensorId> touched = std::move(uses.read);
  for (TensorId tensor : uses.written) {
    if (std::ranges::find(touched, tensor) == touched.end()) touched.push_back(tensor);
  }
  return touched;
}

}  // namespace burin::passes
