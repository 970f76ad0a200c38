// One model while it is imported: what the functions of the import table reach through NodeImport. Not for use from outside
// the frontend, which calls import_model(). `table` and `options` outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "frontend/onnx/graph/fault_log.h"
#include "frontend/onnx/graph/import_options.h"
#include "frontend/onnx/graph/import_table.h"
#include "frontend/onnx/graph/node_order.h"
#include "frontend/onnx/graph/scope.h"
#include "frontend/onnx/reader/model_reader.h"
#include "frontend/onnx/reader/small_element.h"
#include "ir/graph/graph.h"

namespace burin::frontend {

// What a subgraph's input is like.
struct RegionParameter {
  ir::TensorType type;
  ir::Expr element{};  // of a single integer, where it is known
};

// What a subgraph became.
struct ImportedRegion {
  ir::RegionId region;
  std::vector<ir::ValueId> yields;
  // How many symbols and assumptions there were before.
  size_t first_symbol = 0, first_assumption = 0;
};

class GraphImport {
 public:
  GraphImport(OnnxModel model, const ImportTable& table, const ImportOptions& options);

  // Imports everything; the outcome is in graph(), log() and node_count().
  void run();

  ir::Graph& graph() { return graph_; }
  FaultLog& log() { return log_; }
  const ImportOptions& options() const { return options_; }
  const onnx::ModelProto& proto() const { return proto_; }
  int64_t node_count() const { return node_count_; }

  // --- Names.
  // What `name` means in `scope` or around it; makes the constant of an initializer.
  const Name& find(Scope& scope, std::string_view name);
  void bind(Scope& scope, std::string_view name, ir::ValueId value);
  void bind_failed(Scope& scope, const onnx::NodeProto& node);  // every output that has no meaning yet
  // `wanted`, or with a number behind it where the graph has a value of that name.
  std::string unique_name(std::string wanted);
  void rename(ir::ValueId value, std::string wanted);
  // Values of element types that burin holds in wider ones; null for all others.
  void set_small(ir::ValueId value, int32_t data_type);
  const SmallElement* small(ir::ValueId value) const;
  // What the model declares of a value, where it does and burin knows the type: a hint, not a fact.
  std::optional<ir::TensorType> declared_type(Scope& scope, std::string_view name);
  // A fault where the model declares another element type of a value than it has: whoever reads it would misread it.
  void check_declared_element(Scope& scope, std::string_view name, const std::string& where);

  // --- Nodes.
  // The version of `domain` that holds inside `call`; the newest one where nothing is said.
  int opset_of(std::string_view domain, const FunctionCall* call);
  // Imports the nodes that `results` need into the scope's region. Faults go to the log.
  void import_nodes(const Nodes& nodes, std::span<const std::string_view> results, Scope& scope);
  // Imports the subgraph `body` of `node` in a region of its own; parameters are named as the body's inputs.
  // Absent when there was a fault, which is in the log.
  std::optional<ImportedRegion> import_region(const onnx::GraphProto& body, const onnx::NodeProto& node, Scope& outer,
                                              std::span<const RegionParameter> parameters);
  // Imports `body`, which has no inputs, in the place of `node` of `outer`: what its outputs are.
  std::optional<std::vector<Name>> import_inline(const onnx::GraphProto& body, const onnx::NodeProto& node,
                                                 Scope& outer);
  // Takes back what a region holds and everything imported after it, to import it again with other types.
  void discard_region(const ImportedRegion& region);

  // --- Constants. The literal looks into the model file and keeps it open.
  ir::Result<ir::Literal> literal(const onnx::TensorProto& tensor, const std::string& where);

 private:
  struct Source {  // what literals keep alive
    TensorSource tensors;
    MappedFile file;
  };

  void clear_region(ir::RegionId region);
  void import_node(const onnx::NodeProto& node, Scope& scope);
  void call_function(const onnx::FunctionProto& function, const onnx::NodeProto& node, Scope& scope);
  const onnx::FunctionProto* function_of(const onnx::NodeProto& node) const;
  // kValue unless an operand's node has failed or an operand is a sequence.
  NameState operands_state(const onnx::NodeProto& node, Scope& scope);
  void bind_initializers(const onnx::GraphProto& graph, Scope& scope);
  std::optional<std::vector<Name>> import_body(const onnx::GraphProto& body, Scope& scope);
  std::vector<std::string_view> wanted_results();
  // What `scope`'s graph declares of a value; null where it declares nothing.
  const onnx::ValueInfoProto* declaration(Scope& scope, std::string_view name);
  void yield_results(std::span<const std::string_view> results, Scope& scope);

  const ImportTable& table_;
  onnx::ModelProto proto_;
  std::shared_ptr<Source> source_;
  const ImportOptions& options_;
  int64_t node_limit_;
  ir::Graph graph_;
  FaultLog log_;
  int64_t node_count_ = 0;  // imported
  int64_t visited_ = 0;     // put in order, dead ones and those imported again included
  std::map<ir::ValueId, const SmallElement*> small_;
  std::unordered_set<std::string> used_names_;
  std::unordered_map<std::string, int> next_suffix_;
  std::map<std::pair<std::string_view, std::string_view>, const onnx::FunctionProto*> functions_;
  std::map<std::string, int, std::less<>> opsets_;
};

// Declares the inputs of the main graph: parameters of its region, and the symbols of their dimensions (import_inputs.cpp).
void import_inputs(GraphImport& model, Scope& scope);

}  // namespace burin::frontend
