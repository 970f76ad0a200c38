// What --print-ir-after, --verify-each, --check-passes and --time do between passes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "passes/pipeline.h"
#include "tools/burin/options.h"

namespace burin::tools {

// What there is to print after, in order: the import, the passes, and the steps from form to form.
std::vector<std::string_view> step_names();

// For one run of passes; `options` outlives it.
passes::PassHooks hooks_for(const Options& options);

// The imported graph, as if `import` were the first pass.
ir::Status show_imported(const ir::Graph& graph, const passes::PassHooks& hooks);

// The lines that passes gave for --explain, on standard error. `form`: the target, or "graph".
void print_explained(std::string_view form, std::span<const std::string> lines);

}  // namespace burin::tools
