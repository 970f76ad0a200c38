// Walks over kernel expressions: visiting, replacing variables, rewriting. Each looks at a shared node once.
#pragma once

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ir/expr/expr.h"

namespace burin::ir {

// `visit` sees every distinct node below `root` once, operands first.
template <class Visitor>
void for_each_node(Expr root, Visitor&& visit);
bool uses_variable(Expr e, VariableId variable);
// Replaces variables, all at once: replacements are not looked into, so {v: v + 1} and {v: w, w: v} mean what they say. The
// nodes above a replaced variable are rebuilt, hence simplified.
using Substitution = std::unordered_map<uint32_t, Expr>;  // by VariableId::index
Expr substitute(Expr e, const Substitution& replacements);
// Rebuilds `e` bottom up. `rewrite` gets each node with rewritten operands and returns its replacement or the same node. It
// never sees a node of a replacement, also where simplification takes one out of the sum that held it.
template <class Rewriter>
Expr rewrite_bottom_up(Expr e, Rewriter&& rewrite);

// --- Implementation of the templates.
namespace detail {
template <class Visitor>
void visit_node(Expr e, std::unordered_map<const ExprNode*, Expr>& seen, Visitor& visit) {
  if (!seen.emplace(e.node(), e).second) return;
  for (Expr operand : e->operands) visit_node(operand, seen, visit);
  visit(e);
}
template <class Rewriter>
class BottomUpRewriting {
 public:
  explicit BottomUpRewriting(Rewriter& rewrite) : rewrite_(rewrite) {}

  Expr run(Expr e) {
    if (auto found = done_.find(e.node()); found != done_.end()) return found->second;
    std::vector<Expr> operands;
    bool changed = false;
    for (Expr operand : e->operands) {
      operands.push_back(run(operand));
      changed |= operands.back() != operand;
    }
    Expr result = changed ? e->pool->make(e->opcode, operands, e->type, e->payload) : e;
    // `(w + 1) - 1` with w replaced by v + 1 is the v of the replacement, and no node of `e` any more.
    const bool is_simplified =
        changed && (result->opcode != e->opcode || !std::ranges::equal(result->operands, operands));
    if (!is_simplified || !is_of_replacement(result)) {
      const Expr rebuilt = result;
      result = rewrite_(rebuilt);
      if (result != rebuilt) unseen_.push_back(result);
    }
    done_.emplace(e.node(), result);
    return result;
  }

 private:
  bool is_of_replacement(Expr e) {
    const auto nothing = [](Expr) {};
    for (Expr replacement : unseen_) visit_node(replacement, of_replacements_, nothing);
    unseen_.clear();
    return of_replacements_.contains(e.node());
  }

  Rewriter& rewrite_;
  std::unordered_map<const ExprNode*, Expr> done_;
  std::unordered_map<const ExprNode*, Expr> of_replacements_;  // their nodes, but for those of `unseen_`
  std::vector<Expr> unseen_;
};
}  // namespace detail

template <class Visitor>
void for_each_node(Expr root, Visitor&& visit) {
  std::unordered_map<const ExprNode*, Expr> seen;
  detail::visit_node(root, seen, visit);
}

template <class Rewriter>
Expr rewrite_bottom_up(Expr e, Rewriter&& rewrite) {
  return detail::BottomUpRewriting(rewrite).run(e);
}

}  // namespace burin::ir
