// Emitted C++ as a product: libraries of several variants, programs of several models, files built without burin, names that
// mean something in C++, compilers that are not there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "codegen/cpp/build.h"
#include "codegen/cpp/emit.h"
#include "codegen/link/link.h"
#include "codegen/runtime_headers.h"
#include "ir/run/interpret_loops.h"
#include "tests/codegen/emulated.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

constexpr const char* kWarnings = " -Wall -Wextra -Wpedantic -Werror";

targets::Target row(std::string_view name) { return *targets::target_named(name); }

ModelTables tables_of(std::span<const Variant> variants) {
  ir::Result<ModelTables> tables = make_model_tables(variants, {});
  EXPECT_TRUE(tables) << ir::text_of(tables.faults());
  return *tables;
}

void write_text(const std::string& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

// A folder with the runtime's headers and NAME.cpp and NAME.bin of a module.
std::string write_sources(const ir::Module& module, const targets::Target& target) {
  const Variant variant{&module, target};
  const ModelTables tables = tables_of({&variant, 1});
  for (const RuntimeHeader& header : runtime_headers()) write_text(scratch_path(std::string(header.name)), header.text);
  write_text(scratch_path(source_file(tables)), emit_cpp({&variant, 1}, tables));
  EXPECT_TRUE(write_weights(tables, scratch_path(tables.stem + ".cpp.bin")));
  return scratch_path(tables.stem);
}

TEST(CppLibrary, of_several_variants_runs_each_of_them) {
  const std::vector<targets::Target> targets = runnable_targets();
  std::vector<ir::Module> modules;
  for (size_t i = 0; i < targets.size(); ++i) modules.push_back(ir::matmul_sample(4));
  std::vector<Variant> variants;
  for (size_t i = 0; i < targets.size(); ++i) variants.push_back({&modules[i], targets[i]});
  const ModelTables tables = tables_of(variants);
  const ir::Result<std::vector<ObjectFile>> objects = compile_cpp(variants, tables, emit_cpp(variants, tables), {});
  ASSERT_TRUE(objects) << ir::text_of(objects.faults());
  const std::string path = scratch_path("fat.so");
  const ir::Status linked = link_shared({&tables, targets[0].architecture, *objects}, path);
  ASSERT_TRUE(linked) << ir::text_of(linked.faults());
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 1);
  const ir::Result<std::vector<Literal>> expected = ir::interpret(modules[0], {&input, 1});
  for (const targets::Target& target : targets) {
    const ir::Result<std::vector<Literal>> found = run_library(path, {&input, 1}, std::string(target.name));
    ASSERT_TRUE(found) << ir::text_of(found.faults());
    EXPECT_EQ(difference((*expected)[0], (*found)[0]), "") << target.name;
  }
}

TEST(CppLibrary, has_the_same_bytes_every_time) {
  const ir::Module first = ir::matmul_sample(4);
  const ir::Module second = ir::matmul_sample(4);
  std::vector<ObjectFile> objects[2];
  for (int i = 0; i < 2; ++i) {
    const Variant variant{i == 0 ? &first : &second, runnable_targets().front()};
    const ModelTables tables = tables_of({&variant, 1});
    ir::Result<std::vector<ObjectFile>> compiled =
        compile_cpp({&variant, 1}, tables, emit_cpp({&variant, 1}, tables), {});
    ASSERT_TRUE(compiled);
    objects[i] = std::move(*compiled);
  }
  ASSERT_EQ(objects[0].size(), objects[1].size());
  for (size_t i = 0; i < objects[0].size(); ++i) {
    EXPECT_EQ(objects[0][i].name, objects[1][i].name);
    EXPECT_TRUE(objects[0][i].bytes == objects[1][i].bytes) << objects[0][i].name;
  }
}

// The files alone, with the weights from NAME.bin: two models in one program, which compares the values that they describe.
TEST(CppLibrary, sources_of_two_models_build_into_one_program_without_burin) {
  ir::Module renamed = ir::matmul_sample(4);
  renamed.name = "second model";
  const targets::Target target = runnable_targets().back();
  const std::string first = write_sources(ir::matmul_sample(4), target);
  const std::string second = write_sources(renamed, target);
  const std::string program = scratch_path("two_models");
  write_text(program + ".cpp", R"(#include "burin.h"
#include <cstdio>
extern "C" const burin_model_api *burin_model_matmul(void);
extern "C" const burin_model_api *burin_model_second_model(void);
int main() {
  const burin_model_api *models[] = {burin_model_matmul(), burin_model_second_model()};
  for (const burin_model_api *api : models) {
    burin_model_info info{};
    info.struct_size = sizeof info;
    if (api->describe(api, &info) != BURIN_OK || info.n_inputs != 1) return 1;
    std::puts(info.name);
  }
}
)");
  const std::string archive = scratch_path("libburin_runtime.a");
  ASSERT_TRUE(write_runtime_archive(target.architecture, archive));
  const std::string flags = std::string(target.toolchain.gcc_flags) + kWarnings + " -std=c++17 ";
  EXPECT_TRUE(
      runs("g++ " + flags + program + ".cpp " + first + ".cpp " + second + ".cpp " + archive + " -o " + program));
  EXPECT_TRUE(runs("test \"$(" + program + ")\" = \"$(printf 'matmul\\nsecond model')\""));
}

TEST(CppLibrary, weights_are_found_beside_the_source) {
  const targets::Target target = runnable_targets().back();
  const std::string base = write_sources(ir::matmul_sample(4), target);
  const std::string folder = base.substr(0, base.rfind('/'));
  const std::string flags =
      std::string(target.toolchain.gcc_flags) + kWarnings + " -std=c++17 -c matmul.cpp -o matmul.o";
  EXPECT_TRUE(runs("cd " + folder + " && g++ " + flags));
}

TEST(CppLibrary, names_of_a_model_may_be_anything) {
  const char* names[] = {"int",
                         "load_f32x4",
                         "std",
                         "INT64_MAX",
                         "frame",
                         "memcpy",
                         ("a\"b\\\n*/ // ?"
                          "?/"),
                         "x.y/z:0",
                         "f32x4",
                         "",
                         "__AVX2__",
                         "größe"};
  ir::ModuleBuilder builder;
  std::vector<Literal> inputs;
  for (const char* name : names) {
    ir::KernelBuilder kernel(builder.pool(), name);
    const ir::BufferId x = kernel.parameter(name, ElementType::kF32, false);
    const ir::BufferId y = kernel.parameter(name, ElementType::kF32, true);
    const ir::Expr held = kernel.let(name, kernel.load(x, builder.integer(0), 4));
    kernel.store(y, builder.integer(0), held * held);
    ir::Kernel taken = kernel.take();
    taken.origin = {name};
    const ir::KernelId id = builder.module.kernels.add(std::move(taken));
    const ir::BufferId in = builder.input(name, ElementType::kF32, builder.dims({4}));
    const ir::BufferId out = builder.output(name, ElementType::kF32, builder.dims({4}));
    builder.call(id, {in, out});
    inputs.push_back(ir::hostile_literal(ElementType::kF32, {4}, 1));
  }
  for (const char* model : {"memcpy", "a \"model\"\n", "7", "int"}) {
    builder.module.name = model;
    const Variant variant{&builder.module, runnable_targets().back()};
    const ModelTables tables = tables_of({&variant, 1});
    for (const auto& [compiler, command] :
         {std::pair{Compiler::kGcc, "g++"}, std::pair{Compiler::kClang, "clang++-19"}}) {
      if (!runs(std::string("command -v ") + command + " >/dev/null")) continue;
      const CompileOptions options{
          compiler, PartOf::kSharedLibrary, command, {"-Wall", "-Wextra", "-Wpedantic", "-Werror"}};
      const ir::Result<std::vector<ObjectFile>> objects =
          compile_cpp({&variant, 1}, tables, emit_cpp({&variant, 1}, tables), options);
      EXPECT_TRUE(objects) << ir::text_of(objects.faults());
    }
  }
}

TEST(CppLibrary, a_compiler_that_is_not_there_is_a_fault_of_the_environment) {
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, row("x86_64-v2")};
  const ModelTables tables = tables_of({&variant, 1});
  const CompileOptions options{Compiler::kGcc, PartOf::kSharedLibrary, "g++-none", {}};
  const ir::Result<std::vector<ObjectFile>> objects =
      compile_cpp({&variant, 1}, tables, emit_cpp({&variant, 1}, tables), options);
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.faults()[0].fault, ir::Fault::kEnvironment);
  EXPECT_EQ(objects.faults()[0].message, "no compiler found: tried g++-none");
  EXPECT_EQ(objects.faults()[0].hint, "install g++-none, or use --toolchain llvm");
  EXPECT_EQ(objects.faults().size(), 1U);
}

TEST(CppLibrary, the_first_compiler_that_is_there_serves) {
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, row("x86_64-v2")};
  const ModelTables tables = tables_of({&variant, 1});
  const CompileOptions options{Compiler::kGcc, PartOf::kSharedLibrary, "g++-none g++", {}};
  const ir::Result<std::vector<ObjectFile>> objects =
      compile_cpp({&variant, 1}, tables, emit_cpp({&variant, 1}, tables), options);
  EXPECT_TRUE(objects) << ir::text_of(objects.faults());
}

TEST(CppLibrary, code_that_does_not_compile_is_reported_with_what_the_compiler_said) {
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, runnable_targets().back()};
  const ModelTables tables = tables_of({&variant, 1});
  const ir::Result<std::vector<ObjectFile>> objects =
      compile_cpp({&variant, 1}, tables, "int main() { return nothing; }\n", {});
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.faults()[0].fault, ir::Fault::kInternal);
  EXPECT_NE(objects.faults()[0].message.find("nothing"), std::string::npos);
}

}  // namespace
}  // namespace burin::codegen
