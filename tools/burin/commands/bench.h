// `burin bench`: how long one inference takes, again and again on the same inputs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

// Milliseconds; percentiles are samples (nearest rank).
struct Timing {
  int64_t iterations = 0;
  double min = 0, median = 0, p95 = 0, p99 = 0, mean = 0;
};
Timing timing_of(std::vector<double> milliseconds);

struct BenchReport {
  std::string name, target;
  int threads = 1;
  uint64_t arena_bytes = 0;
  Timing timing;
};

ExitCode bench(const Options& options);

}  // namespace burin::tools
