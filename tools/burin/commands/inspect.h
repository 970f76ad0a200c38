// `burin inspect`: what compiled models say about themselves, and how much memory they take. Shared libraries of this machine
// are loaded; archives, objects and libraries of other machines are read as data, and nothing of them runs.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"
#include "tools/burin/data/description.h"

namespace burin::tools {

struct Inspection {
  ModelDescription model;
  std::string architecture;  // of a file that was read as data; empty where the library was loaded
  // For the shapes given; absent when symbols have no values, or no variant runs here.
  std::optional<uint64_t> arena_bytes;
  // The most bytes of buffers that are alive in one step: no arena can be smaller. Absent when not known.
  std::optional<uint64_t> arena_lower_bound;
};

ExitCode inspect(const Options& options);

}  // namespace burin::tools
