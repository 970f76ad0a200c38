// Edits that `burin reduce` tries on an ONNX model. Each makes it smaller or simpler, and perhaps invalid or another model:
// whether it still is the one looked for, the check decides. They return false where they have nothing to do.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tools/burin/reduce/model_parts.h"

namespace burin::tools {

// Types of the main graph's tensors by name, where they are known.
using TensorTypes = std::map<std::string, onnx::TypeProto>;

// --- Nodes. Positions are those in the main graph unless a list is given.

// Removes what no output of the main graph needs: nodes, initializers, inputs, functions, operator sets; Identity nodes;
// and what only people read: descriptions, shapes of inner tensors and of outputs.
void drop_unused(onnx::ModelProto& model);
// Removes nodes. What the others read of them becomes an input; outputs that they computed are outputs no more. False where
// an input's type is unknown, or no output is left.
bool drop_nodes(onnx::ModelProto& model, std::span<const int> positions, const TensorTypes& types);
// Makes the results of a node the only outputs.
bool end_at_node(onnx::ModelProto& model, int position, const TensorTypes& types);
// Makes the node an Identity of one of its operands.
bool bypass_node(NodeList& nodes, int position, int operand);
// Replaces a node by the nodes of one of the graphs inside it, as if that ran once, or by those of the function it calls.
bool inline_body(onnx::ModelProto& model, int position, int graph);

// --- Values.

// An input of known, small shape becomes zeros.
bool make_input_constant(onnx::ModelProto& model, int input);
// All elements become zero.
bool zero_tensor(onnx::TensorProto& tensor);

// --- Dimensions.

// Numbers above 1 that are dimensions of inputs or tensors, the largest first, and names that are dimensions of inputs.
std::vector<int64_t> dimensions_of(onnx::ModelProto& model);
std::vector<std::string> symbols_of(const onnx::ModelProto& model);
// Every dimension of inputs and tensors that is `from` becomes `to`, which is smaller; tensors keep their first elements.
// With `values`, small integer tensors and attributes that hold `from` hold `to` afterwards.
void shrink_dimension(onnx::ModelProto& model, int64_t from, int64_t to, bool values);
// One dimension of one input.
bool set_input_dimension(onnx::ModelProto& model, int input, int axis, int64_t to);
void set_symbol(onnx::ModelProto& model, const std::string& symbol, int64_t value);

}  // namespace burin::tools
