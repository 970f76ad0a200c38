#include "passes/tensor_uses.h"

#include <algorithm>
#include <set>
#include <utility>

#include "ir/expr/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

// Distinct tensors in order of appearance. Most statements touch a few; a concatenation, or the body of a loop, thousands.
class OrderedSet {
 public:
  explicit OrderedSet(std::vector<TensorId>& list) : list_(list) {}

  void add(TensorId tensor) {
    if (list_.size() <= kFew) {
      if (std::ranges::find(list_, tensor) != list_.end()) return;
      list_.push_back(tensor);
    } else {
      if (seen_.empty()) seen_.insert(list_.begin(), list_.end());
      if (seen_.insert(tensor).second) list_.push_back(tensor);
    }
  }

 private:
  static constexpr size_t kFew = 16;
  std::vector<TensorId>& list_;
  std::set<TensorId> seen_;  // the list's, once it is long
};

class Collector {
 public:
  TensorUses uses;

  void statement(const Statement& s) {
    std::visit([this](const auto& form) { visit(form); }, s.form);
  }

 private:
  void expr(Expr root) {
    if (!root.valid()) return;
    for_each_node(root, [&](Expr node) {
      if (node->opcode == Opcode::kRead) read_.add(tensor_of(node));
    });
  }

  void visit(const Nest& nest) {
    for_each_expr(nest, [&](Expr e) { expr(e); });
    for (const Write& write : nest.writes) written_.add(write.tensor);
  }
  void visit(const Group& group) { body(group.body); }
  void visit(const Compact& compact) {
    expr(compact.where);
    for (const Write& write : compact.writes) {
      for (Expr e : write.index) expr(e);
      expr(write.value);
      expr(write.where);
      written_.add(write.tensor);
    }
  }
  void visit(const For& loop) {
    carried(loop.carried);
    body(loop.body);
  }
  void visit(const While& loop) {
    read_.add(loop.condition);
    carried(loop.carried);
    body(loop.body);
  }
  void visit(const If& branch) {
    read_.add(branch.condition);
    body(branch.then_body);
    body(branch.else_body);
  }
  void visit(const Count& count) { expr(count.value); }
  void carried(const std::vector<Carried>& list) {
    for (const Carried& c : list) {
      read_.add(c.initial);
      read_.add(c.next);
      read_.add(c.tensor);
      written_.add(c.tensor);
    }
  }
  void body(const std::vector<Statement>& statements) {
    for (const Statement& s : statements) statement(s);
  }

  OrderedSet read_{uses.read}, written_{uses.written};
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
  OrderedSet set(touched);
  for (TensorId tensor : uses.written) set.add(tensor);
  return touched;
}

namespace {

void add(std::vector<bool>& set, const std::vector<TensorId>& tensors) {
  for (TensorId tensor : tensors) set[tensor.index] = true;
}

// What `statement` touches outside of its body `inner`.
std::vector<TensorId> touched_around(Statement& statement, std::vector<Statement>& inner) {
  std::vector<Statement> hidden = std::exchange(inner, {});
  std::vector<TensorId> touched = touched_by(statement);
  inner = std::move(hidden);
  return touched;
}

void visit_body(Program& program, std::vector<Statement>& body, std::vector<bool> shared, const BodyVisitor& visit) {
  visit(body, SharedTensors(shared));
  shared.resize(program.tensors.size());
  std::vector<int> touches(program.tensors.size());
  for (const Statement& statement : body) {
    for (TensorId tensor : touched_by(statement)) ++touches[tensor.index];
  }
  for (Statement& statement : body) {
    for_each_body(statement, [&](std::vector<Statement>& inner) {
      std::vector<bool> outside = shared;
      std::vector<int> others = touches;
      for (TensorId tensor : touched_by(statement)) --others[tensor.index];
      for (size_t t = 0; t < others.size(); ++t) outside[t] = outside[t] || others[t] > 0;
      add(outside, touched_around(statement, inner));
      visit_body(program, inner, std::move(outside), visit);
      touches.resize(program.tensors.size());
      shared.resize(program.tensors.size());
    });
  }
}

}  // namespace

void for_each_program_body(Program& program, const BodyVisitor& visit) {
  std::vector<bool> shared(program.tensors.size());
  add(shared, program.inputs);
  add(shared, program.outputs);
  visit_body(program, program.body, std::move(shared), visit);
}

SymbolChanges::SymbolChanges(const Program& program, const std::vector<Statement>& body) : program_(program) {
  for (size_t i = 0; i < body.size(); ++i) {
    const auto look_at = [&](const Statement& statement) {
      if (const auto* count = std::get_if<Count>(&statement.form)) changes_.emplace_back(i, count->count);
      if (const auto* compact = std::get_if<Compact>(&statement.form)) changes_.emplace_back(i, compact->count);
    };
    look_at(body[i]);
    for_each_body(body[i], [&](const std::vector<Statement>& inner) { for_each_statement(inner, look_at); });
  }
}

bool SymbolChanges::disturb(const Nest& nest, size_t first, size_t last) const {
  return std::ranges::any_of(changes_, [&](const auto& change) {
    return change.first > first && change.first <= last && uses(nest, change.second);
  });
}

bool SymbolChanges::uses(const Nest& nest, VariableId symbol) const {
  const auto in_shape = [&](TensorId tensor) {
    return std::ranges::any_of(program_.tensors[tensor].shape, [&](Expr e) { return uses_variable(e, symbol); });
  };
  bool found = std::ranges::any_of(nest.axes, [&](const Axis& axis) {
    const Expr extent = (*program_.pool)[axis.variable].extent;
    return extent.valid() && uses_variable(extent, symbol);
  });
  for_each_expr(nest, [&](Expr e) { found |= uses_variable(e, symbol); });
  for (Expr read : reads_of(nest)) found |= in_shape(tensor_of(read));
  for (const Write& write : nest.writes) found |= in_shape(write.tensor);
  return found;
}

}  // namespace burin::passes
