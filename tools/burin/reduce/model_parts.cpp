#include "tools/burin/reduce/model_parts.h"

#include <cstring>

namespace burin::tools {
namespace {

void add_graphs(NodeList& nodes, std::vector<onnx::GraphProto*>& graphs);

void add_graph(onnx::GraphProto& graph, std::vector<onnx::GraphProto*>& graphs) {
  graphs.push_back(&graph);
  add_graphs(*graph.mutable_node(), graphs);
}

void add_graphs(NodeList& nodes, std::vector<onnx::GraphProto*>& graphs) {
  for (onnx::NodeProto& node : nodes) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) add_graph(*attribute.mutable_g(), graphs);
      for (onnx::GraphProto& graph : *attribute.mutable_graphs()) add_graph(graph, graphs);
    }
  }
}

std::set<std::string> names_read(const onnx::GraphProto& graph) {
  std::set<std::string> read, made;
  for (const auto& input : graph.input()) made.insert(input.name());
  for (const auto& tensor : graph.initializer()) made.insert(tensor.name());
  for (const auto& tensor : graph.sparse_initializer()) made.insert(tensor.values().name());
  for (const onnx::NodeProto& node : graph.node()) {
    read.merge(tools::names_read(node));
    for (const std::string& name : node.output()) made.insert(name);
  }
  for (const auto& output : graph.output()) read.insert(output.name());
  for (const std::string& name : made) read.erase(name);
  return read;
}

void rename(std::string& name, const std::map<std::string, std::string>& names) {
  if (const auto found = names.find(name); found != names.end()) name = found->second;
}

template <class Element, class Field>
void append(std::string& raw, const Field& field) {
  for (const auto value : field) {
    const auto element = static_cast<Element>(value);
    raw.append(reinterpret_cast<const char*>(&element), sizeof element);
  }
}

// The typed field's elements as bytes.
std::string raw_of(const onnx::TensorProto& tensor) {
  std::string raw;
  append<float>(raw, tensor.float_data());
  append<double>(raw, tensor.double_data());
  append<int64_t>(raw, tensor.int64_data());
  if (tensor.data_type() == onnx::TensorProto::UINT32) {
    append<uint32_t>(raw, tensor.uint64_data());
  } else {
    append<uint64_t>(raw, tensor.uint64_data());
  }
  switch (element_bytes(tensor.data_type())) {
    case 1: append<uint8_t>(raw, tensor.int32_data()); break;
    case 2: append<uint16_t>(raw, tensor.int32_data()); break;
    default: append<int32_t>(raw, tensor.int32_data()); break;
  }
  return raw;
}

}  // namespace

std::vector<onnx::GraphProto*> graphs_of(onnx::ModelProto& model) {
  std::vector<onnx::GraphProto*> graphs;
  add_graph(*model.mutable_graph(), graphs);
  for (onnx::FunctionProto& function : *model.mutable_functions()) add_graphs(*function.mutable_node(), graphs);
  return graphs;
}

std::vector<NodeList*> node_lists_of(onnx::ModelProto& model) {
  std::vector<NodeList*> lists;
  for (onnx::GraphProto* graph : graphs_of(model)) lists.push_back(graph->mutable_node());
  for (onnx::FunctionProto& function : *model.mutable_functions()) lists.push_back(function.mutable_node());
  return lists;
}

int64_t count_nodes(const onnx::ModelProto& model) {
  int64_t count = 0;
  onnx::ModelProto copy = model;
  for (const NodeList* nodes : node_lists_of(copy)) count += nodes->size();
  return count;
}

std::vector<onnx::TensorProto*> tensors_of(onnx::ModelProto& model) {
  std::vector<onnx::TensorProto*> tensors;
  for (onnx::GraphProto* graph : graphs_of(model)) {
    for (onnx::TensorProto& tensor : *graph->mutable_initializer()) tensors.push_back(&tensor);
  }
  for (NodeList* nodes : node_lists_of(model)) {
    for (onnx::NodeProto& node : *nodes) {
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) tensors.push_back(attribute.mutable_t());
        for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) tensors.push_back(&tensor);
      }
    }
  }
  return tensors;
}

std::set<std::string> names_read(const onnx::NodeProto& node) {
  std::set<std::string> read(node.input().begin(), node.input().end());
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) read.merge(names_read(attribute.g()));
    for (const onnx::GraphProto& graph : attribute.graphs()) read.merge(names_read(graph));
  }
  read.erase("");
  return read;
}

void rename(onnx::NodeProto& node, const std::map<std::string, std::string>& names) {
  for (std::string& name : *node.mutable_input()) rename(name, names);
  for (std::string& name : *node.mutable_output()) rename(name, names);
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.has_g()) rename(*attribute.mutable_g(), names);
    for (onnx::GraphProto& graph : *attribute.mutable_graphs()) rename(graph, names);
  }
}

void rename(onnx::GraphProto& graph, const std::map<std::string, std::string>& names) {
  for (onnx::NodeProto& node : *graph.mutable_node()) rename(node, names);
  for (auto& input : *graph.mutable_input()) rename(*input.mutable_name(), names);
  for (auto& output : *graph.mutable_output()) rename(*output.mutable_name(), names);
  for (auto& tensor : *graph.mutable_initializer()) rename(*tensor.mutable_name(), names);
}

size_t element_bytes(int32_t data_type) {
  switch (data_type) {
    case onnx::TensorProto::BOOL:
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8: return 1;
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16: return 2;
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::UINT32:
    case onnx::TensorProto::FLOAT: return 4;
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::UINT64:
    case onnx::TensorProto::DOUBLE: return 8;
    default: return 0;
  }
}

void make_raw(onnx::TensorProto& tensor) {
  const size_t each = element_bytes(tensor.data_type());
  if (each == 0 || tensor.has_raw_data() || tensor.data_location() == onnx::TensorProto::EXTERNAL) return;
  std::string raw = raw_of(tensor);
  const int64_t count = element_count(tensor.dims(), static_cast<int64_t>(raw.size()));
  if (count < 0 || static_cast<size_t>(count) * each != raw.size()) return;
  tensor.clear_float_data();
  tensor.clear_double_data();
  tensor.clear_int32_data();
  tensor.clear_int64_data();
  tensor.clear_uint64_data();
  tensor.set_raw_data(std::move(raw));
}

int64_t element_count(const google::protobuf::RepeatedField<int64_t>& dims, int64_t most) {
  int64_t count = 1;
  for (const int64_t dim : dims) {
    if (dim < 0 || (dim > 0 && count > most / dim)) return -1;
    count *= dim;
  }
  return count;
}

}  // namespace burin::tools
