// Loops printed as C++ and compiled by the machine's compilers, without a warning, equal to the interpreter to the bit.
#include "codegen/cpp/emit.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "codegen/cpp/build.h"
#include "codegen/link/link.h"
#include "ir/interpret_loops.h"
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

// Prints, compiles, links, runs and compares: the empty text when all outputs agree.
std::string check_cpp(const ir::Module& module, const targets::Target& target, const Toolchain& toolchain,
                      std::span<const Literal> inputs) {
  const ir::Result<std::vector<Literal>> expected = ir::interpret(module, inputs);
  if (!expected) return "interpreter: " + ir::text_of(expected.faults());
  const Variant variant{&module, target};
  const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  if (!tables) return ir::text_of(tables.faults());
  const ir::Result<std::vector<ObjectFile>> objects =
      compile_cpp({&variant, 1}, *tables, emit_cpp({&variant, 1}, *tables), strict(toolchain));
  if (!objects) return "compile: " + ir::text_of(objects.faults());
  static int count = 0;
  const std::string path = scratch_path(fmt::format("cpp{}.so", count++));
  if (ir::Status status = link_shared({&*tables, target.architecture, *objects}, path); !status)
    return "link: " + ir::text_of(status.faults());
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

}  // namespace
}  // namespace burin::codegen
