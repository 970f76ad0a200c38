// Every mathematical function after expand-math, printed as C++: the same bits from the interpreter, g++ and clang, and
// from each instruction set.
#include <gtest/gtest.h>

#include "passes/expand_math.h"
#include "tests/codegen/check_cpp.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

constexpr int64_t kCount = 448;

struct Sample {
  ir::Module module;
  std::vector<ir::Literal> inputs;
};

// One kernel and one output per function, expanded.
Sample functions_sample(ElementType element, int lanes) {
  ir::ModuleBuilder builder;
  Sample sample;
  const ir::BufferId inputs[] = {builder.input("x", element, builder.dims({kCount})),
                                 builder.input("y", element, builder.dims({kCount}))};
  for (uint32_t seed : {31, 32}) sample.inputs.push_back(ir::hostile_literal(element, {kCount}, seed));
  const auto add = [&](Opcode opcode, size_t arity) {
    const std::string name(ir::info(opcode).name);
    ir::KernelBuilder kernel(builder.pool(), name + "_kernel");
    std::vector<ir::BufferId> parameters, arguments;
    for (size_t i = 0; i < arity; ++i) {
      parameters.push_back(kernel.parameter(i == 0 ? "x" : "y", element, false));
      arguments.push_back(inputs[i]);
    }
    const ir::BufferId result = kernel.parameter("result", element, true);
    arguments.push_back(builder.output(name, element, builder.dims({kCount})));
    kernel.loop(builder.integer(0), builder.integer(kCount), lanes, ir::LoopKind::kSerial, [&](Expr i) {
      std::vector<Expr> loaded;
      for (ir::BufferId parameter : parameters) loaded.push_back(kernel.load(parameter, i, lanes));
      kernel.store(result, i, builder.pool().make(opcode, loaded));
    });
    builder.call(builder.module.kernels.add(kernel.take()), arguments);
  };
  for (auto opcode = Opcode::kExp; opcode <= Opcode::kErf; opcode = static_cast<Opcode>(static_cast<int>(opcode) + 1))
    add(opcode, 1);
  add(Opcode::kPow, 2);
  sample.module = std::move(builder.module);
  (void)passes::expand_math(sample.module);
  return sample;
}

class CppFunctions : public testing::TestWithParam<ElementType> {};

TEST_P(CppFunctions, equal_the_interpreter) {
  for (const Toolchain& toolchain : toolchains()) {
    for (const targets::Target& target : runnable_targets()) {
      const Sample sample = functions_sample(GetParam(), targets::lanes_of(target, ir::size_of(GetParam())));
      EXPECT_EQ(check_cpp(sample.module, target, toolchain, sample.inputs), "");
    }
  }
}

TEST_P(CppFunctions, of_scalars_equal_the_interpreter) {
  const Sample sample = functions_sample(GetParam(), 1);
  EXPECT_EQ(check_cpp(sample.module, runnable_targets().front(), toolchains().front(), sample.inputs), "");
}

TEST_P(CppFunctions, on_aarch64_equal_the_interpreter) {
  if (!has_emulator()) GTEST_SKIP() << "needs aarch64-linux-gnu-g++ and qemu-aarch64";
  const Sample sample = functions_sample(GetParam(), 16 / ir::size_of(GetParam()));
  EXPECT_EQ(check_cpp(sample.module, aarch64(), aarch64_gcc(), sample.inputs), "");
}

INSTANTIATE_TEST_SUITE_P(Elements, CppFunctions,
                         testing::Values(ElementType::kF16, ElementType::kF32, ElementType::kF64),
                         [](const auto& element) { return std::string(ir::info(element.param).name); });

}  // namespace
}  // namespace burin::codegen
