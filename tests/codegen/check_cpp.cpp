#include "tests/codegen/check_cpp.h"

#include "codegen/cpp/emit.h"
#include "codegen/link/link.h"
#include "ir/run/interpret_loops.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {

using ir::Literal;

Toolchain aarch64_gcc() { return {"gcc", Compiler::kGcc, "aarch64-linux-gnu-g++"}; }
Toolchain clang() { return {"clang", Compiler::kClang, "clang++-19"}; }
bool is_there(const Toolchain& toolchain) { return runs("command -v " + toolchain.command + " >/dev/null"); }

std::vector<Toolchain> toolchains() {
  std::vector<Toolchain> found;
  for (const Toolchain& toolchain : {Toolchain{"gcc", Compiler::kGcc, "g++"}, clang()}) {
    if (is_there(toolchain)) found.push_back(toolchain);
  }
  return found;
}

namespace {

CompileOptions strict(const Toolchain& toolchain) {
  return {toolchain.compiler, PartOf::kSharedLibrary, toolchain.command, {"-Wall", "-Wextra", "-Wpedantic", "-Werror"}};
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

}  // namespace

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

}  // namespace burin::codegen
