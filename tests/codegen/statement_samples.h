// Modules that use every kind of statement and of memory access of the loop form, with inputs that reach all of it.
#pragma once

#include <vector>

#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

struct StatementSample {
  std::string name;
  Module module;
  std::vector<Literal> inputs;
};

// Vector loads and stores whose index is a vector: data, ramps of several strides, splats; prefetches.
StatementSample gather_sample(int lanes);
// While loops, branches on data and on counters of unrolled loops, loops that do not run, tiles assigned in branches.
StatementSample control_sample();
// Kernels that call kernels, with local buffers, and an entry with loops, branches and a while of its own.
StatementSample calls_sample();
// head, lane, splat, ramp and selects of whole vectors.
StatementSample lanes_sample(int lanes);

std::vector<StatementSample> statement_samples(int lanes);

}  // namespace burin::ir
