// Models of one node with operands and attributes that its operator does not expect.
#pragma once

#include <string>
#include <vector>

#include "frontend/onnx/import_table.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {

inline constexpr int64_t kAbsurd[] = {0, -1, 1, 3, -7, INT64_MAX, INT64_MIN, int64_t{1} << 40};

inline constexpr const char* kIntegerAttributes[] = {
    "axis",       "to",    "blocksize", "num_outputs", "num_scan_inputs", "keepdims", "group",      "batch_dims",
    "k",          "dtype", "start",     "end",         "upper",           "largest",  "block_size", "hidden_size",
    "num_groups", "size",  "transA",    "ceil_mode"};
inline constexpr const char* kListAttributes[] = {
    "axes",  "perm",  "pads",   "strides",        "dilations",    "kernel_shape", "starts", "ends",
    "split", "shape", "border", "output_padding", "output_shape", "steps",        "scales"};

inline void add_attributes(onnx::NodeProto& node, int64_t value) {
  for (const char* name : kIntegerAttributes) set_integer(node, name, value);
  for (const char* name : kListAttributes) set_integers(node, name, {value, value});
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
