// Rotary position embedding (RoFormer, arXiv 2104.09864), put together from graph ops.
#pragma once

#include "frontend/onnx/graph/node_import.h"

namespace burin::frontend {

// Which elements of a head are turned together: i and i + half of them, or 2 i and 2 i + 1.
enum class RotaryPairs : uint8_t { kHalves, kNeighbours };

struct RotaryOperands {
  ir::ValueId x;          // [B, N, S, H], or [B, S, N * H] with `heads`
  ir::ValueId cosines;    // [positions, R / 2] with positions, otherwise [B, S, R / 2]
  ir::ValueId sines;      // like cosines
  ir::ValueId positions;  // of integers, broadcast to [B, S]; may be absent
  int64_t heads = 0;
  int64_t turned = 0;  // R, how many elements of each head are turned, the first ones; 0: all
  RotaryPairs pairs = RotaryPairs::kHalves;
};

// x with every pair (a, b) replaced by (a cos - b sin, b cos + a sin).
ir::Result<ir::ValueId> rotated(NodeImport& node, const RotaryOperands& operands);

}  // namespace burin::frontend
