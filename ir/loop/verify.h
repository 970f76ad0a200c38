// The invariants of the loop form. Each violation is one diagnostic that names the place and both values.
//
// Module
// - Kernels have distinct names. A call goes to a kernel above its own, with a buffer per parameter (of the same element type,
//   and one that may be written where the kernel writes) and an i64 per scalar.
// - The entry's scalars are the symbols, then the opaque symbols. Interface dimensions, checks and arena sizes are over symbols.
// - Constants lie one after the other at multiples of 64 bytes, inside `constant_bytes`. Arena buffers that are alive at the
//   same step do not overlap where their offsets are planned, and end inside `arena_bytes`.
// Buffers
// - Of a kernel: parameters first, slot by position, then local ones. Of the entry: no parameters; slots name an input, an
//   output, a constant's offset or an arena buffer, with the same element type where that has one.
// - A local buffer has 1 element or more. An alignment is a power of two.
// - Stores go to buffers that may change: parameters marked written, locals, outputs, the arena, the symbols.
// Expressions
// - Operands have the types that ir/expr/verify.h asks for; there are no reads of tensors.
// - A load's element type is its buffer's; its index is an i64, or one per lane.
// - No transcendental function, once they are expanded (LoopStage::kExpanded).
// Statements
// - A variable is defined before its use in the same block or one around it, and once in a kernel.
// - Loops are serial, parallel or unrolled, with i64 bounds and a step of at least 1; an unrolled one has constant bounds and
//   at most kMostUnrolled turns. Conditions are bool.
// - A let has its variable's type. A tile's dimensions are at least 1 and its values at most kMostTileValues.
// - A tile is read and assigned at one index per dimension, over constants and counters of unrolled loops, inside it.
// - A prefetch's index is an i64.
// - A store's index is an i64, or one per lane of the value, and the value's element type is the buffer's.
#pragma once

#include "ir/base/result.h"
#include "ir/loop/loop.h"

namespace burin::ir {

inline constexpr int64_t kMostUnrolled = 4096;
inline constexpr int64_t kMostTileValues = 4096;

// Whether exp, log, .. are still calls or polynomials already.
enum class LoopStage : uint8_t { kScheduled, kExpanded };

Status verify(const Module& module, LoopStage stage);

}  // namespace burin::ir
