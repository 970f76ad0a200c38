#include "codegen/llvm/emit.h"

#include <gtest/gtest.h>

#include "tests/codegen/loop_samples.h"
#include "tests/codegen/opcode_samples.h"
#include "tests/codegen/run_library.h"
#include "tests/codegen/statement_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

TEST(EmitLlvm, matmul_with_register_tiles_equals_the_interpreter) {
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  for (const targets::Target& target : runnable_targets()) {
    EXPECT_EQ(check_against_interpreter(ir::matmul_sample(targets::lanes_of(target, 4)), target, {&input, 1}), "");
  }
}

TEST(EmitLlvm, counts_and_symbolic_shapes_equal_the_interpreter) {
  for (const targets::Target& target : runnable_targets()) {
    for (int64_t n : {0, 1, 7, 100}) {
      const Literal input = ir::hostile_literal(ElementType::kF32, {n}, 2);
      EXPECT_EQ(check_against_interpreter(ir::compact_sample(), target, {&input, 1}), "");
    }
  }
}

TEST(EmitLlvm, an_arena_of_symbolic_size_equals_the_interpreter) {
  for (const targets::Target& target : runnable_targets()) {
    for (int64_t n : {1, 3, 64}) {
      const Literal input = ir::hostile_literal(ElementType::kF32, {n, 7}, 3);
      EXPECT_EQ(check_against_interpreter(ir::two_step_sample(), target, {&input, 1}), "");
    }
  }
}

TEST(EmitLlvm, every_kind_of_statement_equals_the_interpreter) {
  for (const targets::Target& target : runnable_targets()) {
    for (const ir::StatementSample& sample : ir::statement_samples(targets::lanes_of(target, 4))) {
      EXPECT_EQ(check_against_interpreter(sample.module, target, sample.inputs), "") << sample.name;
    }
  }
}

class EmitLlvmOpcodes : public testing::TestWithParam<ElementType> {};

TEST_P(EmitLlvmOpcodes, equal_the_interpreter_for_every_number_of_lanes) {
  for (const targets::Target& target : runnable_targets()) {
    const int native = targets::lanes_of(target, ir::size_of(GetParam()));
    for (int lanes : {1, 7, native}) {
      const ir::OpcodeSamples samples = ir::opcode_samples(GetParam(), lanes);
      EXPECT_EQ(check_against_interpreter(samples.module, target, samples.inputs), "") << lanes << " lanes";
    }
  }
}

constexpr ElementType kEveryElement[] = {ElementType::kBool, ElementType::kI8,  ElementType::kI16,  ElementType::kI32,
                                         ElementType::kI64,  ElementType::kU8,  ElementType::kU16,  ElementType::kU32,
                                         ElementType::kU64,  ElementType::kF16, ElementType::kBF16, ElementType::kF32,
                                         ElementType::kF64};
INSTANTIATE_TEST_SUITE_P(Elements, EmitLlvmOpcodes, testing::ValuesIn(kEveryElement),
                         [](const auto& element) { return std::string(ir::info(element.param).name); });

}  // namespace
}  // namespace burin::codegen
