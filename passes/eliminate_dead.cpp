#include "passes/eliminate_dead.h"

#include <algorithm>
#include <map>

#include "ir/expr/walk.h"
#include "ir/graph/op.h"

namespace burin::passes {

using namespace ir;

namespace {

// Which ops of all regions an output depends on: for its values, or for a count in its shape.
class Liveness {
 public:
  explicit Liveness(const Graph& graph) : graph_(graph), needed_(graph.ops.size()) {
    for (OpId op : graph.main().ops) find_counts(op);
    need(graph.main().yields);
    while (!pending_.empty()) {
      const OpId op = pending_.back();
      pending_.pop_back();
      need(graph.ops[op].operands);
      for (RegionId region : graph.ops[op].regions) need(graph.regions[region].yields);
      need_attributes(graph.ops[op].attributes);
    }
  }

  std::vector<bool> needed() && { return std::move(needed_); }

 private:
  // An op whose result's shape is the first to have an opaque symbol finds out its value.
  void find_counts(OpId id) {
    const Op& op = graph_.ops[id];
    for (RegionId region : op.regions) {
      for (ValueId parameter : graph_.regions[region].parameters) add_counts(id, graph_.values[parameter]);
      for (OpId inner : graph_.regions[region].ops) find_counts(inner);
    }
    for (ValueId result : op.results) add_counts(id, graph_.values[result]);
  }

  void add_counts(OpId op, const Value& value) {
    const auto add = [&](Expr e) {
      if (is_variable(e)) counting_.emplace(variable_of(e), op);
    };
    std::ranges::for_each(value.type.shape, add);
    if (value.elements) std::ranges::for_each(*value.elements, add);
  }

  void need(OpId op) {
    if (!op.valid() || needed_[op.index]) return;
    needed_[op.index] = true;
    pending_.push_back(op);
  }

  void need(const std::vector<ValueId>& values) {
    for (ValueId value : values) {
      if (value.valid() && !graph_.values[value].constant) need(graph_.values[value].definition);
    }
  }

  void need_attributes(const Attributes& attributes) {
    for (const FieldInfo& field : attributes.schema().fields) {
      const AttributeValue value = field.get(attributes.get());
      const auto* expressions = std::get_if<std::vector<Expr>>(&value);
      if (expressions == nullptr) continue;
      for (Expr root : *expressions) {
        for_each_node(root, [&](Expr e) {
          const auto found = is_variable(e) ? counting_.find(variable_of(e)) : counting_.end();
          if (found != counting_.end()) need(found->second);
        });
      }
    }
  }

  const Graph& graph_;
  std::vector<bool> needed_;
  std::vector<OpId> pending_;
  std::map<VariableId, OpId> counting_;
};

}  // namespace

Status eliminate_dead(Graph& graph, const PassContext&) {
  const std::vector<bool> needed = Liveness(graph).needed();
  for (Region& region : graph.regions) {
    std::erase_if(region.ops, [&](OpId op) { return !needed[op.index]; });
  }
  return {};
}

}  // namespace burin::passes
