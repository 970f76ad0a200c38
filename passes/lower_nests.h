// Nests to loops: every top-level nest or group of a program becomes a kernel, every tensor a buffer with a place, and the
// program's order an entry that calls the kernels. Schedules are chosen here where a nest has none yet.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "ir/nest/nest.h"
#include "passes/machine.h"

namespace burin::passes {

struct LoweredProgram {
  ir::Module module;
  std::vector<std::string> explained;  // a line per kernel: its name, nodes, and why it is scheduled so
};

// `target` is written into the module. A fault where sizes do not fit the address space.
ir::Result<LoweredProgram> lower_nests(const ir::Program& program, const Machine& machine, Math math,
                                       const std::string& target);

}  // namespace burin::passes
