// What names mean while a model is imported: one scope per graph, subgraph and inlined function. A subgraph sees the names
// around it, a function body only its own parameters.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/graph/graph.h"

namespace burin::frontend {

// One call of a local function, while its body is imported in the place of the calling node.
struct FunctionCall {
  const onnx::FunctionProto* function = nullptr;
  const FunctionCall* caller = nullptr;  // null when the main graph calls
  std::string prefix;                    // in front of the names of the body's nodes in diagnostics: "call/"
  // What the body's attribute references stand for; one that the call does not give and that has no default is absent.
  std::map<std::string_view, const onnx::AttributeProto*> attributes;
  int depth = 1;
};

enum class NameState : uint8_t {
  kUnknown,
  kValue,
  kSequence,  // of tensors, as many as known now
  kAbsent,    // the parameter of a function for an operand that the call leaves out
  kFailed,    // the node that makes it has a fault that is reported already
};

struct Name {
  NameState state = NameState::kUnknown;
  ir::ValueId value;
  std::vector<ir::ValueId> sequence;
};

// Names are views of the model, which outlives the import.
struct Scope {
  Scope* outer = nullptr;                   // the graph that a subgraph stands in
  const FunctionCall* call = nullptr;       // inside which function; null in the main graph
  ir::RegionId region;                      // where ops go
  std::string prefix;                       // in front of the names of values, inside subgraphs and functions: "loop/"
  const onnx::GraphProto* graph = nullptr;  // for what it declares of its values; null in functions
  std::unordered_map<std::string_view, Name> names;
  std::unordered_map<std::string_view, const onnx::TensorProto*> initializers;  // made constants when first used
  std::optional<std::unordered_map<std::string_view, const onnx::ValueInfoProto*>>
      declared;  // filled in when first asked
};

// The node's name, or its first output's where it has none.
std::string_view name_of(const onnx::NodeProto& node);
// `node "conv1" (Conv)`, or by its first output where it has no name.
std::string where_of(const onnx::NodeProto& node, const FunctionCall* call);

// Calls `visit(name)` for every name that `node` uses: its operands, and what its subgraphs take from around them.
template <class Visitor>
void for_each_used_name(const onnx::NodeProto& node, Visitor&& visit);

// The names that `graph` takes from around it, sorted.
std::vector<std::string_view> captured_names(const onnx::GraphProto& graph);

template <class Visitor>
void for_each_used_name(const onnx::NodeProto& node, Visitor&& visit) {
  for (const std::string& name : node.input()) {
    if (!name.empty()) visit(std::string_view(name));
  }
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) {
      for (std::string_view name : captured_names(attribute.g())) visit(name);
    }
    for (const onnx::GraphProto& graph : attribute.graphs()) {
      for (std::string_view name : captured_names(graph)) visit(name);
    }
  }
}

}  // namespace burin::frontend
