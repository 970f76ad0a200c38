// From a model file to loops for one target: read, import, graph passes, nests, schedules. What the flags that look into the
// compiler ask for happens here, between the passes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "frontend/onnx/import_model.h"
#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/loop/loop.h"
#include "passes/pipeline.h"
#include "targets/targets.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

frontend::ImportOptions import_options(const Options& options);
frontend::Limits limits_of(const Options& options);

// The graph of the model, as imported.
ir::Result<ir::Graph> import_file(const std::filesystem::path& model, const Options& options);

// The graph's own passes, in place.
ir::Status run_graph_passes(ir::Graph& graph, const Options& options);

// The name that --name gives, else that of the file.
std::string library_name(const std::filesystem::path& model, const Options& options);

// The graph, whose passes have run, as loops (ir::Module) or nests (ir::Program) for a target. The graph stays as it is, so
// several targets may be lowered side by side, each with a `log` of its own for what --time and --explain say; where it is
// null they go to standard error at once.
template <class Form>
ir::Result<Form> lowered_for(const ir::Graph& graph, const targets::Target& target, const Options& options,
                             std::string* log = nullptr);
extern template ir::Result<ir::Module> lowered_for(const ir::Graph&, const targets::Target&, const Options&,
                                                   std::string*);
extern template ir::Result<ir::Program> lowered_for(const ir::Graph&, const targets::Target&, const Options&,
                                                    std::string*);

// All variants that --target asks for, best first; `otherwise` when it was not given. A usage fault for an unknown name.
ir::Result<std::vector<targets::Target>> targets_for(const Options& options, std::string_view otherwise);
// One variant, the best that this machine can run among those --target asks for.
ir::Result<targets::Target> target_to_run(const Options& options);

inline constexpr std::string_view kDefaultPlatform = "x86_64-linux-gnu";

}  // namespace burin::tools
