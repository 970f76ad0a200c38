// What the texts of tests/ir/nests/run and tests/ir/loops/run mean, computed every way there is. The programs of one file
// compute the same function (other schedules, layouts, algorithms): each goes through the loop interpreter, LLVM and C++, which
// agree to the bit, and is close to the first program's nests evaluated in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ir/loop/text.h"
#include "ir/nest/text.h"
#include "ir/nest/verify.h"
#include "ir/run/evaluate.h"
#include "ir/run/interpret_loops.h"
#include "passes/lower_nests.h"
#include "passes/pipeline.h"
#include "tests/codegen/check_cpp.h"
#include "tests/codegen/run_library.h"
#include "tests/passes/random_literal.h"
#include "tests/paths.h"

namespace burin::codegen {
namespace {

namespace fs = std::filesystem;
using ir::Literal;

const fs::path kForms = fs::path(test::source_dir()) / "tests/ir";
constexpr int64_t kSymbolValue = 5;  // of symbols, where their bounds allow it
constexpr double kTolerance = 2e-5;  // of the largest value; products of Winograd's matrices are up to 100

// The inputs of a text test's cases: without the command, and without what is expected.
std::vector<std::string> cases_of(const fs::path& path) {
  std::ifstream stream(path);
  std::vector<std::string> cases(1);
  for (std::string line; std::getline(stream, line);) {
    if (line == "// ---") {
      cases.emplace_back();
    } else if (!line.starts_with("//")) {
      cases.back() += line + '\n';
    }
  }
  return cases;
}

// Bools are true for odd seeds, so that two seeds in a row take both branches; other numbers are as random_literal has them.
Literal random_input(ir::ElementType element, std::vector<int64_t> dims, uint64_t seed) {
  Literal literal = testing::random_literal(element, std::move(dims), seed);
  if (element != ir::ElementType::kBool) return literal;
  std::vector<std::byte> bytes(literal.bytes.size(), std::byte{static_cast<unsigned char>(seed % 2)});
  return ir::make_literal(element, literal.dims, std::move(bytes));
}

std::vector<Literal> random_inputs(const ir::Program& program, uint64_t seed) {
  ir::SymbolValues symbols;
  for (ir::VariableId symbol : program.symbols) {
    symbols.resize(std::max<size_t>(symbols.size(), symbol.index + 1));
    const ir::Variable& variable = (*program.pool)[symbol];
    symbols[symbol.index] = std::clamp(kSymbolValue, variable.low, variable.high);
  }
  std::vector<Literal> inputs;
  for (ir::TensorId id : program.inputs) {
    const ir::Tensor& tensor = program.tensors[id];
    std::vector<int64_t> dims;
    for (ir::Expr dim : tensor.shape) dims.push_back(ir::evaluate_integer(dim, symbols).value_or(-1));
    inputs.push_back(random_input(tensor.element, std::move(dims), ++seed));
  }
  return inputs;
}

passes::PassContext context_of(const targets::Target& target) {
  passes::PassContext context;
  context.target = target.name;
  context.machine.vector_bytes = target.vector_bytes;
  context.machine.vector_registers = target.vector_registers;
  return context;
}

ir::Result<ir::Module> loops_of(const ir::Program& program, const targets::Target& target) {
  return passes::lowered_to<ir::Module>(program, context_of(target));
}

// The first difference beyond the tolerance; empty when there is none.
std::string far_apart(std::span<const Literal> expected, std::span<const Literal> found) {
  for (size_t k = 0; k < expected.size(); ++k) {
    const Literal& want = expected[k];
    if (want.dims != found[k].dims) return fmt::format("output {}: another shape", k);
    double largest = 1;
    if (ir::is_float(want.element)) {
      for (int64_t i = 0; i < want.element_count(); ++i) largest = std::max(largest, std::fabs(want.at(i).number));
    }
    for (int64_t i = 0; i < want.element_count(); ++i) {
      if (!ir::is_float(want.element)) {
        if (want.at(i).integer != found[k].at(i).integer)
          return fmt::format("output {}[{}]: expected {}, found {}", k, i, want.at(i).integer, found[k].at(i).integer);
      } else if (!(std::fabs(want.at(i).number - found[k].at(i).number) <= kTolerance * largest)) {
        return fmt::format("output {}[{}]: expected {}, found {}", k, i, want.at(i).number, found[k].at(i).number);
      }
    }
  }
  return "";
}

std::string interpreted_apart(const ir::Module& module, std::span<const Literal> inputs,
                              std::span<const Literal> expected) {
  const ir::Result<std::vector<Literal>> found = ir::interpret(module, inputs);
  return found ? far_apart(expected, *found) : ir::text_of(found.faults());
}

// `inputs` through the loop interpreter and LLVM, for every target.
void expect_computes(const ir::Program& program, std::span<const Literal> inputs, std::span<const Literal> expected) {
  for (const targets::Target& target : runnable_targets()) {
    const ir::Result<ir::Module> module = loops_of(program, target);
    ASSERT_TRUE(module) << ir::text_of(module.faults());
    EXPECT_EQ(interpreted_apart(*module, inputs, expected), "") << target.name << '\n' << ir::text_of(*module);
    EXPECT_EQ(check_against_interpreter(*module, target, inputs), "") << target.name;
  }
}

// C++ for the widest target, by every compiler.
void expect_cpp_computes(const ir::Program& program, std::span<const Literal> inputs) {
  const targets::Target widest = runnable_targets().front();
  const ir::Result<ir::Module> module = loops_of(program, widest);
  ASSERT_TRUE(module) << ir::text_of(module.faults());
  for (const Toolchain& toolchain : toolchains()) {
    EXPECT_EQ(check_cpp(*module, widest, toolchain, inputs), "") << toolchain.name;
  }
}

// The passes over nests leave the function as it is.
void expect_passes_keep(ir::Program program, std::span<const Literal> inputs, std::span<const Literal> expected) {
  const targets::Target widest = runnable_targets().front();
  const ir::Status status = passes::run_passes(program, context_of(widest));
  ASSERT_TRUE(status) << ir::text_of(status.faults());
  const ir::Result<ir::Module> module = loops_of(program, widest);
  ASSERT_TRUE(module) << ir::text_of(module.faults());
  EXPECT_EQ(interpreted_apart(*module, inputs, expected), "") << ir::text_of(program);
}

class Nests : public ::testing::TestWithParam<std::string> {};

TEST_P(Nests, compute_the_same_every_way) {
  std::vector<ir::Program> programs;
  for (const std::string& text : cases_of(kForms / "nests/run" / (GetParam() + ".test"))) {
    ir::Result<ir::Program> program = ir::parse_program(text);
    ASSERT_TRUE(program) << ir::text_of(program.faults());
    const ir::Status status = ir::verify(*program);
    ASSERT_TRUE(status) << ir::text_of(status.faults());
    programs.push_back(std::move(*program));
  }
  for (uint64_t seed : {1, 2}) {
    const std::vector<Literal> inputs = random_inputs(programs[0], seed);
    const ir::Result<ir::Evaluation> expected = ir::evaluate(programs[0], inputs, ir::Precision::kDouble);
    ASSERT_TRUE(expected) << ir::text_of(expected.faults());
    for (const ir::Program& program : programs) {
      SCOPED_TRACE(ir::text_of(program));
      expect_passes_keep(program, inputs, expected->outputs);
      expect_computes(program, inputs, expected->outputs);
      if (seed == 1) expect_cpp_computes(program, inputs);
    }
  }
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Forms, Nests, ::testing::ValuesIn(names_in(kForms / "nests/run")),
                         [](const auto& name) { return name.param; });

TEST(FormsLoops, a_convolution_written_by_hand_is_that_of_the_nest) {
  ir::Result<ir::Program> nest = ir::parse_program(cases_of(kForms / "nests/run/conv_in_panels.test")[0]);
  ASSERT_TRUE(nest) << ir::text_of(nest.faults());
  const std::vector<Literal> inputs = random_inputs(*nest, 1);
  const ir::Result<ir::Evaluation> expected = ir::evaluate(*nest, inputs, ir::Precision::kDouble);
  ASSERT_TRUE(expected) << ir::text_of(expected.faults());
  const ir::Result<ir::Module> module = ir::parse_module(cases_of(kForms / "loops/run/conv.test")[0]);
  ASSERT_TRUE(module) << ir::text_of(module.faults());
  EXPECT_EQ(interpreted_apart(*module, inputs, expected->outputs), "");
  for (const targets::Target& target : runnable_targets())
    EXPECT_EQ(check_against_interpreter(*module, target, inputs), "") << target.name;
  for (const Toolchain& toolchain : toolchains())
    EXPECT_EQ(check_cpp(*module, runnable_targets().back(), toolchain, inputs), "") << toolchain.name;
}

}  // namespace
}  // namespace burin::codegen
