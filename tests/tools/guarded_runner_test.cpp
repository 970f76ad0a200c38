// Runs between guard pages: libraries of hand-made loops that leave a buffer, at either end and for reading or writing, or
// that leave an output unwritten, and what is said of each.
#include "tools/burin/library/guarded_runner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "codegen/model_tables.h"
#include "ir/loop/text.h"
#include "tests/tools/scratch.h"
#include "tools/burin/library/cpu_fault.h"

namespace burin::tools {
namespace {

// A library whose one kernel, of an input, an output, an arena buffer and a constant of 12 bytes each, has this body.
ir::Result<GuardedRunner> runner_of(const std::string& body) {
  const std::string text = fmt::format(R"(module @made target "x86_64-v2" where 1 <= N <= 64 {{
  input "x" : f32[N]
  output "y" : f32[N]
  arena 0 {{
    buffer "t" = N * 4 bytes in 0..0
  }}
  constants 64 {{
    at 0 : f32[3] = [1, 2, 3]
  }}
  kernel @body(%x: written f32 align 4, %y: written f32 align 4, %t: written f32, %w: written f32, 1 <= N <= 64) {{
    {}
  }}
  entry @execute(N) {{
    buffer %x : written f32 align 4 = input 0
    buffer %y : written f32 align 4 = output 0
    buffer %t : written f32 = arena 0
    buffer %w : written f32 = constant 0
    call @body(%x, %y, %t, %w; N)
  }}
}}
)",
                                       body);
  const ir::Result<ir::Module> module = ir::parse_module(text);
  if (!module) return module.faults();
  const std::optional<targets::Target> target = targets::target_named("x86_64-v2");
  const codegen::Variant variant{&*module, *target};
  ir::Result<codegen::ModelTables> tables = codegen::make_model_tables({&variant, 1}, {});
  if (!tables) return tables.faults();
  const auto objects = codegen::emit_objects({&variant, 1}, *tables, codegen::PartOf::kSharedLibrary);
  const Scratch scratch;
  const std::string path = scratch.path() / "made.so";
  if (ir::Status status = codegen::link_shared({&*tables, target->architecture, objects}, path); !status)
    return status.faults();
  ir::Result<Library> library = Library::load(path);
  return library ? GuardedRunner::create(std::move(*library), {"t"}) : ir::Result<GuardedRunner>(library.faults());
}

ir::Literal floats(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return ir::make_literal(ir::ElementType::kF32, {static_cast<int64_t>(values.size())}, std::move(bytes));
}

// What a run of the body with three elements says.
std::string violation(const std::string& body, Placement placement) {
  ir::Result<GuardedRunner> runner = runner_of(body);
  if (!runner) return ir::text_of(runner.faults());
  const std::vector<ir::Literal> inputs = {floats({10, 20, 30})};
  const ir::Result<GuardedRun> run = runner->run(inputs, placement);
  return run ? run->violation : ir::text_of(run.faults());
}

const char* const kCopy = "for i in 0..N {\n store load f32 %x[i] * load f32 %w[i] -> %y[i]\n }";

TEST(GuardedRunner, runs_a_library_that_keeps_to_its_buffers) {
  ir::Result<GuardedRunner> runner = runner_of(kCopy);
  ASSERT_TRUE(runner) << ir::text_of(runner.faults());
  const std::vector<ir::Literal> inputs = {floats({10, 20, 30})};
  for (Placement placement : kPlacements) {
    const ir::Result<GuardedRun> run = runner->run(inputs, placement);
    ASSERT_TRUE(run) << ir::text_of(run.faults());
    EXPECT_EQ(run->violation, "");
    ASSERT_EQ(run->outputs.size(), 1u);
    EXPECT_EQ(run->outputs[0].dims, std::vector<int64_t>{3});
    EXPECT_EQ(run->outputs[0].at(2).number, 90);
  }
}

TEST(GuardedRunner, names_the_buffer_that_is_read_beyond_its_end) {
  EXPECT_EQ(violation("store load f32 %x[N] -> %y[0]", Placement::kFlushAtEnd),
            "a read of byte 12 of input \"x\", which has 12 bytes");
  EXPECT_EQ(violation("store load f32 %y[N + 1] -> %y[0]", Placement::kFlushAtEnd),
            "a read of byte 16 of output \"y\", which has 12 bytes");
}

TEST(GuardedRunner, names_the_buffer_that_is_read_before_its_start) {
  for (const auto& [buffer, name] :
       {std::pair("x", "input \"x\""), std::pair("y", "output \"y\""), std::pair("t", "arena buffer \"t\"")}) {
    EXPECT_EQ(violation(fmt::format("store load f32 %{}[N - 4] -> %y[0]", buffer), Placement::kFlushAtStart),
              fmt::format("a read of byte -4 of {}, which has 12 bytes", name));
  }
  EXPECT_EQ(violation("store load f32 %w[N - 4] -> %y[0]", Placement::kFlushAtStart),
            "a read of byte -4 of the weights, which has 64 bytes");
}

TEST(GuardedRunner, finds_a_read_beyond_an_aligned_end_by_the_next_line) {
  EXPECT_EQ(violation("store load f32 %t[N + 13] -> %y[0]", Placement::kFlushAtEnd),
            "a read of byte 64 of arena buffer \"t\", which has 12 bytes");
}

TEST(GuardedRunner, names_the_buffer_that_is_written_outside) {
  EXPECT_EQ(violation("store 1:f32 -> %y[N]", Placement::kFlushAtEnd),
            "a write to byte 12 of output \"y\", which has 12 bytes");
  EXPECT_EQ(violation("store 1:f32 -> %t[N - 4]", Placement::kFlushAtStart),
            "a write to byte -4 of arena buffer \"t\", which has 12 bytes");
}

TEST(GuardedRunner, sees_writes_between_a_buffer_and_its_page) {
  EXPECT_EQ(violation("store 1:f32 -> %t[N]", Placement::kFlushAtEnd),
            "a write to byte 12 of arena buffer \"t\", which has 12 bytes");
  EXPECT_EQ(violation("store 1:f32 -> %y[N]", Placement::kFlushAtStart),
            "a write to byte 12 of output \"y\", which has 12 bytes");
}

TEST(GuardedRunner, refuses_writes_to_inputs_and_weights) {
  EXPECT_EQ(violation("store 1:f32 -> %x[N - 3]", Placement::kPlannedArena),
            "a write to byte 0 of input \"x\", which has 12 bytes");
  EXPECT_EQ(violation("store 1:f32 -> %w[N - 2]", Placement::kPlannedArena),
            "a write to byte 4 of the weights, which has 64 bytes");
}

TEST(GuardedRunner, says_where_an_access_far_from_every_buffer_goes) {
  const std::string said = violation("store load f32 %x[N * -1099511627776] -> %y[0]", Placement::kFlushAtEnd);
  EXPECT_EQ(said.find("a read of address 0x"), 0u) << said;
  EXPECT_NE(said.find("far from every buffer"), std::string::npos) << said;
}

TEST(CpuFault, is_named_and_does_not_end_the_process) {
  for (int times = 0; times < 2; ++times) {
    const std::optional<CpuFault> fault = run_trapped([] { std::raise(SIGILL); });
    ASSERT_TRUE(fault);
    EXPECT_EQ(signal_name(fault->signal), "SIGILL");
    EXPECT_EQ(fault->address, nullptr);
  }
  EXPECT_FALSE(run_trapped([] {}));
}

TEST(GuardedRunner, fills_what_is_not_written_with_other_bytes_each_time) {
  ir::Result<GuardedRunner> runner = runner_of("store load f32 %t[N - 1] -> %y[0]");
  ASSERT_TRUE(runner) << ir::text_of(runner.faults());
  const std::vector<ir::Literal> inputs = {floats({10, 20, 30})};
  const ir::Result<GuardedRun> one = runner->run(inputs, Placement::kFlushAtEnd);
  const ir::Result<GuardedRun> other = runner->run(inputs, Placement::kFlushAtStart);
  ASSERT_TRUE(one && other);
  for (int64_t i = 0; i < 3; ++i) EXPECT_NE(one->outputs[0].at(i).number, other->outputs[0].at(i).number);
}

TEST(GuardedRunner, goes_on_after_a_fault) {
  ir::Result<GuardedRunner> runner = runner_of("store load f32 %x[N - 2 + (N floordiv 3)] -> %y[0]");
  ASSERT_TRUE(runner) << ir::text_of(runner.faults());
  const std::vector<ir::Literal> two = {floats({10, 20})};
  for (int times = 0; times < 2; ++times) {
    const ir::Result<GuardedRun> good = runner->run(two, Placement::kFlushAtEnd);
    ASSERT_TRUE(good) << ir::text_of(good.faults());
    EXPECT_EQ(good->violation, "");
    const ir::Result<GuardedRun> bad = runner->run(std::vector{floats({1, 2, 3, 4, 5, 6})}, Placement::kFlushAtEnd);
    ASSERT_TRUE(bad) << ir::text_of(bad.faults());
    EXPECT_EQ(bad->violation, "a read of byte 24 of input \"x\", which has 24 bytes");
  }
}

}  // namespace
}  // namespace burin::tools
