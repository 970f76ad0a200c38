// Importing one ONNX node: what the functions of the import table see of the node, and how they build graph ops for it.
// The table itself is (domain, op type, since-version) -> function, in frontend/onnx/import_table.h; most of ONNX's operators
// decompose into far fewer graph ops there.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ir/op.h"
#include "ir/result.h"

namespace onnx {
class NodeProto;
class AttributeProto;
class GraphProto;
}  // namespace onnx

namespace burin::frontend {

class GraphImport;  // the whole model being imported; frontend/onnx/graph_import.h

class NodeImport {
 public:
  NodeImport(GraphImport& model, const onnx::NodeProto& node, int opset, ir::RegionId region)
      : model_(model), node_(node), opset_(opset), region_(region) {}

  const onnx::NodeProto& node() const { return node_; }
  int opset() const { return opset_; }  // the version of the node's domain that the model asks for
  ir::Graph& graph() const;
  ir::RegionId region() const { return region_; }

  // --- Operands. An optional operand left out, or beyond the end, is absent.
  int operand_count() const;
  int result_count() const;  // outputs listed, including unnamed ones in between
  bool has(int i) const;
  bool wants(int i) const;  // output i has a name
  ir::ValueId operand(int i) const;  // invalid when absent
  const ir::TensorType& type(ir::ValueId value) const;
  ir::ElementType element(int i) const;
  int rank(int i) const;
  const ir::Shape& shape(int i) const;

  // --- Attributes, with the default that the ONNX specification gives. A wrong attribute type is recorded as a fault.
  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<int64_t> integers(std::string_view name, std::vector<int64_t> otherwise = {}) const;
  std::vector<double> numbers(std::string_view name, std::vector<double> otherwise = {}) const;
  ir::Result<ir::Literal> tensor(std::string_view name) const;
  const onnx::GraphProto* subgraph(std::string_view name) const;  // null when absent

  // --- Building. Types are inferred at once; an operand that is not valid makes the result not valid, so that a fault is
  // recorded once and the rest of the node's import runs through.
  ir::ValueId emit(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes = {});
  std::vector<ir::ValueId> emit_many(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes, int results);
  ir::ValueId constant(ir::Literal literal);
  ir::ValueId integers_constant(std::span<const int64_t> values);             // i64[n]
  ir::ValueId scalar_constant(double value, ir::ElementType element);         // rank 0
  // Binds the node's output `i`; the value takes the output's name.
  void set_result(int i, ir::ValueId value);

  // --- Faults, located at the node: `node "conv1" (Conv)`. The node counts as unsupported or wrong; import goes on.
  std::string where() const;
  template <class... Args>
  ir::Diagnostic fault(std::string_view kind, fmt::format_string<Args...> format, Args&&... args) const {
    return ir::input_fault(kind, where(), format, std::forward<Args>(args)...);
  }
  template <class... Args>
  ir::Diagnostic not_supported(fmt::format_string<Args...> format, Args&&... args) const {
    return ir::unsupported("unsupported", where(), format, std::forward<Args>(args)...);
  }

 private:
  GraphImport& model_;
  const onnx::NodeProto& node_;
  int opset_;
  ir::RegionId region_;
};

using ImportFunction = ir::Status (*)(NodeImport& node);

// One row: the newest row whose `since` is at most the model's opset serves. `domain` is "" for ai.onnx.
struct ImportRow {
  std::string_view domain;
  std::string_view op_type;
  int since;
  ImportFunction import;
};

}  // namespace burin::frontend
