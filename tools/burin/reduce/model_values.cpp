#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "tools/burin/reduce/model_edits.h"

namespace burin::tools {
namespace {

constexpr int64_t kMostElements = int64_t{1} << 16;  // of an input that becomes a constant
constexpr int64_t kSmallTensor = 64;                 // elements of one that may hold dimensions

// The shapes of the main graph's inputs.
void for_each_shape(onnx::ModelProto& model, const std::function<void(onnx::TensorShapeProto&)>& visit) {
  for (onnx::ValueInfoProto& input : *model.mutable_graph()->mutable_input()) {
    if (input.type().has_tensor_type() && input.type().tensor_type().has_shape())
      visit(*input.mutable_type()->mutable_tensor_type()->mutable_shape());
  }
}

// Keeps the first elements of a raw tensor along its dimensions of `from`; they become `to`.
void cut_tensor(onnx::TensorProto& tensor, int64_t from, int64_t to) {
  const size_t each = element_bytes(tensor.data_type());
  if (each == 0 || !tensor.has_raw_data()) return;
  const int64_t count = element_count(tensor.dims(), static_cast<int64_t>(tensor.raw_data().size()));
  if (count < 0 || static_cast<size_t>(count) * each != tensor.raw_data().size()) return;
  for (int axis = 0; axis < tensor.dims_size(); ++axis) {
    if (tensor.dims(axis) != from) continue;
    size_t row = each, rows = 1;
    for (int before = 0; before < axis; ++before) rows *= static_cast<size_t>(tensor.dims(before));
    for (int after = axis + 1; after < tensor.dims_size(); ++after) row *= static_cast<size_t>(tensor.dims(after));
    std::string kept;
    for (size_t i = 0; i < rows; ++i) {
      kept.append(tensor.raw_data(), i * row * static_cast<size_t>(from), row * static_cast<size_t>(to));
    }
    tensor.set_dims(axis, to);
    tensor.set_raw_data(std::move(kept));
  }
}

template <class Integer>
void replace_elements(std::string& raw, int64_t from, int64_t to) {
  for (size_t at = 0; at + sizeof(Integer) <= raw.size(); at += sizeof(Integer)) {
    Integer value = 0;
    raw.copy(reinterpret_cast<char*>(&value), sizeof value, at);
    if (value != static_cast<Integer>(from)) continue;
    value = static_cast<Integer>(to);
    raw.replace(at, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
  }
}

void replace_values(onnx::TensorProto& tensor, int64_t from, int64_t to) {
  if (!tensor.has_raw_data() || tensor.raw_data().size() > kSmallTensor * sizeof(int64_t)) return;
  if (tensor.data_type() == onnx::TensorProto::INT64) replace_elements<int64_t>(*tensor.mutable_raw_data(), from, to);
  if (tensor.data_type() == onnx::TensorProto::INT32) replace_elements<int32_t>(*tensor.mutable_raw_data(), from, to);
}

}  // namespace

bool make_input_constant(onnx::ModelProto& model, int input) {
  onnx::GraphProto& graph = *model.mutable_graph();
  if (input >= graph.input_size() || !graph.input(input).type().has_tensor_type()) return false;
  const onnx::TypeProto::Tensor& type = graph.input(input).type().tensor_type();
  const size_t each = element_bytes(type.elem_type());
  if (each == 0 || !type.has_shape()) return false;
  onnx::TensorProto tensor;
  for (const auto& dim : type.shape().dim()) {
    if (!dim.has_dim_value()) return false;
    tensor.add_dims(dim.dim_value());
  }
  const int64_t count = element_count(tensor.dims(), kMostElements);
  if (count < 0) return false;
  tensor.set_name(graph.input(input).name());
  tensor.set_data_type(type.elem_type());
  tensor.set_raw_data(std::string(static_cast<size_t>(count) * each, '\0'));
  for (const auto& other : graph.initializer()) {
    if (other.name() == tensor.name()) return false;
  }
  graph.mutable_input()->DeleteSubrange(input, 1);
  *graph.add_initializer() = std::move(tensor);
  return true;
}

bool zero_tensor(onnx::TensorProto& tensor) {
  if (!tensor.has_raw_data()) return false;
  std::string zeros(tensor.raw_data().size(), '\0');
  if (zeros == tensor.raw_data()) return false;
  tensor.set_raw_data(std::move(zeros));
  return true;
}

std::vector<int64_t> dimensions_of(onnx::ModelProto& model) {
  std::set<int64_t, std::greater<>> found;
  for_each_shape(model, [&](onnx::TensorShapeProto& shape) {
    for (const auto& dim : shape.dim()) found.insert(dim.dim_value());
  });
  for (const onnx::TensorProto* tensor : tensors_of(model)) found.insert(tensor->dims().begin(), tensor->dims().end());
  std::vector<int64_t> dimensions(found.begin(), found.end());
  std::erase_if(dimensions, [](int64_t dim) { return dim <= 1; });
  return dimensions;
}

std::vector<std::string> symbols_of(const onnx::ModelProto& model) {
  std::set<std::string> found;
  for (const onnx::ValueInfoProto& input : model.graph().input()) {
    for (const auto& dim : input.type().tensor_type().shape().dim()) {
      if (dim.has_dim_param()) found.insert(dim.dim_param());
    }
  }
  return {found.begin(), found.end()};
}

void shrink_dimension(onnx::ModelProto& model, int64_t from, int64_t to, bool values) {
  for_each_shape(model, [&](onnx::TensorShapeProto& shape) {
    for (auto& dim : *shape.mutable_dim()) {
      if (dim.has_dim_value() && dim.dim_value() == from) dim.set_dim_value(to);
    }
  });
  for (onnx::TensorProto* tensor : tensors_of(model)) {
    cut_tensor(*tensor, from, to);
    if (values) replace_values(*tensor, from, to);
  }
  if (!values) return;
  for (NodeList* nodes : node_lists_of(model)) {
    for (onnx::NodeProto& node : *nodes) {
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.i() == from) attribute.set_i(to);
        for (int64_t& value : *attribute.mutable_ints()) {
          if (value == from) value = to;
        }
      }
    }
  }
}

bool set_input_dimension(onnx::ModelProto& model, int input, int axis, int64_t to) {
  onnx::GraphProto& graph = *model.mutable_graph();
  if (input >= graph.input_size()) return false;
  onnx::TypeProto::Tensor& type = *graph.mutable_input(input)->mutable_type()->mutable_tensor_type();
  if (axis >= type.shape().dim_size()) return false;
  auto& dim = *type.mutable_shape()->mutable_dim(axis);
  if (dim.has_dim_value() && dim.dim_value() <= to) return false;
  dim.set_dim_value(to);
  return true;
}

void set_symbol(onnx::ModelProto& model, const std::string& symbol, int64_t value) {
  for_each_shape(model, [&](onnx::TensorShapeProto& shape) {
    for (auto& dim : *shape.mutable_dim()) {
      if (dim.has_dim_param() && dim.dim_param() == symbol) dim.set_dim_value(value);
    }
  });
}

}  // namespace burin::tools
