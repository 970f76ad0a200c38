// What burin needs of its process: a stack of known size whatever the shell's limit, and words where stack or memory run out.
#pragma once

#include "tools/burin/base/report.h"

namespace burin::tools {

// Runs `command(argc, argv)` with a stack of 64 MiB, or the largest that can be had. Memory that runs out, in LLVM and in
// other threads too, and a stack that does are reported on standard error and end with kEnvironmentAtFault; other exceptions
// are defects.
ExitCode run_with_resources(ExitCode (*command)(int argc, const char* const* argv), int argc, const char* const* argv);

}  // namespace burin::tools
