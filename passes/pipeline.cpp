#include "passes/pipeline.h"

#include <algorithm>
#include <chrono>
#include <iterator>

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

Result<Program> lower_to_nests(Graph graph, const PassContext&) { return lower_graph(std::move(graph)); }

constexpr Step kSteps[] = {
    {"fold-constants", "Evaluate operations whose operands are all constant.", fold_constants},
    {"eliminate-common", "Let equal operations be one.", eliminate_common},
    {"eliminate-dead", "Take out operations whose results no output needs.", eliminate_dead},

    {"lower-graph", "Let each op's row append its statements.", lower_to_nests},
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

    {"lower-nests", "Choose schedules; make nests kernels of loops, tensors buffers and their order an entry.",
     lower_nests},
    {"merge-kernels", "Let identical kernels be one function.", merge_kernels},
    {"expand-math", "Replace exp, log, .. by polynomials.", Pass<Module>(expand_math)},
    {"prefetch-panels", "Ask for the next panel of weights while one is used.", prefetch_panels},
};

constexpr FormKind kTakes[] = {FormKind::kGraph, FormKind::kNests, FormKind::kLoops, FormKind::kGraph,
                               FormKind::kNests};
constexpr FormKind kGives[] = {FormKind::kGraph, FormKind::kNests, FormKind::kLoops, FormKind::kNests,
                               FormKind::kLoops};
static_assert(std::size(kTakes) == std::variant_size_v<decltype(Step::run)>);
static_assert(std::size(kGives) == std::variant_size_v<decltype(Step::run)>);

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

template <class Form>
Status apply(Pass<Form> pass, AnyForm& form, const PassContext& context) {
  return pass(std::get<Form>(form), context);
}

template <class From, class To>
Status apply(FormLowering<From, To> lower, AnyForm& form, const PassContext& context) {
  Result<To> lowered = lower(std::get<From>(std::move(form)), context);
  if (!lowered) return lowered.faults();
  form = std::move(*lowered);
  return {};
}

// The steps from the first to the last that `wanted` names, which lie together.
template <class Wanted>
std::span<const Step> steps_where(const Wanted& wanted) {
  const auto first = std::ranges::find_if(kSteps, wanted);
  const auto last = std::find_if_not(first, std::end(kSteps), wanted);
  return {first, last};
}

}  // namespace

std::string_view name_of(FormKind kind) {
  switch (kind) {
    case FormKind::kGraph: return "graph";
    case FormKind::kNests: return "nests";
    case FormKind::kLoops: return "loops";
  }
  return {};
}

FormKind Step::takes() const { return kTakes[run.index()]; }
FormKind Step::gives() const { return kGives[run.index()]; }

std::span<const Step> steps() { return kSteps; }

std::span<const Step> passes_of(FormKind kind) {
  return steps_where([&](const Step& step) { return step.takes() == kind && step.gives() == kind; });
}

std::span<const Step> steps_between(FormKind from, FormKind to) {
  return steps_where([&](const Step& step) { return step.gives() > from && step.gives() <= to; });
}

Status run_steps(std::span<const Step> steps, AnyForm& form, const PassContext& context, const StepHooks& hooks) {
  for (const Step& step : steps) {
    BURIN_ASSERT(step.takes() == kind_of(form), "a step is given the form that it takes");
    const Stopwatch watch;
    Status status = std::visit([&](auto run) { return apply(run, form, context); }, step.run);
    if (!status) return status;
    if (hooks.took) hooks.took(step.name, watch.seconds());
    if (!hooks.after) continue;
    if (status = hooks.after(step.name, form); !status) return status;
  }
  return {};
}

}  // namespace burin::passes
