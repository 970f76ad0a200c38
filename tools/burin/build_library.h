// From a graph to a library: its loops for every target, the tables that describe it, and a link by the toolchain asked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "codegen/model_tables.h"
#include "ir/graph.h"
#include "ir/loop.h"
#include "ir/result.h"
#include "targets/targets.h"
#include "tools/burin/options.h"

namespace burin::tools {

// Loops for each target and the tables that all emitters share. Moving it keeps what the tables point at.
struct LoweredModel {
  std::vector<targets::Target> targets;  // best first
  std::vector<ir::Module> modules;       // by target
  std::vector<codegen::Variant> variants;
  codegen::ModelTables tables;
};

ir::Result<LoweredModel> lower_model(const ir::Graph& graph, std::vector<targets::Target> targets,
                                     const Options& options);

// Writes the shared library to `path`; it exports burin_model.
ir::Status build_shared_library(const LoweredModel& model, const Options& options, const std::filesystem::path& path);

}  // namespace burin::tools
