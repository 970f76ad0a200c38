// Importing one ONNX node: what the functions of the import table see of the node, and how they build graph ops for it.
// The table itself is (domain, op type, since-version) -> function, in frontend/onnx/graph/import_table.h; most of ONNX's operators
// decompose into far fewer graph ops there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/graph/op.h"

namespace onnx {
class NodeProto;
class AttributeProto;
class GraphProto;
}  // namespace onnx

namespace burin::frontend {

class GraphImport;  // the whole model being imported; frontend/onnx/graph/graph_import.h
struct Scope;       // what names mean where the node stands; frontend/onnx/graph/scope.h
struct ImportRow;
struct OnnxOperator;
struct SmallElement;

class NodeImport {
 public:
  NodeImport(GraphImport& model, const onnx::NodeProto& node, int opset, Scope& scope)
      : model_(model), node_(node), opset_(opset), scope_(scope) {}

  // Imports the node by `row`: outputs are bound or a fault is in the model's log.
  void run(const ImportRow& row);

  const onnx::NodeProto& node() const { return node_; }
  const std::string& op_type() const;
  int opset() const { return opset_; }  // the version of the node's domain that the model asks for
  ir::Graph& graph() const;
  ir::RegionId region() const;
  // For operators with subgraphs or sequences.
  GraphImport& model() const { return model_; }
  Scope& scope() const { return scope_; }

  // --- Operands. An optional operand left out, or beyond the end, is absent.
  int operand_count() const;
  int result_count() const;  // outputs listed, including unnamed ones in between
  bool has(int i) const;
  bool wants(int i) const;           // output i has a name
  ir::ValueId operand(int i) const;  // invalid when absent
  const ir::TensorType& type(ir::ValueId value) const;
  ir::ElementType element(int i) const;
  int rank(int i) const;
  const ir::Shape& shape(int i) const;
  // Dimension `axis` of a tensor that must have one, and the whole shape of a tensor that must have `rank` dimensions. Where it
  // has not, or its own typing failed, the node fails and dimensions of 1 stand in, which nothing is built from. Import functions
  // never index `shape()` and `type().shape` with a number of their own.
  ir::Expr dimension(ir::ValueId value, size_t axis) const;
  ir::Expr dimension(int i, size_t axis) const { return dimension(operand(i), axis); }
  ir::Shape dimensions(ir::ValueId value, size_t rank) const;
  ir::Shape dimensions(int i, size_t rank) const { return dimensions(operand(i), rank); }

  // The element type of ONNX that burin holds in a wider one (small_element.h); null for all others.
  const SmallElement* small(int i) const;
  void set_small(ir::ValueId value, int32_t data_type);

  // --- What is known of operands now, when the model is compiled.
  // The elements of a small integer operand, as expressions over the symbols; null when they depend on data.
  const std::vector<ir::Expr>* elements(int i) const;
  // Elements that are all numbers, of a small operand.
  std::optional<std::vector<int64_t>> known_integers(int i) const;
  std::optional<std::vector<double>> known_numbers(int i) const;
  // The whole value; null when it is not a constant.
  const ir::Literal* literal(int i) const;
  // The dimensions that the model declares of output `i`, when all are numbers. What a model says of its values is not
  // always so: it serves only where a shape depends on data.
  std::optional<std::vector<int64_t>> declared_dims(int i) const;

  // --- Sequences of tensors, whose lengths are known while importing. Null where operand `i` is not one.
  const std::vector<ir::ValueId>* sequence(int i) const;
  void set_sequence(int i, std::vector<ir::ValueId> sequence);

  // --- Attributes, with the default that the ONNX specification gives. A wrong attribute type is recorded as a fault.
  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  // An integer that is 0 or 1; anything else is recorded as a fault.
  bool flag(std::string_view name, bool otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<int64_t> integers(std::string_view name, std::vector<int64_t> otherwise = {}) const;
  std::vector<double> numbers(std::string_view name, std::vector<double> otherwise = {}) const;
  ir::Result<ir::Literal> tensor(std::string_view name) const;
  int32_t tensor_data_type(std::string_view name) const;          // 0 when absent
  const onnx::GraphProto* subgraph(std::string_view name) const;  // null when absent

  // --- Building. Types are inferred at once. After the first fault nothing is built: results are not valid, so that a fault is
  // recorded once and the rest of the node's import runs through.
  bool failed() const { return failed_; }
  ir::ValueId emit(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes = {});
  std::vector<ir::ValueId> emit_many(const ir::OpInfo& info, std::vector<ir::ValueId> operands,
                                     ir::Attributes attributes, int results);
  ir::ValueId constant(ir::Literal literal);
  ir::ValueId integers_constant(std::span<const int64_t> values);      // i64[n]
  ir::ValueId scalar_constant(double value, ir::ElementType element);  // rank 0
  // Adds an op with regions, that import_region() has made.
  std::vector<ir::ValueId> emit_with_regions(const ir::OpInfo& info, std::vector<ir::ValueId> operands,
                                             ir::Attributes attributes, std::vector<ir::RegionId> regions, int results);
  // Binds the node's output `i`; the value takes the output's name. Nothing is bound to a value that is not valid, nor once the
  // node has failed.
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
  // Faults of a node that is not like any that ONNX describes: the row's function then need not ask whether an operand that
  // must be there is.
  void check_operands(const ImportRow& row);
  void check_shared_types(const OnnxOperator& defined);
  void check_attributes(const ImportRow& row);
  void check_defined_attributes(const OnnxOperator& defined);
  void check_results(const OnnxOperator& defined);
  void check_declared_results();
  const OnnxOperator* definition(const ImportRow& row) const;  // null where the operator is not ONNX's
  const onnx::AttributeProto* attribute(std::string_view name) const;
  // The attribute when it is there and of type `type` (an AttributeProto.AttributeType).
  const onnx::AttributeProto* attribute(std::string_view name, int type) const;
  ir::OpId add_op(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes, int results);
  std::vector<ir::ValueId> typed_results(ir::OpId op);
  std::string fresh_name() const;
  std::string described(ir::ValueId value) const;

  GraphImport& model_;
  const onnx::NodeProto& node_;
  int opset_;
  Scope& scope_;
  mutable bool failed_ = false;       // a fault is in the log: what is built from here on is not valid
  std::vector<ir::ValueId> unnamed_;  // values of this node that no output has taken
};

using ImportFunction = ir::Status (*)(NodeImport& node);

// Which operands an operator can have.
enum class Takes : uint8_t { kTensors, kSequencesToo };

// One row: the newest row whose `since` is at most the model's opset serves. `domain` is "" for ai.onnx.
struct ImportRow {
  std::string_view domain;
  std::string_view op_type;
  int since;
  ImportFunction import;
  // One character per operand: '1' for one that must be there, '?' for one that may be left out; "1*" or "?*" at the end for
  // any number of them, or none. It holds for all versions that the row serves.
  std::string_view operands = "1";
  Takes takes = Takes::kTensors;
  // The attributes, separated by spaces, of an operator that ONNX does not define in its domain (onnx_operators.h has the others).
  // Those of other domains are not listed, nor checked.
  std::string_view attributes = "";
};

}  // namespace burin::frontend
