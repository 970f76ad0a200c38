// Small ONNX models for tests, made with protobuf and read back through the reader as a file would be.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "frontend/onnx/import_model.h"

namespace burin::frontend::test {

using Dim = std::variant<int, std::string>;  // a number or a symbol; "" is a dimension left open

class ModelBuilder {
 public:
  explicit ModelBuilder(int opset = 17) {
    model_.set_ir_version(8);
    auto* import = model_.add_opset_import();
    import->set_domain("");
    import->set_version(opset);
    model_.mutable_graph()->set_name("test");
  }

  onnx::ModelProto& proto() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  ModelBuilder& input(const std::string& name, const std::vector<Dim>& dims, int type = onnx::TensorProto::FLOAT) {
    declare(*graph().add_input(), name, dims, type);
    return *this;
  }
  ModelBuilder& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }
  ModelBuilder& output(const std::string& name, const std::vector<Dim>& dims, int type = onnx::TensorProto::FLOAT) {
    declare(*graph().add_output(), name, dims, type);
    return *this;
  }
  ModelBuilder& integers(const std::string& name, const std::vector<int64_t>& values, bool is_scalar = false) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    if (!is_scalar) tensor->add_dims(static_cast<int64_t>(values.size()));
    for (int64_t value : values) tensor->add_int64_data(value);
    return *this;
  }
  ModelBuilder& floats(const std::string& name, const std::vector<float>& values, bool is_scalar = false) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    if (!is_scalar) tensor->add_dims(static_cast<int64_t>(values.size()));
    for (float value : values) tensor->add_float_data(value);
    return *this;
  }
  onnx::NodeProto& node(const std::string& op_type, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    return add_node(graph(), op_type, inputs, outputs);
  }

  static onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op_type,
                                   const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
    auto* node = graph.add_node();
    fill_node(*node, op_type, inputs, outputs);
    return *node;
  }
  static void fill_node(onnx::NodeProto& node, const std::string& op_type, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    node.set_op_type(op_type);
    if (!outputs.empty()) node.set_name(outputs[0] + "_node");
    for (const auto& name : inputs) node.add_input(name);
    for (const auto& name : outputs) node.add_output(name);
  }
  static void declare(onnx::ValueInfoProto& info, const std::string& name, const std::vector<Dim>& dims, int type) {
    info.set_name(name);
    auto* tensor = info.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    tensor->mutable_shape();
    for (const Dim& dim : dims) {
      auto* added = tensor->mutable_shape()->add_dim();
      if (const int* value = std::get_if<int>(&dim)) added->set_dim_value(*value);
      if (const std::string* symbol = std::get_if<std::string>(&dim); symbol != nullptr && !symbol->empty())
        added->set_dim_param(*symbol);
    }
  }

  ir::Result<ir::Graph> import(const ImportOptions& options = {}) const {
    static std::list<std::string> files;  // literals look into them
    files.push_back(model_.SerializeAsString());
    ir::Result<OnnxModel> model = read_model_bytes(std::as_bytes(std::span(files.back())));
    if (!model) return model.faults();
    return import_model(std::move(*model), options);
  }

 private:
  onnx::ModelProto model_;
};

inline void set_integer(onnx::NodeProto& node, const std::string& name, int64_t value) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

inline void set_integers(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values) attribute->add_ints(value);
}

inline void set_text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s(value);
}

inline void refer(onnx::NodeProto& node, const std::string& name, int type, const std::string& to) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(static_cast<onnx::AttributeProto_AttributeType>(type));
  attribute->set_ref_attr_name(to);
}

// An expression as text, fully parenthesized calls: `*(batch,64)`.
inline std::string text_of(ir::Expr e) {
  if (const auto number = ir::constant_integer(e)) return std::to_string(*number);
  if (ir::is_variable(e)) return (*e->pool)[ir::variable_of(e)].name;
  std::string text(ir::info(e->opcode).name);
  for (size_t i = 0; i < e->operands.size(); ++i) text += (i == 0 ? "(" : ",") + text_of(e->operands[i]);
  return text + ")";
}

// `f32[batch,64]`
inline std::string text_of(const ir::TensorType& type) {
  std::string text = std::string(ir::info(type.element).name) + "[";
  for (size_t i = 0; i < type.shape.size(); ++i) text += (i == 0 ? "" : ",") + text_of(type.shape[i]);
  return text + "]";
}

// The type of the graph's output `i`, or the faults.
inline std::string output_type(const ir::Result<ir::Graph>& graph, size_t i = 0) {
  if (!graph) return ir::text_of(graph.faults());
  return text_of(graph->values[graph->main().yields[i]].type);
}

// The known elements of the graph's output `i`: `{batch,3}`, or `?`.
inline std::string output_elements(const ir::Result<ir::Graph>& graph, size_t i = 0) {
  if (!graph) return ir::text_of(graph.faults());
  const ir::Value& value = graph->values[graph->main().yields[i]];
  if (!value.elements) return "?";
  std::string text = "{";
  for (size_t k = 0; k < value.elements->size(); ++k) text += (k == 0 ? "" : ",") + text_of((*value.elements)[k]);
  return text + "}";
}

// Everything that an import says is wrong; "" when nothing is.
inline std::string faults_of(const ir::Result<ir::Graph>& graph) {
  return graph ? std::string() : ir::text_of(graph.faults());
}

}  // namespace burin::frontend::test
