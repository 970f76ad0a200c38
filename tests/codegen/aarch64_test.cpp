// The same loops on aarch64: compiled and linked by burin without a sysroot, run by qemu, compared to the interpreter.
#include <gtest/gtest.h>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/opcode_samples.h"
#include "tests/codegen/run_library.h"
#include "tests/codegen/statement_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

std::string check_shared(const ir::Module& module, std::span<const Literal> inputs) {
  const std::string library = scratch_path("aarch64.so");
  if (ir::Status status = build_library(module, aarch64(), library); !status) return ir::text_of(status.faults());
  return check_emulated(module, inputs, library);
}

TEST(Aarch64, samples_equal_the_interpreter) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  EXPECT_EQ(check_shared(ir::matmul_sample(4), {&input, 1}), "");
  const Literal row = ir::hostile_literal(ElementType::kF32, {37}, 2);
  EXPECT_EQ(check_shared(ir::compact_sample(), {&row, 1}), "");
  for (const ir::StatementSample& sample : ir::statement_samples(4)) {
    EXPECT_EQ(check_shared(sample.module, sample.inputs), "") << sample.name;
  }
}

TEST(Aarch64, opcodes_equal_the_interpreter) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  for (int i = 0; i < ir::kElementTypes; ++i) {
    const auto element = static_cast<ElementType>(i);
    for (int lanes : {1, 16 / ir::size_of(element)}) {
      const ir::OpcodeSamples samples = ir::opcode_samples(element, lanes);
      EXPECT_EQ(check_shared(samples.module, samples.inputs), "") << ir::info(element).name << " x" << lanes;
    }
  }
}

TEST(Aarch64, a_static_library_links_into_a_program) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, aarch64()};
  const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  ASSERT_TRUE(tables);
  const std::vector<ObjectFile> objects = emit_objects({&variant, 1}, *tables, PartOf::kProgram);
  const std::string library = scratch_path("libmatmul.a");
  const std::string runtime = scratch_path("libburin_runtime.a");
  ASSERT_TRUE(write_static_library({&*tables, aarch64().architecture, objects}, library));
  ASSERT_TRUE(write_runtime_archive(aarch64().architecture, runtime));
  const std::string program = scratch_path("run_matmul");
  ASSERT_TRUE(runs(compile_run_model() + " -static -DBURIN_LINKED_MODEL=burin_model_matmul " + library + " " + runtime +
                   " -o " + program));
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  EXPECT_EQ(check_run(module, {&input, 1}, program, "-"), "");
}

}  // namespace
}  // namespace burin::codegen
