// Which buffer parameters of a kernel never overlap another parameter, whoever calls it: emitters say so to the compiler
// behind them, which then moves loads across stores.
#pragma once

#include <vector>

#include "ir/loop/loop.h"

namespace burin::codegen {

// By KernelId, then by parameter.
using DistinctParameters = std::vector<std::vector<bool>>;

// Two buffers of an entry overlap when they are one input or output, one piece of the arena, or pieces whose planned bytes
// meet; pieces without planned offsets that a call uses are alive together and do not. A kernel's parameters overlap where
// its own callers let them.
DistinctParameters distinct_parameters(const ir::Module& module);

}  // namespace burin::codegen
