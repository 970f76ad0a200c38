// Inputs and expected outputs of a model on disk: ONNX's test_data_set_N (input_0.pb, output_0.pb, ..: a TensorProto each;
// Windows ML's models call them test_data_0_input.pb) or two numpy archives (inputs.npz, outputs.npz).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/tensor/literal.h"
#include "tools/burin/data/description.h"

namespace burin::tools {

struct NamedTensor {
  std::string name;  // may be empty in a .pb
  ir::Literal value;
  std::string file;  // for diagnostics
};

struct DataSet {
  std::vector<NamedTensor> inputs;
  std::vector<NamedTensor> outputs;
};

// The folder itself when it holds data, else its test_data_set_* in the order of their numbers; none when there are none.
std::vector<std::filesystem::path> data_sets_in(const std::filesystem::path& folder);

// Unsupported: sequences, optionals, strings. A fault where there is no output to compare with.
ir::Result<DataSet> read_data_set(const std::filesystem::path& folder);

// Which tensor is for which signature, by position in `tensors`, -1 for none. By name where each tensor has the name of a
// signature of its own; else by position.
std::vector<int> match_names(std::span<const NamedTensor> tensors, std::span<const TensorDescription> signatures);

// Data sets outlive the precision of a model: those of a model that was converted to f16 may still be in f32. `value` as
// `element` where both are floats, else as it is.
ir::Literal as_float_type(const ir::Literal& value, ir::ElementType element);

// A value for every input, of its type (see as_float_type) and rank.
ir::Result<std::vector<ir::Literal>> inputs_for(std::span<const NamedTensor> tensors,
                                                std::span<const TensorDescription> inputs);

}  // namespace burin::tools
