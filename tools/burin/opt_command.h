// `burin opt FILE --passes=A,B`: the IR text or model in FILE, after these passes, on standard output.
#pragma once

#include "tools/burin/options.h"
#include "tools/burin/report.h"

namespace burin::tools {

ExitCode opt(const Options& options);

}  // namespace burin::tools
