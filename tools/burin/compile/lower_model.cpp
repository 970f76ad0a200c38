#include "tools/burin/compile/lower_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <utility>

#include "frontend/closest_name.h"
#include "ir/graph/copy.h"
#include "targets/host_features.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/pass_hooks.h"

namespace burin::tools {
namespace {

passes::PassContext context_for(const Options& options, const targets::Target& target,
                                std::vector<std::string>* explained) {
  passes::PassContext context;
  context.machine.vector_bytes = target.vector_bytes;
  context.machine.vector_registers = target.vector_registers;
  context.machine.l2_bytes = target.l2_bytes;
  context.machine.l1_way_bytes = target.l1_way_bytes;
  context.math = options.math;
  context.target = target.name;
  context.explained = options.explain ? explained : nullptr;
  return context;
}

bool runs_here(const targets::Target& target) {
  const std::optional<targets::Host> host = targets::host_features();
  return host && host->architecture == target.architecture && (target.runtime_features & ~host->features) == 0;
}

}  // namespace

frontend::ImportOptions import_options(const Options& options) {
  frontend::ImportOptions import;
  import.input_dims = options.input_dims;
  import.symbols = options.symbols;
  import.symbol_bounds = options.symbol_ranges;
  import.out_nodes = options.out_nodes;
  import.max_nodes = options.max_nodes;
  return import;
}

frontend::Limits limits_of(const Options& options) {
  frontend::Limits limits;
  limits.max_nodes = options.max_nodes;
  limits.max_constant_bytes = options.max_constant_bytes;
  return limits;
}

std::string library_name(const std::filesystem::path& model, const Options& options) {
  if (!options.name.empty()) return options.name;
  const std::string stem = model.stem().string();
  return stem.empty() ? "model" : stem;
}

ir::Result<ir::Graph> import_file(const std::filesystem::path& model, const Options& options) {
  const StepTime time(options, "import");
  show_progress("reading " + model.string());
  ir::Result<frontend::OnnxModel> read = frontend::read_model(model, limits_of(options));
  if (!read) return read.faults();
  show_progress("importing " + model.string());
  ir::Result<ir::Graph> graph = frontend::import_model(std::move(*read), import_options(options));
  if (graph) graph->name = library_name(model, options);
  return graph;
}

ir::Status run_graph_passes(ir::Graph& graph, const Options& options) {
  std::vector<std::string> explained;
  const passes::PassContext context = context_for(options, targets::Target{}, &explained);
  const passes::StepHooks hooks = hooks_for(options);
  passes::AnyForm form = std::move(graph);
  ir::Status status = hooks.after ? hooks.after(kImport, form) : ir::Status();
  if (status) status = passes::run_steps(passes::passes_of(passes::FormKind::kGraph), form, context, hooks);
  graph = std::get<ir::Graph>(std::move(form));
  print_explained("graph", explained);
  return status;
}

template <class Form>
ir::Result<Form> lowered_for(const ir::Graph& graph, const targets::Target& target, const Options& options,
                             std::string* log) {
  show_progress(fmt::format("lowering for {}", target.name));
  std::vector<std::string> explained;
  const passes::PassContext context = context_for(options, target, &explained);
  ir::Result<Form> form = passes::lowered_to<Form>(ir::copy_of(graph), context, hooks_for(options, log));
  print_explained(target.name, explained, log);
  return form;
}

template ir::Result<ir::Module> lowered_for(const ir::Graph&, const targets::Target&, const Options&, std::string*);
template ir::Result<ir::Program> lowered_for(const ir::Graph&, const targets::Target&, const Options&, std::string*);

ir::Result<std::vector<targets::Target>> targets_for(const Options& options, std::string_view otherwise) {
  const std::string name = options.target.empty() ? std::string(otherwise) : options.target;
  std::vector<targets::Target> found = targets::targets_of(name);
  if (!found.empty()) return found;
  const std::vector<std::string> names = targets::target_names();
  ir::Diagnostic fault =
      usage_fault("--target", fmt::format("expected one of {}, found \"{}\"", fmt::join(names, ", "), name));
  frontend::ClosestName closest(name);
  for (const std::string& each : names) closest.consider(each);
  fault.hint = closest.hint();
  return fault;
}

ir::Result<targets::Target> target_to_run(const Options& options) {
  const ir::Result<std::vector<targets::Target>> found = targets_for(options, kDefaultPlatform);
  if (!found) return found.faults();
  // Loops that are only interpreted run anywhere; what an emulator can run is the user's to know.
  if (options.toolchain == Toolchain::kInterpret || !options.emulator.empty()) return found->front();
  for (const targets::Target& target : *found) {
    if (runs_here(target)) return target;
  }
  if (options.target.empty()) {
    for (const targets::Target& target : targets::all_targets()) {
      if (runs_here(target)) return target;
    }
  }
  ir::Diagnostic fault = ir::environment_fault("target", "--target", "this machine cannot run {}", found->front().name);
  fault.hint = "--toolchain interpret runs the loops of any target";
  return fault;
}

}  // namespace burin::tools
