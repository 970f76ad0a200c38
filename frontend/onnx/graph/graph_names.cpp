// GraphImport's names: what they mean, and that those of values are unique.
#include "frontend/onnx/graph/graph_import.h"
#include "frontend/onnx/reader/data_type.h"

namespace burin::frontend {

const Name& GraphImport::find(Scope& scope, std::string_view name) {
  static const Name unknown;
  for (Scope* at = &scope; at != nullptr; at = at->outer) {
    if (const auto found = at->names.find(name); found != at->names.end()) return found->second;
    const auto initializer = at->initializers.find(name);
    if (initializer == at->initializers.end()) continue;
    ir::Result<ir::Literal> value = literal(*initializer->second, fmt::format("initializer \"{}\"", name));
    Name& held = at->names[name];
    held.state = value ? NameState::kValue : NameState::kFailed;
    if (value) {
      held.value = graph_.add_constant(unique_name(at->prefix + std::string(name)), std::move(*value));
      set_small(held.value, initializer->second->data_type());
    } else {
      log_.add(ir::Status(value.faults()));
    }
    return held;
  }
  return unknown;
}

void GraphImport::bind(Scope& scope, std::string_view name, ir::ValueId value) {
  scope.names[name] = {NameState::kValue, value, {}};
}

void GraphImport::bind_failed(Scope& scope, const onnx::NodeProto& node) {
  for (const std::string& output : node.output()) {
    if (output.empty() || scope.names.contains(output)) continue;
    Name& name = scope.names[output];
    name.state = NameState::kFailed;
    // With a type that the model declares, what comes behind can still be checked.
    if (std::optional<ir::TensorType> type = declared_type(scope, output)) {
      name = {NameState::kValue, graph_.add_value(unique_name(scope.prefix + output), std::move(*type)), {}};
    }
  }
}

std::string GraphImport::unique_name(std::string wanted) {
  if (used_names_.insert(wanted).second) return wanted;
  int& suffix = next_suffix_[wanted];
  while (true) {
    std::string name = fmt::format("{}.{}", wanted, ++suffix);
    if (used_names_.insert(name).second) return name;
  }
}

void GraphImport::rename(ir::ValueId value, std::string wanted) {
  used_names_.erase(graph_.values[value].name);
  graph_.values[value].name = unique_name(std::move(wanted));
}

void GraphImport::set_small(ir::ValueId value, int32_t data_type) {
  if (const SmallElement* small = small_element(data_type); small != nullptr && value.valid()) small_[value] = small;
}

const SmallElement* GraphImport::small(ir::ValueId value) const {
  const auto found = small_.find(value);
  return found == small_.end() ? nullptr : found->second;
}

const onnx::ValueInfoProto* GraphImport::declaration(Scope& scope, std::string_view name) {
  if (scope.graph == nullptr) return nullptr;
  if (!scope.declared) {
    scope.declared.emplace();
    for (const auto& info : scope.graph->output()) scope.declared->emplace(info.name(), &info);
    for (const auto& info : scope.graph->value_info()) scope.declared->emplace(info.name(), &info);
  }
  const auto found = scope.declared->find(name);
  return found == scope.declared->end() || !found->second->type().has_tensor_type() ? nullptr : found->second;
}

void GraphImport::check_declared_element(Scope& scope, std::string_view name, const std::string& where) {
  const onnx::ValueInfoProto* info = declaration(scope, name);
  const auto found = scope.names.find(name);
  if (info == nullptr || found == scope.names.end() || found->second.state != NameState::kValue) return;
  const auto declared = element_type_of(info->type().tensor_type().elem_type());
  const ir::ElementType element = graph_.values[found->second.value].type.element;
  if (!declared || element == *declared) return;
  log_.add(ir::input_fault("type-mismatch", where, "expected {} as the model declares it, found {} computed",
                           ir::info(*declared).name, ir::info(element).name));
}

std::optional<ir::TensorType> GraphImport::declared_type(Scope& scope, std::string_view name) {
  const onnx::ValueInfoProto* info = declaration(scope, name);
  if (info == nullptr) return std::nullopt;
  const auto& declared = info->type().tensor_type();
  const std::optional<ir::ElementType> element = element_type_of(declared.elem_type());
  if (!element || !declared.has_shape() || declared.shape().dim_size() > ir::kMostRank) return std::nullopt;
  ir::TensorType type{*element, {}};
  for (const auto& dim : declared.shape().dim()) {
    if (!dim.has_dim_value() || dim.dim_value() < 0) return std::nullopt;
    type.shape.push_back(graph_.pool->integer(dim.dim_value()));
  }
  return type;
}

}  // namespace burin::frontend
