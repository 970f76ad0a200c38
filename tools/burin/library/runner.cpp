#include "tools/burin/library/runner.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "codegen/link/scratch_folder.h"
#include "ir/run/interpret_loops.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/lower_model.h"

namespace burin::tools {
namespace {

ir::Result<std::vector<ir::Literal>> execute(Execution& execution, const std::vector<TensorDescription>& outputs,
                                             std::span<const ir::Literal> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) copy_elements(inputs[i], execution.input(i));
  if (ir::Status status = execution.execute(); !status) return status.faults();
  std::vector<ir::Literal> values;
  for (size_t i = 0; i < outputs.size(); ++i) {
    ir::Result<std::vector<int64_t>> dims = execution.output_shape(i);
    if (!dims) return dims.faults();
    const ir::Result<std::span<const std::byte>> bytes = execution.output(i);
    if (!bytes) return bytes.faults();
    values.push_back(ir::make_literal(outputs[i].element, std::move(*dims), {bytes->begin(), bytes->end()}));
  }
  return values;
}

}  // namespace

void copy_elements(const ir::Literal& from, std::span<std::byte> to) {
  if (to.empty()) return;
  if (!from.splat) {
    std::memcpy(to.data(), from.bytes.data(), std::min(to.size(), from.bytes.size()));
    return;
  }
  const size_t each = from.bytes.size();
  for (size_t at = 0; at + each <= to.size(); at += each) std::memcpy(to.data() + at, from.bytes.data(), each);
}

Runner::Runner(ir::Module module) : model_(std::move(module)), description_(describe(std::get<ir::Module>(model_))) {}

Runner::Runner(Loaded loaded)
    : model_(std::move(loaded)), description_(std::get<Loaded>(model_).library->description()) {}

ir::Result<Runner> Runner::of_library(Library library) {
  auto kept = std::make_unique<Library>(std::move(library));
  ir::Result<Execution> execution = Execution::create(*kept);
  if (!execution) return execution.faults();
  return Runner(Loaded{std::move(kept), std::move(*execution), {}});
}

ir::Result<std::vector<ir::Literal>> Runner::run(std::span<const ir::Literal> inputs, int threads) {
  if (const ir::Module* module = std::get_if<ir::Module>(&model_)) return ir::interpret(*module, inputs);
  if (const auto* emulated = std::get_if<EmulatedModel>(&model_)) return run_emulated(*emulated, outputs(), inputs);
  auto& [library, execution, prepared] = std::get<Loaded>(model_);
  Shapes shapes;
  for (const ir::Literal& input : inputs) shapes.push_back(input.dims);
  if (prepared != shapes || shapes.empty()) {
    prepared.clear();
    if (ir::Status status = execution.prepare(shapes, threads); !status) return status.faults();
    prepared = std::move(shapes);
  }
  return execute(execution, outputs(), inputs);
}

ir::Result<LoweredModel> lower_to_run(const ir::Graph& graph, const Options& options) {
  const ir::Result<targets::Target> target = target_to_run(options);
  if (!target) return target.faults();
  return lower_model(graph, {*target}, options);
}

namespace {

// A shared library called model.so in a temporary folder.
ir::Result<codegen::ScratchFolder> linked_library(const LoweredModel& model, const Options& options) {
  const ir::Result<std::vector<codegen::ObjectFile>> objects =
      make_objects(model, codegen::PartOf::kSharedLibrary, options);
  if (!objects) return objects.faults();
  ir::Result<codegen::ScratchFolder> folder = codegen::ScratchFolder::create();
  if (!folder) return folder.faults();
  const std::string path = folder->path_of("model.so");
  if (ir::Status status = codegen::link_shared(link_input(model, *objects), path); !status) return status.faults();
  clear_progress();
  return folder;
}

ir::Result<Runner> make_emulated(const ir::Graph& graph, const Options& options) {
  const ir::Result<LoweredModel> model = lower_to_run(graph, options);
  if (!model) return model.faults();
  ir::Result<codegen::ScratchFolder> folder = linked_library(*model, options);
  if (!folder) return folder.faults();
  ModelDescription description = describe(model->modules.front());
  return Runner({options.emulator, std::make_unique<codegen::ScratchFolder>(std::move(*folder))},
                std::move(description));
}

ir::Result<Runner> make_interpreted(const ir::Graph& graph, const Options& options) {
  const ir::Result<targets::Target> target = target_to_run(options);
  if (!target) return target.faults();
  ir::Result<ir::Module> module = lowered_for<ir::Module>(graph, *target, options);
  if (!module) return module.faults();
  clear_progress();
  return Runner(std::move(*module));
}

}  // namespace

ir::Result<Library> make_library(const ir::Graph& graph, const Options& options) {
  const ir::Result<LoweredModel> model = lower_to_run(graph, options);
  return model ? load_linked(*model, options) : ir::Result<Library>(model.faults());
}

ir::Result<Library> load_linked(const LoweredModel& model, const Options& options) {
  const ir::Result<codegen::ScratchFolder> folder = linked_library(model, options);
  // Once it is mapped, the file itself is not needed any more.
  return folder ? Library::load(folder->path_of("model.so")) : ir::Result<Library>(folder.faults());
}

ir::Result<Runner> make_runner(const ir::Graph& graph, const Options& options) {
  if (options.toolchain == Toolchain::kInterpret) return make_interpreted(graph, options);
  if (!options.emulator.empty()) return make_emulated(graph, options);
  ir::Result<Library> library = make_library(graph, options);
  return library ? Runner::of_library(std::move(*library)) : ir::Result<Runner>(library.faults());
}

}  // namespace burin::tools
