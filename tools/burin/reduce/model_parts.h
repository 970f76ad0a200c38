// Walks over the parts of an ONNX model as protobuf has it, for edits: graphs inside graphs, names, tensors as raw bytes.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace burin::tools {

using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

// The main graph and all graphs inside nodes, those of functions too; outer ones first. Pointers are into `model`.
std::vector<onnx::GraphProto*> graphs_of(onnx::ModelProto& model);
// The nodes of these graphs and of the functions.
std::vector<NodeList*> node_lists_of(onnx::ModelProto& model);
int64_t count_nodes(const onnx::ModelProto& model);
// Initializers and attributes that are tensors.
std::vector<onnx::TensorProto*> tensors_of(onnx::ModelProto& model);

// Names that a node reads: its operands, and what graphs inside it read from around it.
std::set<std::string> names_read(const onnx::NodeProto& node);

// Replaces every name of a tensor in the node, and in graphs inside it.
void rename(onnx::NodeProto& node, const std::map<std::string, std::string>& names);
void rename(onnx::GraphProto& graph, const std::map<std::string, std::string>& names);

// Bytes of an element; 0 for strings, elements of less than 8 bits and unknown types.
size_t element_bytes(int32_t data_type);
// Moves the elements to raw_data where element_bytes() is known and the typed field has them all.
void make_raw(onnx::TensorProto& tensor);
// The product of the dimensions; -1 where one is negative or it exceeds `most`.
int64_t element_count(const google::protobuf::RepeatedField<int64_t>& dims, int64_t most);

}  // namespace burin::tools
