// `burin opt FILE --passes=A,B`: the IR text or model in FILE, after these passes, on standard output.
#pragma once

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/opt.h"

namespace burin::tools {

// The part of `options` that is opt's; the text tests take their flags like this too.
OptOptions opt_options(const Options& options);

ExitCode opt(const Options& options);

}  // namespace burin::tools
