// What --print-ir-after, --verify-each, --check-passes and --time do between passes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "passes/pipeline.h"
#include "tools/burin/options.h"

namespace burin::tools {

passes::PassHooks hooks_for(const Options& options);

// The lines that passes gave for --explain, on standard error. `form`: the target, or "graph".
void print_explained(std::string_view form, std::span<const std::string> lines);

}  // namespace burin::tools
