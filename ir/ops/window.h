// Windows that slide over spatial dimensions: what convolution and pooling share. Position p of a window along one dimension,
// tap i of the kernel, lies at p * stride + i * dilation - pad_before of the operand.
#pragma once

#include <span>
#include <vector>

#include "ir/graph/op.h"

namespace burin::ir {

struct Windows {
  std::span<const int64_t> strides, dilations;
  std::span<const Expr> pads;  // before each dimension, then after each

  size_t rank() const { return strides.size(); }
  Expr before(size_t d) const { return pads[d]; }
  Expr after(size_t d) const { return pads[rank() + d]; }
};

enum class Rounding { kDown, kUp };

// Lists of `spatial` strides and dilations and twice as many pads, constant pads not beyond kLargestFactor.
Status require_windows(const Inference& op, const Windows& windows, size_t spatial);
// A kernel of no elements computes nothing.
Status require_kernel(const Inference& op, size_t d, Expr kernel);
// The number of windows along dimension `d`, stated to be at least 0. Rounded up, the last window starts inside the operand
// or its leading padding (ONNX, AveragePool-22).
Result<Expr> window_count(Inference& op, const Windows& windows, size_t d, Expr extent, Expr kernel, Rounding rounding);
// p * stride + tap * dilation - pad
Expr window_position(const Windows& windows, size_t d, Expr p, Expr tap);

// Names of output positions and of taps along spatial dimension `d`.
std::string position_name(size_t d);
std::string tap_name(size_t d);

}  // namespace burin::ir
