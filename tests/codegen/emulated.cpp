#include "tests/codegen/emulated.h"

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "ir/run/interpret_loops.h"
#include "tests/codegen/run_library.h"
#include "tests/paths.h"

namespace burin::codegen {

using ir::Literal;

namespace {

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

}  // namespace

bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }

bool has_emulator() {
  static const bool has = runs("command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null");
  return has;
}

std::string compile_run_model() {
  return "aarch64-linux-gnu-gcc -O1 -I" + test::source_dir() + " " + test::source_dir() + "/examples/run_model.c";
}

targets::Target aarch64() { return *targets::target_named("aarch64-neon"); }

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

std::string check_emulated(const ir::Module& module, std::span<const Literal> inputs, const std::string& library) {
  static const std::string program = [] {
    std::string path = scratch_path("run_model");
    return runs(compile_run_model() + " -o " + path) ? path : std::string();
  }();
  if (program.empty()) return "run_model.c does not compile";
  return check_run(module, inputs, program, library);
}

}  // namespace burin::codegen
