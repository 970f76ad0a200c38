// `burin reduce`: shrinks a model while a command says that it still has the fault looked for.
#pragma once

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

// The best model so far is in the output file at every moment.
ExitCode reduce(const Options& options);

}  // namespace burin::tools
