#include "ir/graph/copy.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace burin::ir {
namespace {

// Calls `visit(Expr&)` with every expression of the graph, those in attributes aside.
template <class AnyGraph, class Visitor>
void for_each_expr(AnyGraph& graph, const Visitor& visit) {
  for (auto& value : graph.values) {
    for (auto& dim : value.type.shape) visit(dim);
    if (!value.elements) continue;
    for (auto& element : *value.elements) visit(element);
  }
  for (auto& assumed : graph.assumptions) {
    visit(assumed.dimensions.left);
    visit(assumed.dimensions.right);
  }
}

// Calls `visit(FieldInfo, std::vector<Expr>)` with every attribute that holds expressions.
template <class Visitor>
void for_each_expr_field(const Attributes& attributes, const Visitor& visit) {
  for (const FieldInfo& field : attributes.schema().fields) {
    const AttributeValue value = field.get(attributes.get());
    if (const auto* exprs = std::get_if<std::vector<Expr>>(&value); exprs != nullptr && !exprs->empty())
      visit(field, *exprs);
  }
}

class GraphCopy {
 public:
  explicit GraphCopy(const Graph& graph) : graph_(graph), copy_(graph) { copy_.pool = std::make_shared<ExprPool>(); }

  Graph run() {
    copy_variables();
    for_each_expr(copy_, [&](Expr& e) { e = copied(e); });
    for (Op& op : copy_.ops) op.attributes = copied(op.attributes);
    for (VariableId& symbol : copy_.symbols) symbol = variables_.at(symbol.index);
    for (VariableId& symbol : copy_.opaque_symbols) symbol = variables_.at(symbol.index);
    return std::move(copy_);
  }

 private:
  // In the order of their declaration, which is that of what is computed from ids. An extent is of variables declared before.
  void copy_variables() {
    for_each_expr(graph_, [&](Expr e) { collect(e); });
    for (const Op& op : graph_.ops) {
      for_each_expr_field(op.attributes, [&](const FieldInfo&, const std::vector<Expr>& exprs) {
        for (Expr e : exprs) collect(e);
      });
    }
    for (VariableId symbol : graph_.symbols) collect(symbol);
    for (VariableId symbol : graph_.opaque_symbols) collect(symbol);
    for (VariableId id : used_) {
      Variable variable = (*graph_.pool)[id];
      const int64_t high = variable.high;
      if (variable.extent.valid()) variable.extent = copied(variable.extent);
      const VariableId declared = copy_.pool->declare(std::move(variable));
      copy_.pool->tighten(declared, high);
      variables_.emplace(id.index, declared);
    }
  }

  void collect(VariableId id) {
    if (!used_.insert(id).second) return;
    if (const Expr extent = (*graph_.pool)[id].extent; extent.valid()) collect(extent);
  }

  void collect(Expr e) {
    if (!e.valid() || !e->has_variables || !collected_.insert(e.node()).second) return;
    if (is_variable(e)) collect(variable_of(e));
    for (Expr operand : e->operands) collect(operand);
  }

  Expr copied(Expr e) {
    if (!e.valid()) return e;
    if (auto found = nodes_.find(e.node()); found != nodes_.end()) return found->second;
    const Expr made = made_like(e);
    nodes_.emplace(e.node(), made);
    return made;
  }

  Expr made_like(Expr e) {
    ExprPool& pool = *copy_.pool;
    if (is_variable(e)) return pool.variable(variables_.at(variable_of(e).index));
    if (e->opcode == Opcode::kConstant) {
      return is_float(e->type.element) ? pool.floating(*constant_number(e), e->type)
                                       : pool.integer(e->payload, e->type);
    }
    std::vector<Expr> operands;
    for (Expr operand : e->operands) operands.push_back(copied(operand));
    return pool.as_written(e->opcode, operands, e->type, e->payload);
  }

  Attributes copied(const Attributes& attributes) {
    std::shared_ptr<void> made;  // once there is something to replace
    for_each_expr_field(attributes, [&](const FieldInfo& field, std::vector<Expr> exprs) {
      for (Expr& e : exprs) e = copied(e);
      if (made == nullptr) made = attributes.schema().copy(attributes.get());
      field.set(made.get(), std::move(exprs));
    });
    return made == nullptr ? attributes : Attributes(attributes.schema(), std::move(made));
  }

  const Graph& graph_;
  Graph copy_;
  std::set<VariableId> used_;
  std::set<const ExprNode*> collected_;
  std::unordered_map<uint32_t, VariableId> variables_;  // by VariableId::index of the original
  std::unordered_map<const ExprNode*, Expr> nodes_;
};

}  // namespace

Graph copy_of(const Graph& graph) { return GraphCopy(graph).run(); }

}  // namespace burin::ir
