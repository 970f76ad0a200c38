#include "tools/burin/reduce/model_edits.h"

#include <algorithm>
#include <set>
#include <utility>

namespace burin::tools {
namespace {

using Names = std::map<std::string, std::string>;

// Removes the elements for which `is_dropped` holds.
template <class Field, class Predicate>
void drop_if(Field& field, const Predicate& is_dropped) {
  field.erase(std::remove_if(field.begin(), field.end(), is_dropped), field.end());
}

// Names that nodes of the main graph and its outputs read.
std::set<std::string> read_in(const onnx::GraphProto& graph) {
  std::set<std::string> read;
  for (const onnx::NodeProto& node : graph.node()) read.merge(names_read(node));
  for (const auto& output : graph.output()) read.insert(output.name());
  return read;
}

// From the last node to the first, as a node is read by later ones only.
void drop_unused_nodes(onnx::GraphProto& graph) {
  std::set<std::string> read;
  for (const auto& output : graph.output()) read.insert(output.name());
  std::vector<bool> is_kept(static_cast<size_t>(graph.node_size()));
  for (int i = graph.node_size(); i-- > 0;) {
    const onnx::NodeProto& node = graph.node(i);
    if (std::none_of(node.output().begin(), node.output().end(), [&](const auto& name) { return read.contains(name); }))
      continue;
    is_kept[static_cast<size_t>(i)] = true;
    read.merge(names_read(node));
  }
  size_t position = 0;
  drop_if(*graph.mutable_node(), [&](const onnx::NodeProto&) { return !is_kept[position++]; });
}

// Identity nodes whose result is no output: what reads it reads the operand.
void drop_identities(onnx::GraphProto& graph) {
  std::set<std::string> outputs;
  for (const auto& output : graph.output()) outputs.insert(output.name());
  for (int i = 0; i < graph.node_size(); ++i) {
    const onnx::NodeProto& node = graph.node(i);
    if (node.op_type() != "Identity" || node.input_size() != 1 || node.output_size() != 1) continue;
    if (node.input(0).empty() || node.input(0) == node.output(0) || outputs.contains(node.output(0))) continue;
    const Names names = {{node.output(0), node.input(0)}};
    graph.mutable_node()->DeleteSubrange(i--, 1);
    for (onnx::NodeProto& other : *graph.mutable_node()) rename(other, names);
  }
}

void drop_unused_definitions(onnx::ModelProto& model) {
  std::set<std::pair<std::string, std::string>> called;
  std::set<std::string> domains;
  for (const NodeList* nodes : node_lists_of(model)) {
    for (const onnx::NodeProto& node : *nodes) {
      called.emplace(node.domain(), node.op_type());
      domains.insert(node.domain() == "ai.onnx" ? "" : node.domain());
    }
  }
  drop_if(*model.mutable_functions(),
          [&](const onnx::FunctionProto& function) { return !called.contains({function.domain(), function.name()}); });
  drop_if(*model.mutable_opset_import(), [&](const auto& import) {
    const bool is_standard = import.domain().empty() || import.domain() == "ai.onnx";
    return !is_standard && !domains.contains(import.domain());
  });
}

void drop_descriptions(onnx::ModelProto& model) {
  model.clear_doc_string();
  model.clear_metadata_props();
  model.clear_training_info();
  for (onnx::GraphProto* graph : graphs_of(model)) {
    graph->clear_doc_string();
    graph->clear_value_info();
    graph->clear_metadata_props();
    graph->clear_quantization_annotation();
  }
  for (NodeList* nodes : node_lists_of(model)) {
    for (onnx::NodeProto& node : *nodes) {
      node.clear_doc_string();
      node.clear_metadata_props();
    }
  }
  for (auto& output : *model.mutable_graph()->mutable_output()) {
    output.clear_doc_string();
    if (output.type().has_tensor_type()) output.mutable_type()->mutable_tensor_type()->clear_shape();
  }
}

}  // namespace

void drop_unused(onnx::ModelProto& model) {
  onnx::GraphProto& graph = *model.mutable_graph();
  drop_identities(graph);
  drop_unused_nodes(graph);
  const std::set<std::string> read = read_in(graph);
  drop_if(*graph.mutable_initializer(), [&](const auto& tensor) { return !read.contains(tensor.name()); });
  drop_if(*graph.mutable_sparse_initializer(), [&](const auto& each) { return !read.contains(each.values().name()); });
  drop_if(*graph.mutable_input(), [&](const auto& input) { return !read.contains(input.name()); });
  drop_unused_definitions(model);
  drop_descriptions(model);
}

bool drop_nodes(onnx::ModelProto& model, std::span<const int> positions, const TensorTypes& types) {
  onnx::GraphProto& graph = *model.mutable_graph();
  const std::set<int> dropped(positions.begin(), positions.end());
  std::set<std::string> made_by_dropped;
  for (const int position : dropped) {
    if (position >= graph.node_size()) return false;
    for (const std::string& name : graph.node(position).output()) made_by_dropped.insert(name);
  }
  int position = 0;
  drop_if(*graph.mutable_node(), [&](const onnx::NodeProto&) { return dropped.contains(position++); });
  drop_if(*graph.mutable_output(), [&](const auto& output) { return made_by_dropped.contains(output.name()); });
  if (graph.output_size() == 0) return false;
  drop_unused_nodes(graph);
  for (const std::string& name : read_in(graph)) {
    if (!made_by_dropped.contains(name)) continue;
    const auto type = types.find(name);
    if (type == types.end()) return false;
    onnx::ValueInfoProto& input = *graph.add_input();
    input.set_name(name);
    *input.mutable_type() = type->second;
  }
  return true;
}

bool end_at_node(onnx::ModelProto& model, int position, const TensorTypes& types) {
  onnx::GraphProto& graph = *model.mutable_graph();
  if (position >= graph.node_size()) return false;
  std::set<std::string> before;
  for (const auto& output : graph.output()) before.insert(output.name());
  graph.clear_output();
  for (const std::string& name : graph.node(position).output()) {
    const auto type = types.find(name);
    if (name.empty() || type == types.end()) continue;
    onnx::ValueInfoProto& output = *graph.add_output();
    output.set_name(name);
    *output.mutable_type() = type->second;
  }
  std::set<std::string> after;
  for (const auto& output : graph.output()) after.insert(output.name());
  return !after.empty() && after != before;
}

bool bypass_node(NodeList& nodes, int position, int operand) {
  if (position >= nodes.size()) return false;
  onnx::NodeProto& node = nodes[position];
  if (node.op_type() == "Identity" || operand >= node.input_size() || node.output_size() == 0) return false;
  if (node.input(operand).empty() || node.output(0).empty()) return false;
  const std::string from = node.input(operand), to = node.output(0);
  node.Clear();
  node.set_op_type("Identity");
  node.add_input(from);
  node.add_output(to);
  return true;
}

namespace {

void add_identity(NodeList& nodes, const std::string& from, const std::string& to) {
  if (from.empty() || to.empty()) return;
  onnx::NodeProto& node = *nodes.Add();
  node.set_op_type("Identity");
  node.add_input(from);
  node.add_output(to);
}

void add_scalar(NodeList& nodes, onnx::TensorProto::DataType type, int64_t value, const std::string& to) {
  onnx::NodeProto& node = *nodes.Add();
  node.set_op_type("Constant");
  node.add_output(to);
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.set_type(onnx::AttributeProto::TENSOR);
  attribute.mutable_t()->set_data_type(type);
  attribute.mutable_t()->set_raw_data(std::string(reinterpret_cast<const char*>(&value), element_bytes(type)));
}

// The first slice of a Scan's input.
void add_first(NodeList& nodes, const std::string& from, const std::string& to) {
  add_scalar(nodes, onnx::TensorProto::INT64, 0, to + "/index");
  onnx::NodeProto& node = *nodes.Add();
  node.set_op_type("Gather");
  node.add_input(from);
  node.add_input(to + "/index");
  node.add_output(to);
}

int64_t integer_attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.i();
  }
  return 0;
}

// Gives the operands of a node with a graph inside to the inputs of that graph.
void add_operands(NodeList& nodes, const onnx::NodeProto& node, const onnx::GraphProto& body) {
  const bool is_loop = node.op_type() == "Loop";
  const int states = node.input_size() - static_cast<int>(integer_attribute(node, "num_scan_inputs"));
  for (int i = 0; i < body.input_size(); ++i) {
    const std::string& to = body.input(i).name();
    if (is_loop && i == 0) {
      add_scalar(nodes, onnx::TensorProto::INT64, 0, to);
    } else if (is_loop && i == 1) {
      add_scalar(nodes, onnx::TensorProto::BOOL, 1, to);
    } else if (i < node.input_size() && !is_loop && i >= states) {
      add_first(nodes, node.input(i), to);
    } else if (i < node.input_size()) {
      add_identity(nodes, node.input(i), to);
    }
  }
}

// Prefixes every name that the graph defines, so that it differs from all around it.
void make_distinct(onnx::GraphProto& body, const std::string& prefix) {
  Names names;
  for (const auto& input : body.input()) names[input.name()] = prefix + input.name();
  for (const auto& tensor : body.initializer()) names[tensor.name()] = prefix + tensor.name();
  for (const onnx::NodeProto& node : body.node()) {
    for (const std::string& name : node.output()) {
      if (!name.empty()) names[name] = prefix + name;
    }
  }
  rename(body, names);
}

// Lets `nodes` stand where node `position` stood.
void replace_node(onnx::GraphProto& graph, int position, const NodeList& nodes) {
  NodeList all;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (i == position) {
      all.MergeFrom(nodes);
    } else {
      *all.Add() = graph.node(i);
    }
  }
  *graph.mutable_node() = std::move(all);
}

bool inline_graph(onnx::GraphProto& graph, int position, onnx::GraphProto body) {
  const onnx::NodeProto node = graph.node(position);
  make_distinct(body, (node.output_size() > 0 ? node.output(0) : node.name()) + "/");
  NodeList nodes;
  add_operands(nodes, node, body);
  nodes.MergeFrom(body.node());
  const int skipped = node.op_type() == "Loop" ? 1 : 0;  // a loop's body yields a condition first
  for (int i = 0; i < node.output_size() && i + skipped < body.output_size(); ++i) {
    add_identity(nodes, body.output(i + skipped).name(), node.output(i));
  }
  graph.mutable_initializer()->MergeFrom(body.initializer());
  replace_node(graph, position, nodes);
  return true;
}

// An attribute of a function's node that stands for one of the call.
void bind_attributes(onnx::NodeProto& node, const onnx::NodeProto& call, const onnx::FunctionProto& function) {
  google::protobuf::RepeatedPtrField<onnx::AttributeProto> bound;
  const auto add = [&](const auto& given, const onnx::AttributeProto& wanted) {
    for (const onnx::AttributeProto& attribute : given) {
      if (attribute.name() != wanted.ref_attr_name()) continue;
      *bound.Add() = attribute;
      bound[bound.size() - 1].set_name(wanted.name());
      return true;
    }
    return false;
  };
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      *bound.Add() = attribute;
    } else if (!add(call.attribute(), attribute)) {
      add(function.attribute_proto(), attribute);
    }
  }
  *node.mutable_attribute() = std::move(bound);
}

bool inline_function(onnx::GraphProto& graph, int position, const onnx::FunctionProto& function) {
  const onnx::NodeProto call = graph.node(position);
  onnx::GraphProto body;
  *body.mutable_node() = function.node();
  make_distinct(body, (call.output_size() > 0 ? call.output(0) : call.name()) + "/");
  Names names;
  for (int i = 0; i < function.input_size(); ++i) names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
  rename(body, names);
  for (onnx::NodeProto& node : *body.mutable_node()) bind_attributes(node, call, function);
  for (int i = 0; i < call.output_size() && i < function.output_size(); ++i) {
    add_identity(*body.mutable_node(), call.output(0) + "/" + function.output(i), call.output(i));
  }
  replace_node(graph, position, body.node());
  return true;
}

}  // namespace

bool inline_body(onnx::ModelProto& model, int position, int graph) {
  onnx::GraphProto& main = *model.mutable_graph();
  if (position >= main.node_size()) return false;
  const onnx::NodeProto& node = main.node(position);
  int seen = 0;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g() && seen++ == graph) return inline_graph(main, position, attribute.g());
  }
  for (const onnx::FunctionProto& function : model.functions()) {
    const bool is_called = function.name() == node.op_type() && function.domain() == node.domain();
    if (is_called && graph == 0) return inline_function(main, position, function);
  }
  return false;
}

}  // namespace burin::tools
