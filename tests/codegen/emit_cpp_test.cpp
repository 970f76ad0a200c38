// Loops printed as C++ and compiled by the machine's compilers, without a warning, equal to the interpreter to the bit.
#include <gtest/gtest.h>

#include "tests/codegen/check_cpp.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/opcode_samples.h"
#include "tests/codegen/run_library.h"
#include "tests/codegen/statement_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

TEST(EmitCpp, matmul_with_register_tiles_equals_the_interpreter) {
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  for (const Toolchain& toolchain : toolchains()) {
    for (const targets::Target& target : runnable_targets()) {
      EXPECT_EQ(check_cpp(ir::matmul_sample(targets::lanes_of(target, 4)), target, toolchain, {&input, 1}), "");
    }
  }
}

TEST(EmitCpp, counts_and_symbolic_shapes_equal_the_interpreter) {
  for (const Toolchain& toolchain : toolchains()) {
    for (const targets::Target& target : runnable_targets()) {
      const Literal some = ir::hostile_literal(ElementType::kF32, {100}, 2);
      EXPECT_EQ(check_cpp(ir::compact_sample(), target, toolchain, {&some, 1}), "");
      const Literal rows = ir::hostile_literal(ElementType::kF32, {3, 7}, 3);
      EXPECT_EQ(check_cpp(ir::two_step_sample(), target, toolchain, {&rows, 1}), "");
    }
  }
}

TEST(EmitCpp, every_kind_of_statement_equals_the_interpreter) {
  for (const Toolchain& toolchain : toolchains()) {
    for (const targets::Target& target : runnable_targets()) {
      for (const ir::StatementSample& sample : ir::statement_samples(targets::lanes_of(target, 4))) {
        EXPECT_EQ(check_cpp(sample.module, target, toolchain, sample.inputs), "") << sample.name;
      }
    }
  }
}

TEST(EmitCpp, samples_on_aarch64_equal_the_interpreter) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-g++ and qemu-aarch64";
  for (const Toolchain& toolchain : {aarch64_gcc(), clang()}) {
    if (!is_there(toolchain)) continue;
    const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
    EXPECT_EQ(check_cpp(ir::matmul_sample(4), aarch64(), toolchain, {&input, 1}), "");
    for (const ir::StatementSample& sample : ir::statement_samples(4)) {
      EXPECT_EQ(check_cpp(sample.module, aarch64(), toolchain, sample.inputs), "") << sample.name;
    }
  }
}

class EmitCppOpcodes : public testing::TestWithParam<ElementType> {};

TEST_P(EmitCppOpcodes, equal_the_interpreter_in_whole_vectors) {
  for (const Toolchain& toolchain : toolchains()) {
    for (const targets::Target& target : runnable_targets()) {
      const ir::OpcodeSamples samples =
          ir::opcode_samples(GetParam(), targets::lanes_of(target, ir::size_of(GetParam())));
      EXPECT_EQ(check_cpp(samples.module, target, toolchain, samples.inputs), "");
    }
  }
}

TEST_P(EmitCppOpcodes, equal_the_interpreter_in_scalars_and_odd_lanes) {
  for (const Toolchain& toolchain : toolchains()) {
    for (int lanes : {1, 7}) {
      const ir::OpcodeSamples samples = ir::opcode_samples(GetParam(), lanes);
      EXPECT_EQ(check_cpp(samples.module, runnable_targets().back(), toolchain, samples.inputs), "")
          << lanes << " lanes";
    }
  }
}

TEST_P(EmitCppOpcodes, equal_the_interpreter_on_aarch64) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-g++ and qemu-aarch64";
  for (int lanes : {1, 16 / ir::size_of(GetParam())}) {
    const ir::OpcodeSamples samples = ir::opcode_samples(GetParam(), lanes);
    EXPECT_EQ(check_cpp(samples.module, aarch64(), aarch64_gcc(), samples.inputs), "") << lanes << " lanes";
  }
}

constexpr ElementType kEveryElement[] = {ElementType::kBool, ElementType::kI8,  ElementType::kI16,  ElementType::kI32,
                                         ElementType::kI64,  ElementType::kU8,  ElementType::kU16,  ElementType::kU32,
                                         ElementType::kU64,  ElementType::kF16, ElementType::kBF16, ElementType::kF32,
                                         ElementType::kF64};
INSTANTIATE_TEST_SUITE_P(Elements, EmitCppOpcodes, testing::ValuesIn(kEveryElement),
                         [](const auto& element) { return std::string(ir::info(element.param).name); });

}  // namespace
}  // namespace burin::codegen
