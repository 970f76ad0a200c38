// Models of one node with operands and attributes that its operator does not expect.
#pragma once

#include <string>
#include <vector>

#include "frontend/onnx/graph/onnx_operators.h"
#include "frontend/onnx/operators/all.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {

inline constexpr int64_t kAbsurd[] = {0, -1, 1, 3, -7, INT64_MAX, INT64_MIN, int64_t{1} << 40};

// Attributes of operators that ONNX does not define.
inline constexpr OnnxAttribute kOtherAttributes[] = {{"axis", onnx::AttributeProto::INT, false},
                                                     {"num_heads", onnx::AttributeProto::INT, false},
                                                     {"kv_num_heads", onnx::AttributeProto::INT, false},
                                                     {"do_rotary", onnx::AttributeProto::INT, false},
                                                     {"rotary_embedding_dim", onnx::AttributeProto::INT, false},
                                                     {"transA", onnx::AttributeProto::INT, false},
                                                     {"channels_last", onnx::AttributeProto::INT, false},
                                                     {"qkv_hidden_sizes", onnx::AttributeProto::INTS, false},
                                                     {"kernel_shape", onnx::AttributeProto::INTS, false},
                                                     {"pads", onnx::AttributeProto::INTS, false},
                                                     {"axes", onnx::AttributeProto::INTS, false}};

// The attributes that the node's operator has at `opset`.
inline std::vector<OnnxAttribute> attributes_of(const onnx::NodeProto& node, int opset) {
  std::vector<OnnxAttribute> attributes;
  const OnnxOperator* defined = node.domain().empty() ? find_onnx_operator(node.op_type(), opset) : nullptr;
  if (defined == nullptr) return {std::begin(kOtherAttributes), std::end(kOtherAttributes)};
  for_each_attribute(*defined, [&](const OnnxAttribute& attribute) { attributes.push_back(attribute); });
  return attributes;
}

// Gives the attribute a value of its type; graphs and tensors are left out.
inline void set_attribute(onnx::NodeProto& node, const OnnxAttribute& attribute, const std::vector<int64_t>& values) {
  for (int i = node.attribute_size(); i-- > 0;) {
    if (node.attribute(i).name() == attribute.name) node.mutable_attribute()->DeleteSubrange(i, 1);
  }
  auto& added = *node.add_attribute();
  added.set_name(std::string(attribute.name));
  added.set_type(static_cast<onnx::AttributeProto_AttributeType>(attribute.type));
  const int64_t first = values.empty() ? 0 : values.front();
  switch (attribute.type) {
    case onnx::AttributeProto::INT: return added.set_i(first);
    case onnx::AttributeProto::FLOAT: return added.set_f(static_cast<float>(first));
    case onnx::AttributeProto::STRING: return added.set_s(first == 0 ? "" : first > 0 ? "linear" : "constant");
    case onnx::AttributeProto::INTS: added.mutable_ints()->Assign(values.begin(), values.end()); return;
    case onnx::AttributeProto::FLOATS: added.mutable_floats()->Assign(values.begin(), values.end()); return;
    default: node.mutable_attribute()->RemoveLast();
  }
}

inline void add_attributes(onnx::NodeProto& node, int opset, int64_t value) {
  for (const OnnxAttribute& attribute : attributes_of(node, opset)) set_attribute(node, attribute, {value, value});
}

// Values of every kind that `operands` may name.
inline ModelBuilder model_of(const ImportRow& row, const std::vector<std::string>& operands) {
  ModelBuilder model(row.since);
  model.input("image", {2, 4, 5, 6}).input("scalar", {}).input("empty", {"n"}).input("symbolic", {"n", "m", "n"});
  model.input("flag", {}, onnx::TensorProto::BOOL).input("index", {3}, onnx::TensorProto::INT64);
  model.integers("numbers", {1, -1, INT64_MAX})
      .integers("number", {-1}, true)
      .integers("none", {})
      .floats("factors", {0, -1, 1e30F, 2});
  model.output("y");
  onnx::NodeProto& node = model.node(std::string(row.op_type), operands, {"y", "z"});
  node.set_domain(std::string(row.domain));
  if (!row.domain.empty()) {
    auto* import = model.proto().add_opset_import();
    import->set_domain(std::string(row.domain));
    import->set_version(row.since);
  }
  return model;
}

}  // namespace burin::frontend::test
