// Runs a program without a shell.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"

namespace burin::codegen {

// Runs `command[0]`, looked up in PATH, to its end. Its output and errors go to the file `log`. The exit code, 128 and the signal
// added where one ended it; a fault of the environment (kind "no-program") where it cannot be started.
ir::Result<int> run_program(const std::vector<std::string>& command, const std::string& log);

}  // namespace burin::codegen
