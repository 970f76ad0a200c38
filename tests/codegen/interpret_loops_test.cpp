#include "ir/run/interpret_loops.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/codegen/loop_samples.h"

namespace burin::ir {
namespace {

std::vector<double> numbers_of(const Literal& literal) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < literal.element_count(); ++i) numbers.push_back(literal.at(i).number);
  return numbers;
}

TEST(InterpretLoops, matmul_with_register_tiles_equals_the_plain_sum) {
  const Module module = matmul_sample(4);
  std::vector<double> a(16 * 24);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<double>(i % 7) - 3;
  const Literal input = literal_of(ElementType::kF32, {16, 24}, a);
  const Result<std::vector<Literal>> outputs = interpret(module, {&input, 1});
  ASSERT_TRUE(outputs) << text_of(outputs.faults());
  const Literal& weights = module.constants[0].literal.logical;
  const Literal& bias = module.constants[1].literal.logical;
  for (int64_t row = 0; row < 16; ++row) {
    for (int64_t column = 0; column < 96; ++column) {
      auto sum = static_cast<float>(bias.at(column).number);
      for (int64_t k = 0; k < 24; ++k) {
        sum = std::fma(static_cast<float>(a[static_cast<size_t>(row * 24 + k)]),
                       static_cast<float>(weights.at(k * 96 + column).number), sum);
      }
      EXPECT_EQ((*outputs)[0].at(row * 96 + column).number, sum > 0 ? sum : 0);
    }
  }
}

TEST(InterpretLoops, counts_found_while_running_give_the_output_its_shape) {
  const double x[] = {1, -2, 3, 0, 5};
  const Literal input = literal_of(ElementType::kF32, {5}, x);
  const Result<std::vector<Literal>> outputs = interpret(compact_sample(), {&input, 1});
  ASSERT_TRUE(outputs) << text_of(outputs.faults());
  EXPECT_EQ((*outputs)[0].dims, std::vector<int64_t>{3});
  EXPECT_EQ(numbers_of((*outputs)[0]), (std::vector<double>{1, 3, 5}));
  EXPECT_EQ(numbers_of((*outputs)[1]), (std::vector<double>{3, 9, 15}));
}

TEST(InterpretLoops, symbolic_sizes_flow_through_the_arena) {
  std::vector<double> x(3 * 7, 1.0);
  const Literal input = literal_of(ElementType::kF32, {3, 7}, x);
  const Result<std::vector<Literal>> outputs = interpret(two_step_sample(), {&input, 1});
  ASSERT_TRUE(outputs) << text_of(outputs.faults());
  EXPECT_EQ(numbers_of((*outputs)[0]), std::vector<double>(15, 8.0));
}

TEST(InterpretLoops, an_access_out_of_a_buffer_is_a_fault_that_names_it) {
  Module module = two_step_sample();
  module.arena[0].bytes = module.arena[0].bytes - 4;
  std::vector<double> x(2 * 7, 1.0);
  const Literal input = literal_of(ElementType::kF32, {2, 7}, x);
  const Result<std::vector<Literal>> outputs = interpret(module, {&input, 1});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.faults()[0].text(),
            "kernel \"row_sums_f32\": buffer \"s\" of 1 elements: expected 1 of them from index 1 on [out-of-bounds]");
  EXPECT_EQ(outputs.faults()[0].fault, Fault::kInternal);
}

TEST(InterpretLoops, a_loop_without_end_runs_into_the_step_limit) {
  ModuleBuilder builder;
  KernelBuilder kernel(builder.pool(), "forever");
  kernel.while_loop(builder.pool().boolean(true), [] {});
  builder.call(builder.module.kernels.add(kernel.take()), {});
  const Result<std::vector<Literal>> outputs = interpret(builder.module, {}, {.most_steps = 1000});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.faults()[0].kind, "step-limit");
}

TEST(InterpretLoops, an_arena_beyond_the_limit_is_refused_before_it_is_made) {
  const Literal input = literal_of(ElementType::kF32, {1, 7}, std::vector<double>(7));
  const Result<std::vector<Literal>> outputs = interpret(two_step_sample(), {&input, 1}, {.most_bytes = 16});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.faults()[0].kind, "size-limit");
}

}  // namespace
}  // namespace burin::ir
