#include "passes/pipeline.h"

#include <chrono>

#include "passes/assign_layouts.h"
#include "passes/eliminate_common.h"
#include "passes/eliminate_dead.h"
#include "passes/expand_math.h"
#include "passes/flush_denormals.h"
#include "passes/fold_constants.h"
#include "passes/fold_maps.h"
#include "passes/fold_reads.h"
#include "passes/fold_terms.h"
#include "passes/fuse_epilogues.h"
#include "passes/inline_maps.h"
#include "passes/lower_graph.h"
#include "passes/lower_nests.h"
#include "passes/merge_kernels.h"
#include "passes/pad_reads.h"
#include "passes/pad_rows.h"
#include "passes/prefetch_panels.h"
#include "passes/strip_groups.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr GraphPass kGraphPasses[] = {
    {"fold-constants", "Evaluate operations whose operands are all constant.", fold_constants},
    {"eliminate-common", "Let equal operations be one.", eliminate_common},
    {"eliminate-dead", "Take out operations whose results no output needs.", eliminate_dead},
};

constexpr NestPass kNestPasses[] = {
    {"fold-reads", "Replace reads of constants that are the same everywhere by the number.", fold_reads},
    {"pad-reads", "Give tensors that reductions read around a real border.", pad_reads},
    {"inline-maps", "Compose elementwise and moving nests with those that read them.", inline_maps},
    {"fuse-epilogues", "Let reductions finish with the maps that only follow them.", fuse_epilogues},
    {"fold-maps", "Evaluate maps that read nothing but constants.", fold_maps},
    {"fold-terms", "Evaluate the parts of nests that depend on constants alone.", fold_terms},
    {"flush-denormals", "Take constants too small for a normal number as 0 in sums and products.", flush_denormals},
    {"assign-layouts", "Keep channels innermost around convolutions; pack weights in panels.", assign_layouts},
    {"pad-rows", "Keep rows that a contraction reads together out of one cache set.", pad_rows},
    {"strip-groups", "Take vectors of an axis at once where groups share it and memory keeps it innermost.",
     strip_groups},
};

constexpr LoopPass kLoopPasses[] = {
    {"merge-kernels", "Let identical kernels be one function.", merge_kernels},
    {"expand-math", "Replace exp, log, .. by polynomials.", expand_math},
    {"prefetch-panels", "Ask for the next panel of weights while one is used.", prefetch_panels},
};

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

template <class Form, class After>
Status run_each(std::span<const Pass<Form>> passes, Form& form, const PassContext& context, const PassHooks& hooks,
                const After& after) {
  for (const Pass<Form>& pass : passes) {
    const Stopwatch watch;
    if (Status status = pass.run(form, context); !status) return status;
    if (hooks.took) hooks.took(pass.name, watch.seconds());
    if (!after) continue;
    if (Status status = after(pass.name, form); !status) return status;
  }
  return {};
}

}  // namespace

std::span<const GraphPass> graph_passes() { return kGraphPasses; }
std::span<const NestPass> nest_passes() { return kNestPasses; }
std::span<const LoopPass> loop_passes() { return kLoopPasses; }

Status run_passes(std::span<const GraphPass> passes, Graph& graph, const PassContext& context, const PassHooks& hooks) {
  return run_each(passes, graph, context, hooks, hooks.after_graph_pass);
}

Status run_passes(std::span<const NestPass> passes, Program& program, const PassContext& context,
                  const PassHooks& hooks) {
  return run_each(passes, program, context, hooks, hooks.after_nest_pass);
}

Status run_passes(std::span<const LoopPass> passes, Module& module, const PassContext& context,
                  const PassHooks& hooks) {
  return run_each(passes, module, context, hooks, hooks.after_loop_pass);
}

Result<Module> lower_to_loops(const Graph& graph, const PassContext& context, const std::string& target,
                              const PassHooks& hooks) {
  const Stopwatch graph_watch;
  Result<LoweredGraph> lowered = lower_graph(graph);
  if (!lowered) return lowered.faults();
  if (hooks.took) hooks.took("lower-graph", graph_watch.seconds());
  Program& program = lowered->program;
  if (hooks.after_nest_pass) {
    if (Status status = hooks.after_nest_pass("lower-graph", program); !status) return status.faults();
  }
  if (Status status = run_passes(nest_passes(), program, context, hooks); !status) return status.faults();
  const Stopwatch nest_watch;
  Result<LoweredProgram> loops = lower_nests(program, context.machine, context.math, target);
  if (!loops) return loops.faults();
  for (const std::string& line : loops->explained) context.explain("schedule: " + line);
  if (hooks.took) hooks.took("lower-nests", nest_watch.seconds());
  if (hooks.after_loop_pass) {
    if (Status status = hooks.after_loop_pass("lower-nests", loops->module); !status) return status.faults();
  }
  if (Status status = run_passes(loop_passes(), loops->module, context, hooks); !status) return status.faults();
  return std::move(loops->module);
}

}  // namespace burin::passes
