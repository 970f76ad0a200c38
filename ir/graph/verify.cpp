#include "ir/graph/verify.h"

#include <algorithm>
#include <set>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/graph/copy.h"
#include "ir/graph/op.h"
#include "ir/text/expr_text.h"
#include "ir/text/lexer.h"

namespace burin::ir {
namespace {

constexpr size_t kMostFaults = 20;  // more of them help nobody

class GraphVerifier {
 public:
  explicit GraphVerifier(const Graph& graph)
      : graph_(graph), defined_(graph.values.size()), entered_(graph.regions.size()), placed_(graph.ops.size()) {}

  Status run() {
    for (VariableId symbol : graph_.symbols) symbols_.insert(symbol);
    for (VariableId symbol : graph_.opaque_symbols) symbols_.insert(symbol);
    check_values();
    if (graph_.body.index >= graph_.regions.size()) {
      fault("region", "graph", "expected a main region, found number {}", graph_.body.index);
    } else {
      check_region(graph_.body, "graph");
    }
    if (found_ == 0) check_inference();
    return faults_.empty() ? Status() : Status(faults_);
  }

 private:
  template <class... Args>
  void fault(std::string_view kind, std::string where, fmt::format_string<Args...> format, Args&&... args) {
    ++found_;
    if (faults_.size() < kMostFaults)
      faults_.push_back(input_fault(kind, std::move(where), format, std::forward<Args>(args)...));
  }

  bool is_value(ValueId id) const { return id.index < graph_.values.size(); }
  std::string value_name(ValueId id) const { return value_text(graph_.values[id].name); }
  std::string place_of(OpId id) const {
    const Op& op = graph_.ops[id];
    if (!op.origin.empty()) return op.origin;
    return fmt::format("op {}{}", op.info->name,
                       op.results.empty() || !is_value(op.results[0]) ? "" : " " + value_name(op.results[0]));
  }

  // --- Values by themselves.
  void check_values() {
    const std::vector<int> uses = count_uses(graph_);
    for (uint32_t i = 0; i < graph_.values.size(); ++i) {
      const Value& value = graph_.values[ValueId{i}];
      const std::string where = "value " + value_name(ValueId{i});
      const bool constant = value.constant && !value.definition.valid();
      if (constant) defined_[i] = true;
      if (constant && uses[i] > 0) check_name(value, where);
      if (value.constant) check_constant(value, where);
    }
  }

  // Of values that are there: a name may pass from one that a pass took out to its successor.
  void check_name(const Value& value, const std::string& where) {
    if (!value.name.empty() && names_.insert(value.name).second) return;
    fault("name", where, "expected a name of its own, found {}", quoted(value.name));
  }

  void check_constant(const Value& value, const std::string& where) {
    const std::optional<std::vector<int64_t>> dims = static_dims(value.type.shape);
    if (value.constant->element == value.type.element && dims && *dims == value.constant->dims) return;
    fault("type-mismatch", where, "expected a constant of type {}, found {} of another shape or element type",
          info(value.type.element).name, info(value.constant->element).name);
  }

  void check_type(ValueId id) {
    const std::string where = "value " + value_name(id);
    for (Expr dim : graph_.values[id].type.shape) {
      if (!dim.valid() || dim->type != kIndex) {
        fault("type-mismatch", where, "expected dimensions of type i64, found {}",
              dim.valid() ? text_of(dim->type) : "none");
        continue;
      }
      for_each_node(dim, [&](Expr e) {
        if (is_variable(e) && !symbols_.contains(variable_of(e)))
          fault("scope", where, "expected symbols of the graph in dimensions, found {}", text_of(e));
      });
      if (constant_integer(dim).value_or(0) < 0)
        fault("dimension", where, "expected a dimension of at least 0, found {}", text_of(dim));
    }
  }

  // --- Regions and ops.
  void define(ValueId id, const std::string& where) {
    if (!is_value(id)) return fault("value", where, "expected a value of the graph, found number {}", id.index);
    const Value& value = graph_.values[id];
    if (defined_[id.index] && !(value.constant && !value.definition.valid()))
      fault("definition", where, "expected one definition of {}, found another", value_name(id));
    if (!value.constant || value.definition.valid()) check_name(value, where);
    defined_[id.index] = true;
    visible_.push_back(id);
    check_type(id);
  }

  void check_use(ValueId id, const std::string& where) {
    if (!is_value(id)) return fault("value", where, "expected a value of the graph, found number {}", id.index);
    if (!defined_[id.index])
      fault("definition", where, "expected {} to be defined before its use here, found it not", value_name(id));
  }

  void check_region(RegionId id, const std::string& where) {
    if (entered_[id.index]) return fault("region", where, "expected a region of one op, found it in another too");
    entered_[id.index] = true;
    const Region& region = graph_.regions[id];
    const size_t outside = visible_.size();
    for (ValueId parameter : region.parameters) define(parameter, where);
    for (OpId op : region.ops) {
      if (op.index >= graph_.ops.size()) {
        fault("op", where, "expected an op of the graph, found number {}", op.index);
      } else {
        check_op(op);
      }
    }
    for (ValueId yielded : region.yields) check_use(yielded, where);
    // What was defined inside is not visible after.
    for (size_t i = outside; i < visible_.size(); ++i) defined_[visible_[i].index] = false;
    visible_.resize(outside);
  }

  void check_op(OpId id) {
    const Op& op = graph_.ops[id];
    if (op.info == nullptr) return fault("op", "op", "expected a row, found none");
    const std::string where = place_of(id);
    if (placed_[id.index]) return fault("op", where, "expected it in one region, found it in another too");
    placed_[id.index] = true;
    const OpInfo& row = *op.info;
    const auto operands = static_cast<int64_t>(op.operands.size());
    if (operands < row.least_operands || operands > row.most_operands) {
      fault("operand-count", where, "expected {} to {} operands, found {}", row.least_operands, row.most_operands,
            operands);
    }
    for (ValueId operand : op.operands) {
      if (operand.valid()) check_use(operand, where);
    }
    if (&op.attributes.schema() != &row.schema())
      fault("attribute", where, "expected the attributes of {}, found those of another op", row.name);
    if (op.regions.size() != static_cast<size_t>(row.regions))
      fault("region", where, "expected {} regions, found {}", row.regions, op.regions.size());
    for (RegionId region : op.regions) {
      if (region.index >= graph_.regions.size()) {
        fault("region", where, "expected a region of the graph, found number {}", region.index);
      } else {
        check_region(region, where);
      }
    }
    if (op.results.size() < static_cast<size_t>(row.results))
      fault("results", where, "expected at least {} results, found {}", row.results, op.results.size());
    for (ValueId result : op.results) {
      define(result, where);
      if (is_value(result) && graph_.values[result].definition != id)
        fault("definition", where, "expected it as the definition of {}, found another", value_name(result));
    }
  }

  // --- Types, on a copy: inference writes them.
  void check_inference() {
    Graph copy = copy_of(graph_);
    for (const Region& region : graph_.regions) {
      for (OpId id : region.ops) {
        if (placed_[id.index]) check_inferred(copy, id);
      }
    }
  }

  void check_inferred(Graph& copy, OpId id) {
    const std::vector<ValueId>& results = graph_.ops[id].results;
    std::vector<Value> before;  // of the copy, so that its expressions compare with the inferred ones
    for (ValueId result : results) before.push_back(copy.values[result]);
    if (Status status = infer_types(copy, id); !status) {
      for (const Diagnostic& one : status.faults()) {
        ++found_;
        if (faults_.size() < kMostFaults) faults_.push_back(one);
      }
      return;
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const ValueId result = results[i];
      Value& inferred = copy.values[result];
      Value& held = before[i];
      if (!same_type(held.type, inferred.type)) {
        fault("type-mismatch", place_of(id), "expected {} of the inferred type {}, found {}", value_name(result),
              shown(inferred.type), shown(held.type));
      }
      inferred = std::move(held);
    }
  }

  // A count that running finds is another symbol each time it is inferred.
  bool same_type(const TensorType& held, const TensorType& inferred) const {
    const auto is_count = [&](Expr dim) {
      return is_variable(dim) && std::ranges::find(graph_.symbols, variable_of(dim)) == graph_.symbols.end();
    };
    return held.element == inferred.element && std::ranges::equal(held.shape, inferred.shape, [&](Expr a, Expr b) {
             return provably_equal(a, b) || (is_count(a) && is_count(b)) || uses_count(b);
           });
  }

  // Built from a count: cannot be compared with what the graph holds, whose counts have other names.
  bool uses_count(Expr dim) const {
    bool found = false;
    for_each_node(dim, [&](Expr e) { found |= is_variable(e) && !symbols_.contains(variable_of(e)); });
    return found;
  }

  static std::string shown(const TensorType& type) {
    std::string dims;
    for (Expr dim : type.shape) dims += (dims.empty() ? "" : ", ") + text_of(dim);
    return std::string(info(type.element).name) + "[" + dims + "]";
  }

  const Graph& graph_;
  Diagnostics faults_;
  int found_ = 0;  // also those that are not kept
  std::set<VariableId> symbols_;
  std::set<std::string_view> names_;
  std::vector<bool> defined_, entered_, placed_;
  std::vector<ValueId> visible_;
};

}  // namespace

Status verify(const Graph& graph) { return GraphVerifier(graph).run(); }

}  // namespace burin::ir
