// What --print-ir-after, --verify-each, --check-passes and --time do between passes, and --time around the other steps.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "passes/pipeline.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

// What there is to print after, in order: the import, the passes, and the steps from form to form.
std::vector<std::string_view> step_names();

// For one run of passes; `options` outlives it.
passes::PassHooks hooks_for(const Options& options);

// The imported graph, as if `import` were the first pass.
ir::Status show_imported(const ir::Graph& graph, const passes::PassHooks& hooks);

// With --time: says on standard error, when it goes, how long it was there. For steps that are no passes.
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

// The lines that passes gave for --explain, on standard error. `form`: the target, or "graph".
void print_explained(std::string_view form, std::span<const std::string> lines);

}  // namespace burin::tools
