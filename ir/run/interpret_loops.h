// Runs a module of the loop form on numbers: what every emitter must agree with, to the bit. It computes with ir/expr/scalar.h,
// checks each access against its buffer, and walks unrolled and parallel loops like any other; the arena is laid out as
// the module says, so a wrong memory plan shows as a wrong result.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

struct InterpretLimits {
  int64_t most_bytes = int64_t{1} << 34;  // of arena and outputs together
  int64_t most_steps = int64_t{1} << 40;  // statements run
};

// The outputs, with the shapes that the inputs and the counts found while running give them. `inputs` are in the order of
// Module::inputs. A fault of the input where a shape does not fit or a check does not hold; a fault of burin (kInternal)
// where the module reads or writes out of a buffer; each names what was expected and found.
Result<std::vector<Literal>> interpret(const Module& module, std::span<const Literal> inputs,
                                       const InterpretLimits& limits = {});

}  // namespace burin::ir
