// Local functions of a model: a call is replaced by the function's body.
#include "frontend/onnx/graph/graph_import.h"

namespace burin::frontend {
namespace {

constexpr int kMostCallDepth = 64;

// The attributes that the body may refer to: those of the call, which may themselves be references inside the calling
// function, and the defaults.
void bind_attributes(const onnx::FunctionProto& function, const onnx::NodeProto& node, const FunctionCall* caller,
                     FunctionCall& call) {
  for (const onnx::AttributeProto& attribute : function.attribute_proto())
    call.attributes[attribute.name()] = &attribute;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      call.attributes[attribute.name()] = &attribute;
      continue;
    }
    if (caller == nullptr) continue;
    const auto found = caller->attributes.find(attribute.ref_attr_name());
    if (found != caller->attributes.end()) call.attributes[attribute.name()] = found->second;
  }
}

}  // namespace

const onnx::FunctionProto* GraphImport::function_of(const onnx::NodeProto& node) const {
  const auto found = functions_.find({canonical_domain(node.domain()), node.op_type()});
  if (found == functions_.end()) return nullptr;
  if (found->second->overload() == node.overload()) return found->second;
  for (const onnx::FunctionProto& function : proto_.functions()) {
    const bool same =
        canonical_domain(function.domain()) == canonical_domain(node.domain()) && function.name() == node.op_type();
    if (same && function.overload() == node.overload()) return &function;
  }
  return nullptr;
}

void GraphImport::call_function(const onnx::FunctionProto& function, const onnx::NodeProto& node, Scope& scope) {
  const std::string where = where_of(node, scope.call);
  FunctionCall call{&function,
                    scope.call,
                    (scope.call == nullptr ? "" : scope.call->prefix) + std::string(name_of(node)) + "/",
                    {},
                    scope.call == nullptr ? 1 : scope.call->depth + 1};
  for (const FunctionCall* at = scope.call; at != nullptr; at = at->caller) {
    if (at->function != &function) continue;
    log_.add(ir::input_fault("recursion", where,
                             "expected functions that do not call themselves, found \"{}\" inside itself",
                             function.name()));
    return bind_failed(scope, node);
  }
  if (call.depth > kMostCallDepth) {
    log_.add(ir::input_fault("recursion", where, "expected calls at most {} deep, found more", kMostCallDepth));
    return bind_failed(scope, node);
  }
  if (node.input_size() > function.input_size() || node.output_size() > function.output_size()) {
    log_.add(ir::input_fault(
        "operand-count", where, "expected at most {} operands and {} outputs (function \"{}\"), found {} and {}",
        function.input_size(), function.output_size(), function.name(), node.input_size(), node.output_size()));
    return bind_failed(scope, node);
  }
  bind_attributes(function, node, scope.call, call);

  Scope body;
  body.call = &call;
  body.region = scope.region;
  body.prefix = scope.prefix + std::string(name_of(node)) + "/";
  for (int i = 0; i < function.input_size(); ++i) {
    Name operand{NameState::kAbsent, {}, {}};
    if (i < node.input_size() && !node.input(i).empty()) operand = find(scope, node.input(i));
    if (operand.state == NameState::kUnknown) operand.state = NameState::kFailed;  // reported with the order of nodes
    body.names[function.input(i)] = std::move(operand);
  }
  std::vector<std::string_view> results;
  for (int i = 0; i < node.output_size(); ++i) {
    if (!node.output(i).empty()) results.push_back(function.output(i));
  }
  import_nodes(function.node(), results, body);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    Name result = find(body, function.output(i));
    if (result.state == NameState::kUnknown && log_.empty()) {
      log_.add(ir::input_fault("missing-output", where,
                               "expected function \"{}\" to make its output \"{}\", found no node that does",
                               function.name(), function.output(i)));
    }
    if (result.state == NameState::kUnknown) result.state = NameState::kFailed;
    scope.names[node.output(i)] = std::move(result);
  }
}

}  // namespace burin::frontend
