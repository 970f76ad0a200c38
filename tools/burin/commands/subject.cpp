#include "tools/burin/commands/subject.h"

#include <utility>

#include "tools/burin/base/report.h"
#include "tools/burin/command_line/command_line.h"
#include "tools/burin/compile/lower_model.h"

namespace burin::tools {
namespace {

ir::Result<ir::Graph> ready_graph(const Options& options) {
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return graph;
  if (ir::Status status = run_graph_passes(*graph, options); !status) return status.faults();
  return graph;
}

ir::Result<Library> load(const Options& options) {
  if (ir::Status status = refuse_flags_of_models(options); !status) return status.faults();
  return Library::load(options.subject);
}

}  // namespace

ir::Result<Library> open_library(const Options& options) {
  if (is_library(options.subject)) return load(options);
  if (options.toolchain == Toolchain::kInterpret) {
    return usage_fault("--toolchain", "has no effect here: interpret makes no library to look at");
  }
  const ir::Result<ir::Graph> graph = ready_graph(options);
  if (!graph) return graph.faults();
  return make_library(*graph, options);
}

ir::Result<Runner> open_runner(const Options& options) {
  if (is_library(options.subject)) {
    ir::Result<Library> library = load(options);
    return library ? Runner::of_library(std::move(*library)) : ir::Result<Runner>(library.faults());
  }
  const ir::Result<ir::Graph> graph = ready_graph(options);
  if (!graph) return graph.faults();
  return make_runner(*graph, options);
}

ir::Result<Shapes> shapes_to_run(const ModelDescription& model, const Options& options) {
  return resolve_shapes(model, is_library(options.subject) ? options : Options{});
}

}  // namespace burin::tools
