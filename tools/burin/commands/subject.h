// What run, bench and inspect are given: a library that exists, or a model that is compiled for this machine on the way.
#pragma once

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "tools/burin/base/options.h"
#include "tools/burin/data/description.h"
#include "tools/burin/library/library.h"
#include "tools/burin/library/runner.h"

namespace burin::tools {

// Flags about compiling are refused where the subject is a library.
ir::Result<Library> open_library(const Options& options);
ir::Result<Runner> open_runner(const Options& options);

// The shapes to run with. A model has taken in the flags when it was compiled; a library takes them now.
ir::Result<Shapes> shapes_to_run(const ModelDescription& model, const Options& options);

}  // namespace burin::tools
