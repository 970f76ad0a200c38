// `burin compile --dry_run`: everything that stands in the way of compiling a model, at once and with counts.
#pragma once

#include "tools/burin/options.h"
#include "tools/burin/report.h"

namespace burin::tools {

// Exit code 0 when nothing does.
ExitCode dry_run(const Options& options);

}  // namespace burin::tools
