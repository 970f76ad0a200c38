#include "ir/graph/graph.h"

#include <algorithm>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/graph/propagate.h"

namespace burin::ir {

ValueId Graph::add_value(std::string value_name, TensorType type) {
  return values.add({std::move(value_name), std::move(type), {}, {}, {}});
}

ValueId Graph::add_constant(std::string value_name, Literal literal) {
  const ValueId id = add_value(std::move(value_name), {literal.element, shape_of_dims(literal.dims, *pool)});
  values[id].elements = elements_of(literal, *pool);
  values[id].constant = std::move(literal);
  return id;
}

OpId Graph::add_op(RegionId region, const OpInfo& info, std::vector<ValueId> operands, Attributes attributes,
                   std::vector<std::string> result_names, std::string origin) {
  const OpId id = ops.add({&info, std::move(operands), {}, std::move(attributes), {}, std::move(origin)});
  for (std::string& result_name : result_names) {
    const ValueId result = add_value(std::move(result_name), {});
    values[result].definition = id;
    ops[id].results.push_back(result);
  }
  regions[region].ops.push_back(id);
  return id;
}

bool assumed_equal(const Graph& graph, Expr a, Expr b) {
  if (provably_equal(a, b)) return true;
  // What is found while running is tested only where it is assumed.
  const auto is_counted = [&](VariableId count) { return uses_variable(a, count) || uses_variable(b, count); };
  if (std::ranges::any_of(graph.opaque_symbols, is_counted)) return false;
  return std::ranges::any_of(graph.assumptions, [&](const Assumption& assumption) {
    const auto& [left, right, relation] = assumption.dimensions;
    const bool are_these = (left == a && right == b) || (left == b && right == a);
    return are_these && relation == DimensionRelation::kEqual && !assumption.region.valid();
  });
}

Expr settled_extent(const Graph& graph, Expr extent) {
  const std::vector<Expr> joined = joined_dimensions(extent);
  if (joined.size() < 2) return extent;
  const auto is_settled = [&](Expr one) {
    const auto equals = [&](Expr other) { return assumed_equal(graph, one, other); };
    return assumed_equal(graph, one, extent) || std::ranges::all_of(joined, equals);
  };
  const auto found = std::ranges::find_if(joined, is_settled);
  return found == joined.end() ? extent : *found;
}

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.values.size());
  const auto count = [&](const std::vector<ValueId>& ids) {
    for (ValueId id : ids) {
      // Absent operands, and in a graph that the verifier has yet to refuse, values that it does not have.
      if (id.index < uses.size()) ++uses[id.index];
    }
  };
  for (const Region& region : graph.regions) {
    count(region.yields);
    for (OpId op : region.ops) count(graph.ops[op].operands);
  }
  return uses;
}

}  // namespace burin::ir
