#include "tools/burin/compile/pass_hooks.h"

#include <cstdio>
#include <memory>
#include <unordered_set>

#include "ir/graph/text.h"
#include "ir/graph/verify.h"
#include "ir/loop/text.h"
#include "ir/loop/verify.h"
#include "ir/nest/text.h"
#include "ir/nest/verify.h"
#include "tools/burin/compile/pass_check.h"

namespace burin::tools {
namespace {

ir::Status verified(std::string_view, const ir::Graph& graph) { return ir::verify(graph); }
// Lowering clamps and guards what no proof reaches; only what is refuted is wrong.
ir::Status verified(std::string_view, const ir::Program& program) {
  return ir::verify(program, ir::ReadProof::kUnlessRefuted);
}
ir::Status verified(std::string_view pass, const ir::Module& module) {
  const bool is_before_expansion = pass == "lower-nests" || pass == "merge-kernels";
  return ir::verify(module, is_before_expansion ? ir::LoopStage::kScheduled : ir::LoopStage::kExpanded);
}

// A form that breaks its invariants after a pass is a defect of burin, whoever's fault the verifier takes it for.
ir::Status as_defect(std::string_view pass, const ir::Status& status) {
  ir::Diagnostics faults = status.faults();
  for (ir::Diagnostic& fault : faults) {
    fault.fault = ir::Fault::kInternal;
    fault.where = "after " + std::string(pass) + (fault.where.empty() ? "" : ": ") + fault.where;
  }
  return faults;
}

template <class Form>
ir::Status look_at(std::string_view pass, const Form& form, const Options& options) {
  if (options.print_ir_after == "all" || options.print_ir_after == pass) {
    std::fprintf(stderr, "// after %.*s\n%s\n", static_cast<int>(pass.size()), pass.data(), ir::text_of(form).c_str());
  }
  if (!options.verify_each) return {};
  return as_defect(pass, verified(pass, form));
}

void print_time(std::string_view step, double seconds) {
  std::fprintf(stderr, "%10.1f ms  %.*s\n", seconds * 1e3, static_cast<int>(step.size()), step.data());
}

}  // namespace

std::vector<std::string_view> step_names() {
  std::vector<std::string_view> names{"import"};
  for (const passes::GraphPass& pass : passes::graph_passes()) names.push_back(pass.name);
  names.emplace_back("lower-graph");
  for (const passes::NestPass& pass : passes::nest_passes()) names.push_back(pass.name);
  names.emplace_back("lower-nests");
  for (const passes::LoopPass& pass : passes::loop_passes()) names.push_back(pass.name);
  return names;
}

passes::PassHooks hooks_for(const Options& options) {
  passes::PassHooks hooks;
  if (options.time) hooks.took = print_time;
  if (options.print_ir_after.empty() && !options.verify_each && !options.check_passes) return hooks;
  const auto checks = std::make_shared<PassCheck>();
  hooks.after_graph_pass = [&options, checks](std::string_view pass, const ir::Graph& graph) {
    const ir::Status status = look_at(pass, graph, options);
    return status && options.check_passes ? checks->check(pass, graph) : status;
  };
  hooks.after_nest_pass = [&options, checks](std::string_view pass, const ir::Program& program) {
    const ir::Status status = look_at(pass, program, options);
    return status && options.check_passes ? checks->check(pass, program) : status;
  };
  hooks.after_loop_pass = [&options](std::string_view pass, const ir::Module& module) {
    return look_at(pass, module, options);
  };
  return hooks;
}

StepTime::~StepTime() {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  if (options_.time) print_time(step_, seconds.count());
}

ir::Status show_imported(const ir::Graph& graph, const passes::PassHooks& hooks) {
  return hooks.after_graph_pass ? hooks.after_graph_pass("import", graph) : ir::Status();
}

void print_explained(std::string_view form, std::span<const std::string> lines) {
  // A pass that runs until nothing changes declines again what it has declined before.
  std::unordered_set<std::string_view> said;
  for (const std::string& line : lines) {
    if (!said.insert(line).second) continue;
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(form.size()), form.data(), line.c_str());
  }
}

}  // namespace burin::tools
