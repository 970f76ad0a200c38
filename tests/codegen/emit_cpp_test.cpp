// Loops printed as C++ and compiled by the machine's compilers, without a warning, equal to the interpreter to the bit.
#include "codegen/cpp/emit.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "codegen/cpp/build.h"
#include "codegen/link/link.h"
#include "ir/interpret_loops.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/opcode_samples.h"
#include "tests/codegen/run_library.h"
#include "tests/codegen/statement_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

struct Toolchain {
  std::string name;
  Compiler compiler;
  std::string command;
};

const Toolchain kAarch64Gcc{"gcc", Compiler::kGcc, "aarch64-linux-gnu-g++"};

bool is_there(const std::string& command) {
  return std::system(("command -v " + command + " >/dev/null").c_str()) == 0;
}

std::vector<Toolchain> toolchains() {
  std::vector<Toolchain> found;
  for (const Toolchain& toolchain :
       {Toolchain{"gcc", Compiler::kGcc, "g++"}, Toolchain{"clang", Compiler::kClang, "clang++-19"}}) {
    if (is_there(toolchain.command)) found.push_back(toolchain);
  }
  return found;
}

CompileOptions strict(const Toolchain& toolchain) {
  return {toolchain.compiler, Exported::kModel, toolchain.command, {"-Wall", "-Wextra", "-Wpedantic", "-Werror"}};
}

// Prints, compiles without a warning and links; the empty text when that works.
std::string build_cpp(const ir::Module& module, const targets::Target& target, const Toolchain& toolchain,
                      const std::string& path) {
  const Variant variant{&module, target};
  const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  if (!tables) return ir::text_of(tables.faults());
  const std::string text = emit_cpp({&variant, 1}, *tables);
  const ir::Result<std::vector<ObjectFile>> objects = compile_cpp({&variant, 1}, *tables, text, strict(toolchain));
  if (!objects) return "compile: " + ir::text_of(objects.faults());
  const ir::Status linked = link_shared({&*tables, target.architecture, *objects}, path);
  return linked ? "" : "link: " + ir::text_of(linked.faults());
}

// The same, then runs and compares: the empty text when all outputs agree to the bit.
std::string check_cpp(const ir::Module& module, const targets::Target& target, const Toolchain& toolchain,
                      std::span<const Literal> inputs) {
  const ir::Result<std::vector<Literal>> expected = ir::interpret(module, inputs);
  if (!expected) return "interpreter: " + ir::text_of(expected.faults());
  static int count = 0;
  const std::string path = scratch_path(fmt::format("cpp{}.so", count++));
  if (std::string fault = build_cpp(module, target, toolchain, path); !fault.empty()) return fault;
  if (target.architecture != targets::native_target()->architecture) return check_emulated(module, inputs, path);
  const ir::Result<std::vector<Literal>> found = run_library(path, inputs);
  if (!found) return "run: " + ir::text_of(found.faults());
  std::string differences;
  for (size_t i = 0; i < expected->size(); ++i) {
    const std::string one = difference((*expected)[i], (*found)[i]);
    if (!one.empty())
      differences += fmt::format("{} {} output \"{}\": {}\n", toolchain.name, target.name, module.outputs[i].name, one);
  }
  return differences;
}

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
  for (const Toolchain& toolchain : {kAarch64Gcc, Toolchain{"clang", Compiler::kClang, "clang++-19"}}) {
    if (!is_there(toolchain.command)) continue;
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
    EXPECT_EQ(check_cpp(samples.module, aarch64(), kAarch64Gcc, samples.inputs), "") << lanes << " lanes";
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
