// What schedules need to know of a machine: a few numbers of a target's row, so that passes can be tried on invented ones.
#pragma once

namespace burin::passes {

struct Machine {
  int vector_bytes = 32;             // of one vector register
  int vector_registers = 16;         // that hold accumulators, operands and everything between
  int64_t l2_bytes = 256 * 1024;     // of a core's second cache
  int64_t l1_way_bytes = 4 * 1024;   // of its first: addresses this far apart fall into one set
  int most_local_bytes = 32 * 1024;  // of tensors local to a group, on the stack
};

// Fewer points along an axis are not worth a vector.
inline constexpr int kLeastVector = 4;

// What a caller may trade. kStrict keeps the model's order of operations; kDefault may reassociate reductions.
enum class Math : unsigned char { kStrict, kDefault };

}  // namespace burin::passes
