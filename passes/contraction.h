// What makes a nest a contraction: one sum of products of two reads, and which axis of the nest walks each of them.
#pragma once

#include <optional>

#include "ir/nest/nest.h"

namespace burin::passes {

struct Contraction {
  ir::Expr left, right;  // the two reads, casts taken off
};

// Absent unless the nest has a single accumulator whose combine is fma(read, read, acc).
std::optional<Contraction> contraction_of(const ir::Nest& nest);

// The parallel axis along which the nest's (first) result is contiguous in memory, in runs of whole `run` elements at least
// (n, or n mod 64 for a run of 16); absent when its last physical dimension is not walked by a single axis.
std::optional<ir::VariableId> contiguous_axis(const ir::Program& program, const ir::Nest& nest, int64_t run);

}  // namespace burin::passes
