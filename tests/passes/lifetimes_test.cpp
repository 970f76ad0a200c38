// Which tensors need their memory at the same time, with loops and branches.
#include "passes/lifetimes.h"

#include <gtest/gtest.h>

#include "ir/nest/text.h"

namespace burin::passes {
namespace {

ir::Program program_of(std::string_view text) {
  ir::Result<ir::Program> program = ir::parse_program(text);
  EXPECT_TRUE(program) << text_of(program.faults());
  return std::move(*program);
}

Life life_of(const ir::Program& program, std::string_view name) {
  const Lifetimes lifetimes(program);
  for (uint32_t id = 0; id < program.tensors.size(); ++id) {
    if (program.tensors[ir::TensorId{id}].name == name) return lifetimes.of(ir::TensorId{id});
  }
  ADD_FAILURE() << "no tensor " << name;
  return {};
}

bool meet(Life a, Life b) { return a.first <= b.last && b.first <= a.last; }

constexpr std::string_view kLoop = R"(
program @turns(%x) -> (%y) {
  tensor %x : f32[8]
  tensor %y : f32[8]
  tensor %around : f32[8]
  tensor %h : f32[8]
  tensor %a : f32[8]
  tensor %b : f32[8]
  tensor %z : f32[8]
  nest (i: 8) { value %x[i] -> %around[i] }
  for (t: 3) carry (%h = %x) {
    nest (i: 8) { value %h[i] + %around[i] -> %a[i] }
    nest (i: 8) { value %a[i] -> %b[i] }
    nest (i: 8) { value %b[i] -> %z[i] }
    next (%z)
  }
  nest (i: 8) { value %h[i] -> %y[i] }
})";

TEST(Lifetimes, tensors_of_a_turn_share_memory_in_it) {
  const ir::Program program = program_of(kLoop);
  EXPECT_FALSE(meet(life_of(program, "a"), life_of(program, "z")));
  EXPECT_TRUE(meet(life_of(program, "a"), life_of(program, "b")));
}

TEST(Lifetimes, what_a_turn_finds_or_leaves_is_kept_for_the_whole_loop) {
  const ir::Program program = program_of(kLoop);
  for (const char* kept : {"h", "around"}) {
    for (const char* inside : {"a", "b", "z"}) EXPECT_TRUE(meet(life_of(program, kept), life_of(program, inside)));
  }
}

TEST(Lifetimes, branches_share_memory) {
  const ir::Program program = program_of(R"(
program @either(%flag, %x) -> (%y) {
  tensor %flag : bool[]
  tensor %x : f32[8]
  tensor %y : f32[8]
  tensor %a : f32[8]
  tensor %b : f32[8]
  tensor %r : f32[8]
  if %flag {
    nest (i: 8) { value %x[i] -> %a[i] }
    nest (i: 8) { value %a[i] -> %r[i] }
  } else {
    nest (i: 8) { value %x[i] -> %b[i] }
    nest (i: 8) { value %b[i] -> %r[i] }
  }
  nest (i: 8) { value %r[i] -> %y[i] }
})");
  EXPECT_FALSE(meet(life_of(program, "a"), life_of(program, "b")));
  EXPECT_TRUE(meet(life_of(program, "r"), life_of(program, "b")));
}

}  // namespace
}  // namespace burin::passes
