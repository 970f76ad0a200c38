#include <algorithm>
#include <set>

#include "ir/expr/walk.h"
#include "ir/graph/op.h"
#include "ir/graph/text.h"
#include "ir/text/writer.h"

namespace burin::ir {
namespace {

class GraphPrinter {
 public:
  explicit GraphPrinter(const Graph& graph) : graph_(graph), uses_(count_uses(graph)) {
    for (VariableId symbol : graph.symbols) declare(symbol);
    for (VariableId symbol : graph.opaque_symbols) declare(symbol);
    uint32_t id = 0;
    for (const Value& value : graph.values) {
      value_names_.push_back(value_text(value_giver_.give(value.name, "v" + std::to_string(id++))));
    }
  }

  std::string print(const TextPrintOptions& options) {
    options_ = options;
    {
      const Region& body = graph_.main();
      auto block = out_.block("func " + global_text(graph_.name) + "(" + parameters(body) + ") -> (" +
                              types(body.yields) + ")" + symbols());
      print_constants();
      print_ops(body);
      out_.line("return" + list(body.yields));
    }
    return out_.take();
  }

 private:
  void declare(VariableId id) {
    names_.variables[id.index] = variable_text(variable_giver_.give((*graph_.pool)[id].name, "n"));
  }

  std::string type(ValueId id) {
    const TensorType& held = graph_.values[id].type;
    return type_text(held.element, held.shape, names_);
  }

  std::string types(const std::vector<ValueId>& ids) {
    std::string text;
    for (ValueId id : ids) text += (text.empty() ? "" : ", ") + type(id);
    return text;
  }

  std::string parameters(const Region& region) {
    std::string text;
    for (ValueId id : region.parameters) text += (text.empty() ? "" : ", ") + value_names_[id.index] + ": " + type(id);
    return text;
  }

  // " %a, _, %b"
  std::string list(const std::vector<ValueId>& ids) {
    std::string text;
    for (ValueId id : ids) text += (text.empty() ? " " : ", ") + (id.valid() ? value_names_[id.index] : "_");
    return text;
  }

  // The symbols given, and those of the opaque ones that a printed type shows.
  std::string symbols() {
    std::string text;
    const auto add = [&](VariableId id, std::string_view prefix) {
      text += (text.empty() ? " where " : ", ") + std::string(prefix) +
              symbol_text((*graph_.pool)[id], names_.variables[id.index], names_);
    };
    for (VariableId id : graph_.symbols) add(id, "");
    const std::set<VariableId> shown = variables_shown();
    for (VariableId id : graph_.opaque_symbols) {
      if (shown.contains(id)) add(id, "opaque ");
    }
    return text;
  }

  std::set<VariableId> variables_shown() {
    std::set<VariableId> shown;
    const auto look_at = [&](const std::vector<ValueId>& ids) {
      for (ValueId id : ids) {
        for (Expr dim : graph_.values[id].type.shape) {
          for_each_node(dim, [&](Expr e) {
            if (is_variable(e)) shown.insert(variable_of(e));
          });
        }
      }
    };
    for (const Region& region : graph_.regions) {
      look_at(region.parameters);
      for (OpId op : region.ops) look_at(graph_.ops[op].results);
    }
    return shown;
  }

  void print_constants() {
    std::set<ValueId> parameters;
    for (const Region& region : graph_.regions) parameters.insert(region.parameters.begin(), region.parameters.end());
    for (uint32_t i = 0; i < graph_.values.size(); ++i) {
      const Value& value = graph_.values[ValueId{i}];
      if (!value.constant || value.definition.valid() || uses_[i] == 0 || parameters.contains(ValueId{i})) continue;
      out_.line(value_names_[i] + " = constant : " + type(ValueId{i}) + " = " +
                literal_text(*value.constant, options_.constants));
    }
  }

  void print_ops(const Region& region) {
    for (OpId id : region.ops) print_op(graph_.ops[id]);
  }

  void print_op(const Op& op) {
    const std::string results = op.results.empty() ? "" : list(op.results).substr(1) + " = ";
    const std::string result_types = op.results.empty() ? "" : " : " + types(op.results);
    const std::string origin = op.origin.empty() ? "" : " from " + quoted(op.origin);
    const std::string head =
        results + std::string(op.info->name) + list(op.operands) + attributes(op.attributes) + result_types + origin;
    if (op.regions.empty()) return out_.line(head);
    auto block = out_.block(head + " (" + parameters(graph_.regions[op.regions[0]]) + ")");
    for (size_t i = 0; i < op.regions.size(); ++i) {
      const Region& region = graph_.regions[op.regions[i]];
      if (i > 0) out_.middle("(" + parameters(region) + ")");
      print_ops(region);
      out_.line("yield" + list(region.yields));
    }
  }

  std::string attributes(const Attributes& attributes) {
    const AttributeSchema& schema = attributes.schema();
    const std::shared_ptr<void> defaults = schema.make();
    std::string text;
    for (const FieldInfo& field : schema.fields) {
      const AttributeValue value = field.get(attributes.get());
      if (value == field.get(defaults.get())) continue;
      text += (text.empty() ? "" : ", ") + std::string(field.name) + " = " +
              std::visit([this](const auto& v) { return attribute(v); }, value);
    }
    return text.empty() ? "" : " {" + text + "}";
  }

  std::string attribute(bool value) { return value ? "true" : "false"; }
  std::string attribute(int64_t value) { return std::to_string(value); }
  std::string attribute(double value) { return float_text(value, ElementType::kF64); }
  std::string attribute(const std::string& value) { return quoted(value); }
  std::string attribute(ElementType value) { return std::string(info(value).name); }
  std::string attribute(Expr value) { return text_of(value, names_, kIndex); }
  std::string attribute(const Literal& value) {
    const Shape shape = shape_of_dims(value.dims, *graph_.pool);
    return type_text(value.element, shape, names_) + " = " + literal_text(value, options_.constants);
  }
  template <class T>
  std::string attribute(const std::vector<T>& values) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "" : ", ") + attribute(value);
    return "[" + text + "]";
  }

  const Graph& graph_;
  std::vector<int> uses_;
  TextPrintOptions options_;
  ExprNames names_;
  NameGiver variable_giver_;
  NameGiver value_giver_;
  std::vector<std::string> value_names_;
  TextWriter out_;
};

}  // namespace

std::string text_of(const Graph& graph, const TextPrintOptions& options) { return GraphPrinter(graph).print(options); }

}  // namespace burin::ir
