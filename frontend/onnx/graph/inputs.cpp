// The inputs of the main graph: their types, and the symbols of their dimensions.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/ranges.h>

#include "frontend/onnx/graph/graph_import.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/base/checked.h"

namespace burin::frontend {
namespace {

using Dims = google::protobuf::RepeatedPtrField<onnx::TensorShapeProto_Dimension>;

ir::Diagnostic usage_fault(ir::Diagnostic fault) {
  fault.fault = ir::Fault::kUsage;
  return fault;
}

// Names that exporters write where they know nothing: two of them are not the same dimension.
bool says_nothing(std::string_view name) { return name.empty() || name == "?" || name == "None" || name == "-1"; }

bool has_name(const onnx::TensorShapeProto_Dimension& dim) {
  return dim.has_dim_param() && !says_nothing(dim.dim_param());
}

class InputDeclarations {
 public:
  InputDeclarations(GraphImport& model, Scope& scope) : model_(model), scope_(scope) {}

  void run() {
    for (const auto& input : model_.proto().graph().input()) {
      if (!scope_.initializers.contains(input.name())) inputs_.push_back(&input);
    }
    pinned_ = model_.options().symbols;
    for (const onnx::ValueInfoProto* input : inputs_) pin_by_input_dims(*input);
    collect_names();
    for (const onnx::ValueInfoProto* input : inputs_) declare(*input);
    check_options();
  }

 private:
  static std::string where_of_input(const onnx::ValueInfoProto& input) {
    return fmt::format("input \"{}\"", input.name());
  }

  const std::vector<int64_t>* given_dims(const onnx::ValueInfoProto& input) const {
    const auto found = model_.options().input_dims.find(input.name());
    return found == model_.options().input_dims.end() ? nullptr : &found->second;
  }

  // --input_dim on a named dimension holds for every input with the name.
  void pin_by_input_dims(const onnx::ValueInfoProto& input) {
    const std::vector<int64_t>* given = given_dims(input);
    const auto& type = input.type().tensor_type();
    if (given == nullptr || !type.has_shape()) return;
    if (given->size() != static_cast<size_t>(type.shape().dim_size())) {
      model_.log().add(usage_fault(ir::input_fault("rank-mismatch", where_of_input(input),
                                                   "expected {} dimensions from --input_dim, found {}",
                                                   type.shape().dim_size(), given->size())));
      return;
    }
    for (size_t i = 0; i < given->size(); ++i) {
      const auto& dim = type.shape().dim(static_cast<int>(i));
      if (!has_name(dim) || (*given)[i] < 0) continue;
      const int64_t value = pinned_.emplace(dim.dim_param(), (*given)[i]).first->second;
      if (value == (*given)[i]) continue;
      model_.log().add(
          usage_fault(ir::input_fault("symbol-conflict", where_of_input(input),
                                      "expected dimension \"{}\" to be {} as elsewhere, found {} in --input_dim",
                                      dim.dim_param(), value, (*given)[i])));
    }
  }

  void collect_names() {
    for (const onnx::ValueInfoProto* input : inputs_) {
      for (const auto& dim : input->type().tensor_type().shape().dim()) {
        if (has_name(dim)) names_.insert(dim.dim_param());
      }
    }
  }

  ir::Expr symbol(const std::string& name) {
    if (const auto pinned = pinned_.find(name); pinned != pinned_.end())
      return model_.graph().pool->integer(pinned->second);
    if (const auto known = symbols_.find(name); known != symbols_.end()) return known->second;
    std::pair<int64_t, int64_t> bounds{kLeastDimension, kMostDimension};
    if (const auto given = model_.options().symbol_bounds.find(name); given != model_.options().symbol_bounds.end())
      bounds = given->second;
    if (bounds.first == bounds.second) return model_.graph().pool->integer(bounds.first);
    const ir::VariableId variable = model_.graph().pool->declare({name, ir::kIndex, bounds.first, bounds.second, {}});
    model_.graph().symbols.push_back(variable);
    return symbols_.emplace(name, model_.graph().pool->variable(variable)).first->second;
  }

  // A name for a dimension that has none, different from all that the model uses.
  std::string open_name(const onnx::ValueInfoProto& input, int axis) {
    std::string name = fmt::format("{}_d{}", input.name(), axis);
    while (!names_.insert(name).second) name += "_";
    return name;
  }

  ir::Expr dimension(const onnx::ValueInfoProto& input, int axis, const onnx::TensorShapeProto_Dimension& dim) {
    if (has_name(dim)) return symbol(dim.dim_param());
    if (dim.has_dim_value() && dim.dim_value() >= 0) return model_.graph().pool->integer(dim.dim_value());
    if (dim.has_dim_value() && dim.dim_value() < -1) {
      model_.log().add(ir::input_fault("negative-dimension", where_of_input(input),
                                       "dimension {}: expected a size, or -1 for any, found {}", axis,
                                       dim.dim_value()));
    }
    return symbol(open_name(input, axis));
  }

  // The shape, or nothing and a fault.
  std::optional<ir::Shape> shape(const onnx::ValueInfoProto& input) {
    const std::vector<int64_t>* given = given_dims(input);
    const auto& type = input.type().tensor_type();
    if (!type.has_shape() && given == nullptr) {
      ir::Diagnostic fault =
          ir::input_fault("unknown-shape", where_of_input(input), "expected a shape, found none in the model");
      fault.hint = fmt::format("give it on the command line, for example: --input_dim {} 1,3,224,224", input.name());
      model_.log().add(std::move(fault));
      return std::nullopt;
    }
    const Dims& declared = type.shape().dim();
    const size_t rank = given != nullptr ? given->size() : static_cast<size_t>(declared.size());
    if (rank > static_cast<size_t>(ir::kMostRank)) {
      model_.log().add(
          ir::unsupported("rank", where_of_input(input), "expected rank at most {}, found {}", ir::kMostRank, rank));
      return std::nullopt;
    }
    ir::Shape dims;
    for (size_t i = 0; i < rank; ++i) {
      const bool is_given = given != nullptr && (*given)[i] >= 0;
      static const onnx::TensorShapeProto_Dimension open;
      const auto axis = static_cast<int>(i);
      dims.push_back(is_given ? model_.graph().pool->integer((*given)[i])
                              : dimension(input, axis, axis < declared.size() ? declared[axis] : open));
    }
    return dims;
  }

  std::optional<ir::TensorType> type(const onnx::ValueInfoProto& input) {
    const auto& type = input.type();
    if (!type.has_tensor_type()) {
      const bool none = type.value_case() == onnx::TypeProto::VALUE_NOT_SET;
      model_.log().add(
          none ? ir::input_fault("unknown-type", where_of_input(input), "expected a type, found none in the model")
               : ir::unsupported("unsupported-input", where_of_input(input),
                                 "expected a tensor as input, found a sequence, map or optional"));
      return std::nullopt;
    }
    const ir::Result<ir::ElementType> element = element_type_of(type.tensor_type().elem_type(), where_of_input(input));
    if (!element) model_.log().add(ir::Status(element.faults()));
    std::optional<ir::Shape> dims = shape(input);
    if (!element || !dims) return std::nullopt;
    if (!fits(*element, *dims)) {
      model_.log().add(ir::input_fault("tensor-too-large", where_of_input(input),
                                       "expected at most {} bytes, found {}[{}]", INT64_MAX, ir::info(*element).name,
                                       ir::text_of(*dims)));
      return std::nullopt;
    }
    return ir::TensorType{*element, std::move(*dims)};
  }

  static bool fits(ir::ElementType element, const ir::Shape& dims) {
    std::vector<int64_t> factors{ir::size_of(element)};
    for (const ir::Expr dim : dims) factors.push_back(std::max<int64_t>(dim->low, 1));
    return ir::checked_product(factors).has_value();
  }

  void declare(const onnx::ValueInfoProto& input) {
    if (input.name().empty()) {
      const auto at = std::ranges::find(inputs_, &input) - inputs_.begin();
      model_.log().add(ir::input_fault("missing-name", fmt::format("input {}", at), "expected a name, found \"\""));
      return;
    }
    if (scope_.names.contains(input.name())) {
      model_.log().add(ir::input_fault("duplicate-name", where_of_input(input),
                                       "expected a name of its own, found another input with it"));
      return;
    }
    std::optional<ir::TensorType> declared = type(input);
    if (!declared) {
      scope_.names[input.name()].state = NameState::kFailed;
      return;
    }
    const ir::ValueId parameter = model_.graph().add_value(model_.unique_name(input.name()), std::move(*declared));
    model_.graph().regions[scope_.region].parameters.push_back(parameter);
    model_.set_small(parameter, input.type().tensor_type().elem_type());
    model_.bind(scope_, input.name(), parameter);
  }

  std::string input_names() const {
    constexpr size_t kMostNames = 10;
    std::string names;
    for (size_t i = 0; i < std::min(inputs_.size(), kMostNames); ++i)
      names += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", inputs_[i]->name());
    return names;
  }

  // Flags that name nothing of the model are a mistake of whoever typed them.
  void check_options() {
    for (const auto& [name, dims] : model_.options().input_dims) {
      const auto is_named = [&](const onnx::ValueInfoProto* input) { return input->name() == name; };
      if (std::ranges::any_of(inputs_, is_named)) continue;
      model_.log().add(
          usage_fault(ir::input_fault("unknown-name", fmt::format("--input_dim {}", name),
                                      "expected an input of the model ({}), found none of that name", input_names())));
    }
    const auto check_symbol = [&](const std::string& flag, const std::string& name, int64_t least) {
      if (!names_.contains(name)) {
        model_.log().add(usage_fault(ir::input_fault(
            "unknown-name", fmt::format("{} {}", flag, name),
            "expected a symbol of an input's dimensions ({}), found none of that name", fmt::join(names_, ", "))));
      } else if (least < 0) {
        model_.log().add(usage_fault(ir::input_fault("negative-dimension", fmt::format("{} {}", flag, name),
                                                     "expected at least 0, found {}", least)));
      }
    };
    for (const auto& [name, value] : model_.options().symbols) check_symbol("--define_symbol", name, value);
    for (const auto& [name, bounds] : model_.options().symbol_bounds)
      check_symbol("bounds of symbol", name, bounds.first);
  }

  GraphImport& model_;
  Scope& scope_;
  std::vector<const onnx::ValueInfoProto*> inputs_;
  std::map<std::string, int64_t> pinned_;
  std::map<std::string, ir::Expr> symbols_;
  std::set<std::string> names_;  // of all symbols
};

}  // namespace

void import_inputs(GraphImport& model, Scope& scope) { InputDeclarations(model, scope).run(); }

}  // namespace burin::frontend
