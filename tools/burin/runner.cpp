#include "tools/burin/runner.h"

#include <optional>
#include <utility>

#include "ir/interpret_loops.h"
#include "tools/burin/lower_model.h"
#include "tools/burin/report.h"

namespace burin::tools {
namespace {

std::vector<Signature> signatures_of(const std::vector<ir::Interface>& interfaces) {
  std::vector<Signature> signatures;
  for (const ir::Interface& interface : interfaces) {
    Signature& signature = signatures.emplace_back();
    signature.name = interface.name;
    signature.element = interface.element;
    for (ir::Expr dim : interface.shape) {
      const std::optional<std::vector<int64_t>> number = ir::static_dims({dim});
      signature.dims.push_back(number ? number->front() : -1);
    }
  }
  return signatures;
}

}  // namespace

Runner::Runner(ir::Module module)
    : model_(std::move(module)),
      inputs_(signatures_of(std::get<ir::Module>(model_).inputs)),
      outputs_(signatures_of(std::get<ir::Module>(model_).outputs)) {}

ir::Result<std::vector<ir::Literal>> Runner::run(std::span<const ir::Literal> inputs) {
  return ir::interpret(std::get<ir::Module>(model_), inputs);
}

ir::Result<Runner> make_runner(const ir::Graph& graph, const Options& options) {
  const ir::Result<targets::Target> target = target_to_run(options);
  if (!target) return target.faults();
  ir::Result<ir::Module> module = lower_for(graph, *target, options);
  if (!module) return module.faults();
  clear_progress();
  return Runner(std::move(*module));
}

}  // namespace burin::tools
