#include "passes/eliminate_common.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "ir/graph/op.h"

namespace burin::passes {

using namespace ir;

namespace {

class CommonOps {
 public:
  CommonOps(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), same_(graph.values.size()), is_output_(graph.values.size()) {
    std::iota(same_.begin(), same_.end(), uint32_t{0});
    for (ValueId output : graph.main().yields) is_output_[output.index] = true;
  }

  // Regions are inside ops: by then the values around them have their names.
  void run(RegionId region) {
    std::map<std::pair<std::string_view, std::vector<ValueId>>, std::vector<OpId>> seen;
    std::vector<OpId> kept;
    for (OpId id : graph_.regions[region].ops) {
      Op& op = graph_.ops[id];
      rename(op.operands);
      for (RegionId inner : op.regions) run(inner);
      if (!is_replaceable(op)) {
        kept.push_back(id);
        continue;
      }
      std::vector<OpId>& alike = seen[{op.info->name, op.operands}];
      const auto first = std::ranges::find_if(alike, [&](OpId other) { return is_same(graph_.ops[other], op); });
      if (first == alike.end()) {
        alike.push_back(id);
        kept.push_back(id);
        continue;
      }
      replace(op, graph_.ops[*first]);
    }
    graph_.regions[region].ops = std::move(kept);
    rename(graph_.regions[region].yields);
  }

 private:
  void rename(std::vector<ValueId>& values) const {
    for (ValueId& value : values) {
      if (value.valid()) value = ValueId{same_[value.index]};
    }
  }

  bool is_replaceable(const Op& op) const {
    return op.regions.empty() &&
           std::ranges::none_of(op.results, [&](ValueId result) { return is_output_[result.index]; });
  }

  // Types differ where each op counts a symbol of its own.
  bool is_same(const Op& a, const Op& b) const {
    return a.attributes == b.attributes && std::ranges::equal(a.results, b.results, [&](ValueId left, ValueId right) {
             const TensorType& x = graph_.values[left].type;
             const TensorType& y = graph_.values[right].type;
             return x.element == y.element && x.shape == y.shape;
           });
  }

  void replace(const Op& op, const Op& by) {
    for (size_t i = 0; i < op.results.size(); ++i) same_[op.results[i].index] = by.results[i].index;
    context_.explain(fmt::format("eliminate-common: {} is {}", op.origin, by.origin));
  }

  Graph& graph_;
  const PassContext& context_;
  std::vector<uint32_t> same_;  // by value: the one that stands for it
  std::vector<bool> is_output_;
};

}  // namespace

Status eliminate_common(Graph& graph, const PassContext& context) {
  CommonOps(graph, context).run(graph.body);
  return {};
}

}  // namespace burin::passes
