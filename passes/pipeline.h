// The order of passes, as lists one can read, and the runner that goes through them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/loop/loop.h"
#include "passes/pass.h"

namespace burin::passes {

std::span<const GraphPass> graph_passes();
std::span<const NestPass> nest_passes();
std::span<const LoopPass> loop_passes();

// What happens after each pass: --print-ir-after, --verify-each and --check-passes look in here. A fault ends the run.
struct PassHooks {
  std::function<ir::Status(std::string_view pass, const ir::Graph& graph)> after_graph_pass;
  std::function<ir::Status(std::string_view pass, const ir::Program& program)> after_nest_pass;
  std::function<ir::Status(std::string_view pass, const ir::Module& module)> after_loop_pass;
  std::function<void(std::string_view pass, double seconds)> took;
};

ir::Status run_passes(std::span<const GraphPass> passes, ir::Graph& graph, const PassContext& context,
                      const PassHooks& hooks = {});
ir::Status run_passes(std::span<const NestPass> passes, ir::Program& program, const PassContext& context,
                      const PassHooks& hooks = {});
ir::Status run_passes(std::span<const LoopPass> passes, ir::Module& module, const PassContext& context,
                      const PassHooks& hooks = {});

// Graph passes once for all targets, then for a target: nests, their passes, loops ready for an emitter. The graph is shared
// by the calls; each gets a program and an expression pool's nodes of its own.
ir::Result<ir::Module> lower_to_loops(const ir::Graph& graph, const PassContext& context, const std::string& target,
                                      const PassHooks& hooks = {});

}  // namespace burin::passes
