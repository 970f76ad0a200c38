// `burin compile --dry_run`: everything that stands in the way of compiling a model, at once and with counts. A model that
// imports is also lowered for each target, with the invariants of every form checked; only code is not generated.
#pragma once

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

// Exit code 0 when nothing does.
ExitCode dry_run(const Options& options);

}  // namespace burin::tools
