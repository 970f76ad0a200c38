// What --print-ir-after, --verify-each, --check-passes and --time do between steps, and --time around the rest of the work.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "passes/pipeline.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

// The import counts as the first step.
inline constexpr std::string_view kImport = "import";

// What --print-ir-after takes, in order: the import and the steps of the pipeline.
std::vector<std::string_view> step_names();

// True when the hooks print or evaluate forms: one walk at a time, so that what they print stays apart and appears at once.
bool looks_between_steps(const Options& options);

// For one walk over steps; `options` outlives it. Times go to `log`, or where it is null to standard error at once.
passes::StepHooks hooks_for(const Options& options, std::string* log = nullptr);

// With --time: prints to standard error how long it lived. For work that is no step of the pipeline.
class StepTime {
 public:
  StepTime(const Options& options, std::string_view step) : options_(options), step_(step) {}
  StepTime(const StepTime&) = delete;
  StepTime& operator=(const StepTime&) = delete;
  ~StepTime();

 private:
  const Options& options_;
  std::string_view step_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The lines that steps gave for --explain, each once, to `log` or standard error. `form`: the target, or "graph".
void print_explained(std::string_view form, std::span<const std::string> lines, std::string* log = nullptr);

}  // namespace burin::tools
