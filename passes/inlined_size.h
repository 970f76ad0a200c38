// How large an expression may become by composing nests. What is printed, scheduled and emitted walks expressions as trees,
// while composing shares: y = x + x doubles a tree that grew by one node. Passes that compose ask here first.
#pragma once

#include "ir/nest/nest.h"

namespace burin::passes {

// Nodes of a tree. A GELU by its formula has about 30; a chain of maps that is cut here goes through memory once more.
inline constexpr int kMostInlinedSize = 256;

// True when no expression of `nest` grows beyond the limit by having its reads of `tensor` replaced by `value`.
bool stays_small(const ir::Nest& nest, ir::TensorId tensor, ir::Expr value);

}  // namespace burin::passes
