// A module that puts every value of hostile inputs through every opcode, cast and bitcast, `lanes` at a time: one kernel and
// one output for each, so that a library is built once and a difference is named by its output.
#pragma once

#include <vector>

#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

struct OpcodeSamples {
  Module module;
  std::vector<Literal> inputs;
};

// Arithmetic on operands of type `element`, casts and bitcasts from it.
OpcodeSamples opcode_samples(ElementType element, int lanes);

}  // namespace burin::ir
