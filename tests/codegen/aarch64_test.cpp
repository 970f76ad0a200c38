// The same loops on aarch64: compiled and linked by burin without a sysroot, run by qemu, compared to the interpreter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "ir/interpret_loops.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/opcode_samples.h"
#include "tests/codegen/run_library.h"
#include "tests/codegen/statement_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }

bool has_tools() {
  static const bool has = runs("command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null");
  return has;
}

constexpr const char* kCompile =
    "aarch64-linux-gnu-gcc -O1 -I" BURIN_SOURCE_DIR " " BURIN_SOURCE_DIR "/tests/codegen/run_model.c";

targets::Target aarch64() { return *targets::target_named("aarch64-neon"); }

void write_number(std::ofstream& file, int64_t number) {
  file.write(reinterpret_cast<const char*>(&number), sizeof number);
}

void write_inputs(const std::string& path, std::span<const Literal> inputs) {
  std::ofstream file(path, std::ios::binary);
  for (const Literal& input : inputs) {
    write_number(file, static_cast<int64_t>(input.dims.size()));
    for (int64_t dim : input.dims) write_number(file, dim);
    write_number(file, input.byte_count());
    file.write(reinterpret_cast<const char*>(input.bytes.data()), input.byte_count());
  }
}

std::vector<Literal> read_outputs(const std::string& path, const ir::Module& module) {
  std::ifstream file(path, std::ios::binary);
  const auto number = [&] {
    int64_t value = 0;
    file.read(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  };
  std::vector<Literal> outputs;
  for (const ir::Interface& output : module.outputs) {
    std::vector<int64_t> dims(static_cast<size_t>(number()));
    for (int64_t& dim : dims) dim = number();
    std::vector<std::byte> bytes(static_cast<size_t>(number()));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    outputs.push_back(ir::make_literal(output.element, std::move(dims), std::move(bytes)));
  }
  return outputs;
}

// Runs `program library` under qemu and compares with the interpreter; the empty text when all outputs agree.
std::string check_run(const ir::Module& module, std::span<const Literal> inputs, const std::string& program,
                      const std::string& library) {
  const ir::Result<std::vector<Literal>> expected = ir::interpret(module, inputs);
  if (!expected) return ir::text_of(expected.faults());
  const std::string in = scratch_path("inputs.bin");
  const std::string out = scratch_path("outputs.bin");
  write_inputs(in, inputs);
  if (!runs("qemu-aarch64 -L /usr/aarch64-linux-gnu " + program + " " + library + " " + in + " " + out))
    return "it failed";
  const std::vector<Literal> found = read_outputs(out, module);
  std::string differences;
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string one = difference((*expected)[i], found[i]);
    if (!one.empty()) differences += fmt::format("output \"{}\": {}\n", module.outputs[i].name, one);
  }
  return differences;
}

std::string check_shared(const ir::Module& module, std::span<const Literal> inputs) {
  static const std::string program = [] {
    std::string path = scratch_path("run_model");
    return runs(std::string(kCompile) + " -o " + path) ? path : std::string();
  }();
  if (program.empty()) return "run_model.c does not compile";
  const std::string library = scratch_path("aarch64.so");
  if (ir::Status status = build_library(module, aarch64(), library); !status) return ir::text_of(status.faults());
  return check_run(module, inputs, program, library);
}

TEST(Aarch64, samples_equal_the_interpreter) {
  if (!has_tools()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  EXPECT_EQ(check_shared(ir::matmul_sample(4), {&input, 1}), "");
  const Literal row = ir::hostile_literal(ElementType::kF32, {37}, 2);
  EXPECT_EQ(check_shared(ir::compact_sample(), {&row, 1}), "");
  for (const ir::StatementSample& sample : ir::statement_samples(4)) {
    EXPECT_EQ(check_shared(sample.module, sample.inputs), "") << sample.name;
  }
}

TEST(Aarch64, opcodes_equal_the_interpreter) {
  if (!has_tools()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  for (int i = 0; i < ir::kElementTypes; ++i) {
    const auto element = static_cast<ElementType>(i);
    for (int lanes : {1, 16 / ir::size_of(element)}) {
      const ir::OpcodeSamples samples = ir::opcode_samples(element, lanes);
      EXPECT_EQ(check_shared(samples.module, samples.inputs), "") << ir::info(element).name << " x" << lanes;
    }
  }
}

TEST(Aarch64, a_static_library_links_into_a_program) {
  if (!has_tools()) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, aarch64()};
  const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  ASSERT_TRUE(tables);
  const std::vector<ObjectFile> objects = emit_objects({&variant, 1}, *tables, Exported::kNamedModel);
  const std::string library = scratch_path("libmatmul.a");
  const std::string runtime = scratch_path("libburin_runtime.a");
  ASSERT_TRUE(write_static_library({&*tables, aarch64().architecture, objects}, library));
  ASSERT_TRUE(write_runtime_archive(aarch64().architecture, runtime));
  const std::string program = scratch_path("run_matmul");
  ASSERT_TRUE(runs(std::string(kCompile) + " -static -DBURIN_LINKED_MODEL=burin_model_matmul " + library + " " +
                   runtime + " -o " + program));
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  EXPECT_EQ(check_run(module, {&input, 1}, program, "-"), "");
}

}  // namespace
}  // namespace burin::codegen
