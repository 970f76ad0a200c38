// `burin run`: inferences on the inputs of a list, with the files that the QNN tools would write.
#pragma once

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

// Writes DIR/Result_<i>/<output>.raw (NAME_native.raw with --use_native_output_files), i from 0, and
// DIR/execution_metadata.yaml.
ExitCode run(const Options& options);

}  // namespace burin::tools
