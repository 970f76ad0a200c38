#include "frontend/onnx/graph/scope.h"

#include <fmt/format.h>

#include <set>
#include <unordered_set>

namespace burin::frontend {

std::string_view name_of(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  for (const std::string& output : node.output()) {
    if (!output.empty()) return output;
  }
  return {};
}

std::string where_of(const onnx::NodeProto& node, const FunctionCall* call) {
  const std::string_view prefix = call == nullptr ? std::string_view() : call->prefix;
  const std::string_view name = name_of(node);
  if (name.empty()) return fmt::format("node without name and output ({})", node.op_type());
  return fmt::format("node {}\"{}{}\" ({})", node.name().empty() ? "of " : "", prefix, name, node.op_type());
}

std::vector<std::string_view> captured_names(const onnx::GraphProto& graph) {
  std::unordered_set<std::string_view> own;
  for (const auto& input : graph.input()) own.insert(input.name());
  for (const auto& initializer : graph.initializer()) own.insert(initializer.name());
  for (const auto& node : graph.node()) own.insert(node.output().begin(), node.output().end());
  std::set<std::string_view> captured;
  const auto use = [&](std::string_view name) {
    if (!own.contains(name)) captured.insert(name);
  };
  for (const auto& node : graph.node()) for_each_used_name(node, use);
  for (const auto& output : graph.output()) use(output.name());
  return {captured.begin(), captured.end()};
}

}  // namespace burin::frontend
