// If, Loop and Scan from graph text to numbers: the nests evaluated, and the loops made of them interpreted. Expected numbers
// follow ONNX's operator specification.
#include <gtest/gtest.h>

#include "ir/graph/copy.h"
#include "ir/graph/text.h"
#include "ir/loop/verify.h"
#include "ir/nest/text.h"
#include "ir/nest/verify.h"
#include "ir/run/evaluate.h"
#include "ir/run/interpret_loops.h"
#include "passes/lower_graph.h"
#include "passes/pipeline.h"
#include "tests/ir/op_evaluation.h"

namespace burin::passes {
namespace {

using namespace ir;

struct Expected {
  std::vector<int64_t> dims;
  std::vector<double> values;
};

void expect_outputs(std::span<const Literal> found, const std::vector<Expected>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i].dims, expected[i].dims) << "output " << i;
    EXPECT_EQ(values_of(found[i]), expected[i].values) << "output " << i;
  }
}

void expect_computes(std::string_view text, const std::vector<Literal>& inputs, const std::vector<Expected>& expected) {
  const Result<Graph> graph = parse_graph(text);
  ASSERT_TRUE(graph) << text_of(graph.faults());
  const Result<Program> lowered = lower_graph(copy_of(*graph));
  ASSERT_TRUE(lowered) << text_of(lowered.faults());
  const Status verified = verify(*lowered);
  ASSERT_TRUE(verified) << text_of(verified.faults());
  const Result<Evaluation> evaluation = evaluate(*lowered, inputs);
  ASSERT_TRUE(evaluation) << text_of(evaluation.faults()) << text_of(*lowered);
  expect_outputs(evaluation->outputs, expected);
  const Result<Module> module = lowered_to<Module>(copy_of(*graph), PassContext{});
  ASSERT_TRUE(module) << text_of(module.faults());
  const Result<std::vector<Literal>> outputs = interpret(*module, inputs);
  ASSERT_TRUE(outputs) << text_of(outputs.faults());
  expect_outputs(*outputs, expected);
}

Literal flag(bool value) { return numbers(ElementType::kBool, {}, {value ? 1.0 : 0.0}); }

constexpr std::string_view kBranches = R"(
func @branches(%c: bool[], %x: f32[2]) -> (f32[K]) where opaque K < 4 {
  %three = constant : f32[3] = [7, 8, 9]
  %y = if %c : f32[K] () {
    %a = neg %x : f32[2]
    yield %a
  } () {
    yield %three
  }
  return %y
})";

TEST(If, takes_the_branch_that_data_says_with_its_extent) {
  expect_computes(kBranches, {flag(true), floats({2}, {1, -2})}, {{{2}, {-1, 2}}});
  expect_computes(kBranches, {flag(false), floats({2}, {1, -2})}, {{{3}, {7, 8, 9}}});
}

// Doubles while the sum is below 20, and keeps every turn's value.
constexpr std::string_view kWhile = R"(
func @early(%go: bool[], %trips: i64[], %x: f32[2]) -> (f32[2], f32[K, 2]) where opaque K < 1048577 {
  %limit = constant : f32[1] = [20]
  %s, %all = loop %trips, %go, %x : f32[2], f32[K, 2] (%i: i64[], %c: bool[], %v: f32[2]) {
    %next = add %v, %v : f32[2]
    %sum = reduce_sum %next {axes = [0], keep_dimensions = true} : f32[1]
    %less = less %sum, %limit : bool[1]
    %again = reshape %less {shape = []} : bool[]
    yield %again, %next, %v
  }
  return %s, %all
})";

TEST(Loop, ends_when_its_condition_does) {
  expect_computes(kWhile, {flag(true), integers({}, {100}), floats({2}, {1, 2})},
                  {{{2}, {8, 16}}, {{3, 2}, {1, 2, 2, 4, 4, 8}}});
}

TEST(Loop, ends_when_its_trips_do) {
  expect_computes(kWhile, {flag(true), integers({}, {2}), floats({2}, {1, 2})},
                  {{{2}, {4, 8}}, {{2, 2}, {1, 2, 2, 4}}});
}

TEST(Loop, without_a_turn_leaves_what_it_started_with) {
  for (const int64_t trips : {0, -3}) {
    expect_computes(kWhile, {flag(true), integers({}, {static_cast<double>(trips)}), floats({2}, {1, 2})},
                    {{{2}, {1, 2}}, {{0, 2}, {}}});
  }
  expect_computes(kWhile, {flag(false), integers({}, {9}), floats({2}, {1, 2})}, {{{2}, {1, 2}}, {{0, 2}, {}}});
}

TEST(Loop, values_may_change_places) {
  constexpr std::string_view kSwap = R"(
func @swap(%x: f32[2], %y: f32[2]) -> (f32[2], f32[2]) {
  %trips = constant : i64[] = [3]
  %a, %b = loop %trips, _, %x, %y : f32[2], f32[2] (%i: i64[], %c: bool[], %u: f32[2], %v: f32[2]) {
    yield %c, %v, %u
  }
  return %a, %b
})";
  expect_computes(kSwap, {floats({2}, {1, 2}), floats({2}, {3, 4})}, {{{2}, {3, 4}}, {{2}, {1, 2}}});
}

TEST(Loop, a_value_may_grow) {
  constexpr std::string_view kGrow = R"(
func @grow(%x: f32[1, 2]) -> (f32[T, 2]) where opaque S < 5, opaque T < 6 {
  %trips = constant : i64[] = [3]
  %y = loop %trips, _, %x : f32[T, 2] (%i: i64[], %c: bool[], %v: f32[S, 2]) {
    %next = concat %v, %x {axis = 0} : f32[S + 1, 2]
    yield %c, %next
  }
  return %y
})";
  expect_computes(kGrow, {floats({1, 2}, {5, 6})}, {{{4, 2}, {5, 6, 5, 6, 5, 6, 5, 6}}});
}

// y = x added as often as the outer count says, for every outer turn: 0 + 1 + 2 times.
TEST(Loop, inside_a_loop_sees_the_values_around) {
  constexpr std::string_view kNested = R"(
func @nested(%x: f32[2]) -> (f32[2], f32[3, 2]) {
  %three = constant : i64[] = [3]
  %zero = constant : f32[2] = splat 0
  %true = constant : bool[] = [true]
  %y, %all = loop %three, %true, %zero : f32[2], f32[3, 2] (%i: i64[], %c: bool[], %v: f32[2]) {
    %w = loop %i, %true, %v : f32[2] (%j: i64[], %d: bool[], %u: f32[2]) {
      %more = add %u, %x : f32[2]
      yield %d, %more
    }
    yield %c, %w, %w
  }
  return %y, %all
})";
  expect_computes(kNested, {floats({2}, {1, 10})}, {{{2}, {3, 30}}, {{3, 2}, {0, 0, 1, 10, 3, 30}}});
}

TEST(Scan, walks_its_sequences_and_stacks_what_it_finds) {
  constexpr std::string_view kSum = R"(
func @sums(%start: f32[2], %x: f32[N, 2]) -> (f32[2], f32[N, 2]) where 1 <= N <= 8 {
  %s, %all = scan %start, %x {sequences = 1} : f32[2], f32[N, 2] (%h: f32[2], %r: f32[2]) {
    %sum = add %h, %r : f32[2]
    yield %sum, %sum
  }
  return %s, %all
})";
  expect_computes(kSum, {floats({2}, {1, 2}), floats({3, 2}, {1, 1, 2, 2, 3, 3})},
                  {{{2}, {7, 8}}, {{3, 2}, {2, 3, 4, 5, 7, 8}}});
}

}  // namespace
}  // namespace burin::passes
