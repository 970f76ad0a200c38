// Gives every arena buffer of known size an offset at compile time: greedy, largest first, each at the lowest place that no
// buffer alive at the same time holds (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020).
// Buffers whose sizes are symbolic are left to `prepare`, which runs the same method.
#pragma once

#include <cstdint>

#include "ir/loop/loop.h"

namespace burin::passes {

inline constexpr int64_t kArenaAlignment = 64;  // bytes

// Sets the offsets and Module::arena_bytes when all sizes are constant; otherwise changes nothing.
void plan_memory(ir::Module& module);

// Leaves all offsets to `prepare`, for runs that put each buffer where they like.
void unplan_memory(ir::Module& module);

}  // namespace burin::passes
