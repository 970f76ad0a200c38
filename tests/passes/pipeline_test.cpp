// The one list of steps, its parts, and the walk over them.
#include "passes/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "ir/graph/copy.h"
#include "ir/graph/text.h"

namespace burin::passes {
namespace {

using Names = std::vector<std::string>;

Names names_of(std::span<const Step> steps) {
  Names names;
  for (const Step& step : steps) names.emplace_back(step.name);
  return names;
}

Names joined(Names a, const Names& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

ir::Graph graph() {
  ir::Result<ir::Graph> parsed = ir::parse_graph(R"(
func @sample(%x: f32[N, 8]) -> (f32[N, 8]) where 1 <= N {
  %a = exp %x : f32[N, 8]
  %y = neg %a : f32[N, 8]
  return %y
})");
  EXPECT_TRUE(parsed) << text_of(parsed.faults());
  return std::move(*parsed);
}

TEST(Pipeline, is_a_chain_from_graph_to_loops) {
  std::set<std::string_view> names;
  FormKind form = FormKind::kGraph;
  for (const Step& step : steps()) {
    EXPECT_TRUE(names.insert(step.name).second) << step.name << " is there twice";
    EXPECT_EQ(step.takes(), form) << step.name;
    form = step.gives();
  }
  EXPECT_EQ(form, FormKind::kLoops);
}

TEST(Pipeline, is_made_of_the_passes_and_the_ways_between) {
  const Names graph_passes = names_of(passes_of(FormKind::kGraph));
  const Names to_nests = names_of(steps_between(FormKind::kGraph, FormKind::kNests));
  const Names to_loops = names_of(steps_between(FormKind::kNests, FormKind::kLoops));
  EXPECT_EQ(to_nests, joined({"lower-graph"}, names_of(passes_of(FormKind::kNests))));
  EXPECT_EQ(to_loops, joined({"lower-nests"}, names_of(passes_of(FormKind::kLoops))));
  EXPECT_EQ(names_of(steps_between(FormKind::kGraph, FormKind::kLoops)), joined(to_nests, to_loops));
  EXPECT_EQ(names_of(steps()), joined(graph_passes, joined(to_nests, to_loops)));
  EXPECT_TRUE(steps_between(FormKind::kLoops, FormKind::kLoops).empty());
}

TEST(Pipeline, calls_the_hooks_after_every_step) {
  Names seen, timed;
  StepHooks hooks;
  hooks.after = [&](std::string_view step, const AnyForm& form) {
    const auto row = std::ranges::find(steps(), step, &Step::name);
    EXPECT_EQ(kind_of(form), row->gives());
    seen.emplace_back(step);
    return ir::Status();
  };
  hooks.took = [&](std::string_view step, double) { timed.emplace_back(step); };
  const ir::Result<ir::Program> nests = lowered_to<ir::Program>(graph(), {}, hooks);
  ASSERT_TRUE(nests) << text_of(nests.faults());
  EXPECT_EQ(seen, names_of(steps_between(FormKind::kGraph, FormKind::kNests)));
  EXPECT_EQ(timed, seen);
}

TEST(Pipeline, ends_with_the_first_fault_of_a_hook) {
  Names seen;
  StepHooks hooks;
  hooks.after = [&](std::string_view step, const AnyForm&) {
    seen.emplace_back(step);
    return step == "fold-reads" ? ir::Status(ir::input_fault("test", "", "expected no more")) : ir::Status();
  };
  const ir::Result<ir::Module> loops = lowered_to<ir::Module>(graph(), {}, hooks);
  EXPECT_FALSE(loops);
  EXPECT_EQ(seen, (Names{"lower-graph", "fold-reads"}));
}

TEST(Pipeline, writes_the_target_into_loops) {
  PassContext context;
  context.target = "sample-machine";
  const ir::Result<ir::Module> loops = lowered_to<ir::Module>(graph(), context);
  ASSERT_TRUE(loops) << text_of(loops.faults());
  EXPECT_EQ(loops->target, "sample-machine");
}

TEST(Pipeline, lowers_copies_of_a_graph_apart) {
  const ir::Graph original = graph();
  const ir::Result<ir::Module> one = lowered_to<ir::Module>(ir::copy_of(original), {});
  const ir::Result<ir::Module> other = lowered_to<ir::Module>(ir::copy_of(original), {});
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->pool, other->pool);
  EXPECT_NE(one->pool, original.pool);
}

}  // namespace
}  // namespace burin::passes
