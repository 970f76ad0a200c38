// The files that `burin compile` makes of a graph, by --emit.
#pragma once

#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "tools/burin/base/options.h"
#include "tools/burin/base/output_files.h"

namespace burin::tools {

struct TextFile {
  std::string name;
  std::string text;
};

// For --emit graph, nests, loops and llvm-ir: a file per target, or one for the graph.
ir::Result<std::vector<TextFile>> text_artifacts(const ir::Graph& graph, const Options& options);

// For --emit lib, static-lib, object and cpp: the code, and beside it NAME.h, burin.h, example.c and NAME_net.json. The
// digest that the code carries.
ir::Result<std::string> code_artifacts(const ir::Graph& graph, const Options& options, OutputFiles& files);

}  // namespace burin::tools
