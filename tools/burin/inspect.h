// `burin inspect`: what a library says about itself, and how much memory it takes.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/burin/description.h"
#include "tools/burin/options.h"
#include "tools/burin/report.h"

namespace burin::tools {

struct Inspection {
  ModelDescription model;
  // For the shapes given; absent when symbols have no values, or no variant runs here.
  std::optional<uint64_t> arena_bytes;
  // The most bytes of buffers that are alive in one step: no arena can be smaller. Absent when not known.
  std::optional<uint64_t> arena_lower_bound;
};

ExitCode inspect(const Options& options);

}  // namespace burin::tools
