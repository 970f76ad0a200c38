// Nests to loops: every top-level nest or group of a program becomes a kernel, every tensor a buffer with a place, and the
// program's order an entry that calls the kernels. Schedules are chosen here where a nest has none yet.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "ir/nest/nest.h"
#include "passes/machine.h"
#include "passes/pass.h"

namespace burin::passes {

// For the machine and the target that the context names; the module takes over the program's expressions. Explains each
// kernel: its name, nodes, and why it is scheduled so. A fault where sizes do not fit the address space.
ir::Result<ir::Module> lower_nests(ir::Program program, const PassContext& context);

}  // namespace burin::passes
