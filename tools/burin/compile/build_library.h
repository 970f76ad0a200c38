// From a graph to machine code: its loops for every target, the tables that describe it, objects by the toolchain asked for,
// and a link.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "codegen/model_tables.h"
#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "targets/targets.h"
#include "tools/burin/base/options.h"

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

// Objects of all variants and the tables. A usage fault where --toolchain makes none.
ir::Result<std::vector<codegen::ObjectFile>> make_objects(const LoweredModel& model, codegen::PartOf part_of,
                                                          const Options& options);

// What a link of these objects takes; both outlive it.
codegen::LinkInput link_input(const LoweredModel& model, const std::vector<codegen::ObjectFile>& objects);

}  // namespace burin::tools
