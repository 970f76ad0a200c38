// The attributes that convolution and pooling nodes share: strides, dilations, and pads given or by `auto_pad`.
#pragma once

#include <vector>

#include "frontend/onnx/graph/node_import.h"
#include "ir/ops/numeric.h"

namespace burin::frontend {

struct WindowAttributes {
  std::vector<int64_t> kernel, strides, dilations;
  std::vector<ir::Expr> pads;  // before each spatial dimension, then after each
};

enum class AutoPad { kNotSet, kSameUpper, kSameLower, kValid };
ir::Result<AutoPad> auto_pad(const NodeImport& node);

// Of a node whose operand 0 has two dimensions before the spatial ones. `kernel` has the kernel's extents, from the node's
// weights or its attribute. With auto_pad SAME the result has ceil(extent / stride) positions.
ir::Result<WindowAttributes> window_attributes(NodeImport& node, std::span<const ir::Expr> kernel);

// The spatial extents of the weights in operand `weights`: all dimensions after the first two.
ir::Shape kernel_of(const NodeImport& node, int weights);

// The attribute "kernel_shape", one value for each spatial dimension of operand 0.
ir::Result<std::vector<int64_t>> kernel_shape(NodeImport& node);

// All attributes of a pooling node.
ir::Result<ir::Pool> pool_attributes(NodeImport& node);

}  // namespace burin::frontend
