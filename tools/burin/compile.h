// `burin compile`: from a model to artifacts in a folder.
#pragma once

#include "tools/burin/options.h"
#include "tools/burin/report.h"

namespace burin::tools {

ExitCode compile(const Options& options);

}  // namespace burin::tools
