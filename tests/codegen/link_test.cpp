#include "codegen/link/link.h"

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codegen/embedded_runtime.h"
#include "codegen/llvm/emit.h"
#include "ir/run/interpret_loops.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Literal;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct FatModel {
  ir::Module v4 = ir::matmul_sample(16);
  ir::Module v3 = ir::matmul_sample(8);
  std::vector<Variant> variants = {{&v4, *targets::target_named("x86_64-v4")},
                                   {&v3, *targets::target_named("x86_64-v3")}};
};

ir::Status link(std::span<const Variant> variants, const TableOptions& options, const std::string& path) {
  ir::Result<ModelTables> tables = make_model_tables(variants, options);
  if (!tables) return tables.faults();
  const std::vector<ObjectFile> objects = emit_objects(variants, *tables, PartOf::kSharedLibrary);
  return link_shared({&*tables, variants.front().target.architecture, objects}, path);
}

template <class T>
std::vector<T> headers(const std::string& file, uint64_t offset, size_t count) {
  std::vector<T> list(count);
  std::memcpy(list.data(), file.data() + offset, count * sizeof(T));
  return list;
}

std::vector<Elf64_Phdr> segments(const std::string& file) {
  const auto header = headers<Elf64_Ehdr>(file, 0, 1)[0];
  return headers<Elf64_Phdr>(file, header.e_phoff, header.e_phnum);
}

TEST(Link, a_fat_library_runs_each_of_its_variants) {
  const FatModel model;
  const std::string path = scratch_path("libfat.so");
  ASSERT_TRUE(link(model.variants, {}, path));
  const Literal input = ir::hostile_literal(ElementType::kF32, {16, 24}, 9);
  const ir::Result<std::vector<Literal>> expected = ir::interpret(model.v4, {&input, 1});
  ASSERT_TRUE(expected);
  for (const targets::Target& target : runnable_targets()) {
    if (target.name == "x86_64-v2") continue;
    const ir::Result<std::vector<Literal>> found = run_library(path, {&input, 1}, std::string(target.name));
    ASSERT_TRUE(found) << ir::text_of(found.faults());
    EXPECT_EQ(difference((*expected)[0], (*found)[0]), "") << target.name;
  }
}

TEST(Link, variants_share_their_weights) {
  const FatModel model;
  const ir::Result<ModelTables> tables = make_model_tables(model.variants, {});
  ASSERT_TRUE(tables);
  EXPECT_EQ(tables->weights_pieces.size(), 2u);
  EXPECT_EQ(tables->weights_bytes, model.v4.constant_bytes);
}

TEST(Link, the_same_model_gives_the_same_bytes) {
  const std::string first = scratch_path("first/libsame.so");
  const std::string second = scratch_path("second/libsame.so");
  std::filesystem::create_directories(scratch_path("first"));
  std::filesystem::create_directories(scratch_path("second"));
  ASSERT_TRUE(link(FatModel().variants, {}, first));
  ASSERT_TRUE(link(FatModel().variants, {}, second));
  EXPECT_EQ(contents(first), contents(second));
}

TEST(Link, a_library_needs_nothing_and_is_not_writable) {
  const std::string path = scratch_path("libalone.so");
  ASSERT_TRUE(link(FatModel().variants, {}, path));
  const std::string file = contents(path);
  Elf64_Phdr relro{};
  for (const Elf64_Phdr& segment : segments(file)) {
    if (segment.p_type == PT_GNU_RELRO) relro = segment;
  }
  for (const Elf64_Phdr& segment : segments(file)) {
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0) {
      EXPECT_GE(segment.p_vaddr, relro.p_vaddr);
      EXPECT_LE(segment.p_vaddr + segment.p_memsz, relro.p_vaddr + relro.p_memsz);
    }
    if (segment.p_type != PT_DYNAMIC) continue;
    for (const Elf64_Dyn& entry : headers<Elf64_Dyn>(file, segment.p_offset, segment.p_filesz / sizeof(Elf64_Dyn))) {
      EXPECT_NE(entry.d_tag, DT_NEEDED);
    }
  }
}

// What `readelf` says of a file.
std::string readelf(const std::string& flags, const std::string& path) {
  const std::string command = "readelf " + flags + " " + path + " 2>&1";
  std::string text;
  std::FILE* pipe = popen(command.c_str(), "r");
  char run[4096];
  while (const size_t bytes = pipe == nullptr ? 0 : std::fread(run, 1, sizeof run, pipe)) text.append(run, bytes);
  if (pipe != nullptr) pclose(pipe);
  return text;
}

// A library of a small model for an architecture.
std::string library_for(const char* target) {
  const ir::Module module = ir::matmul_sample(4);
  const Variant variant{&module, *targets::target_named(target)};
  std::string path = scratch_path(std::string("libhygiene_") + target + ".so");
  EXPECT_TRUE(link({&variant, 1}, {}, path));
  return path;
}

TEST(Link, a_library_says_that_its_branches_are_protected) {
  const std::string x86 = readelf("-nW", library_for("x86_64-v3"));
  EXPECT_NE(x86.find("x86 feature: IBT, SHSTK"), x86.npos) << x86;
  const std::string aarch64 = readelf("-nW", library_for("aarch64-neon"));
  EXPECT_NE(aarch64.find("AArch64 feature: BTI, PAC"), aarch64.npos) << aarch64;
}

// What a pointer reaches starts with a landing pad: what the library exports, the entries, the runtime's functions.
TEST(Link, functions_that_are_called_by_pointers_start_with_landing_pads) {
  const std::pair<const char*, std::vector<unsigned char>> machines[] = {
      {"x86_64-v3", {0xf3, 0x0f, 0x1e, 0xfa}},      // endbr64
      {"aarch64-neon", {0x5f, 0x24, 0x03, 0xd5}}};  // bti c
  for (const auto& [target, pad] : machines) {
    const std::string file = contents(library_for(target));
    const auto header = headers<Elf64_Ehdr>(file, 0, 1)[0];
    const auto sections = headers<Elf64_Shdr>(file, header.e_shoff, header.e_shnum);
    int found = 0;
    for (const Elf64_Shdr& section : sections) {
      if (section.sh_type != SHT_SYMTAB) continue;
      const char* strings = file.data() + sections[section.sh_link].sh_offset;
      for (const Elf64_Sym& symbol : headers<Elf64_Sym>(file, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
        const std::string_view name = strings + symbol.st_name;
        const bool is_in_a_table = name.starts_with("burin_model") || name == "burin_rt_execute" ||
                                   name == "burin_rt_prepare" || name.starts_with("matmul_execute_");
        if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || !is_in_a_table) continue;
        ++found;
        const Elf64_Shdr& text = sections[symbol.st_shndx];
        const char* start = file.data() + text.sh_offset + (symbol.st_value - text.sh_addr);
        // A function that calls others may start with paciasp, which is a landing pad too.
        const bool signs = std::memcmp(start, "\x3f\x23\x03\xd5", 4) == 0;
        EXPECT_TRUE(std::memcmp(start, pad.data(), pad.size()) == 0 || (target[0] == 'a' && signs)) << name;
      }
    }
    EXPECT_EQ(found, 5) << target;
  }
}

TEST(Link, a_library_has_an_identity_and_what_loaders_ask_for) {
  for (const auto& [target, page] : {std::pair<const char*, uint64_t>{"x86_64-v3", 4096}, {"aarch64-neon", 65536}}) {
    const std::string path = library_for(target);
    const std::string notes = readelf("-nW", path);
    EXPECT_NE(notes.find("NT_GNU_BUILD_ID"), notes.npos) << notes;
    const std::string dynamic = readelf("-dW", path);
    EXPECT_NE(dynamic.find("(SONAME)"), dynamic.npos) << dynamic;
    EXPECT_NE(dynamic.find("BIND_NOW"), dynamic.npos) << dynamic;
    EXPECT_EQ(dynamic.find("TEXTREL"), dynamic.npos) << dynamic;
    bool has_relro = false;
    for (const Elf64_Phdr& segment : segments(contents(path))) {
      EXPECT_FALSE(segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0);
      EXPECT_FALSE((segment.p_flags & PF_X) != 0 && (segment.p_flags & PF_W) != 0);
      EXPECT_TRUE(segment.p_type != PT_LOAD || segment.p_align == page);
      if (segment.p_type != PT_GNU_RELRO) continue;
      has_relro = true;
      EXPECT_EQ((segment.p_vaddr + segment.p_memsz) % page, 0u) << "a loader protects whole pages";
      EXPECT_EQ(segment.p_vaddr % page % 4096, segment.p_offset % 4096);
    }
    EXPECT_TRUE(has_relro);
  }
}

TEST(Link, libraries_of_other_weights_have_other_build_ids) {
  const FatModel model;
  std::string ids[2];
  for (int i = 0; i < 2; ++i) {
    const std::string path = scratch_path("libid.so");
    ASSERT_TRUE(link(model.variants, {.digest = i == 0 ? "one" : "two"}, path));
    const std::string notes = readelf("-nW", path);
    ids[i] = notes.substr(notes.find("Build ID"), 50);
  }
  EXPECT_NE(ids[0], ids[1]);
}

// Objects and archives keep the marks, with which a program can have them too.
TEST(Link, objects_say_that_their_branches_are_protected) {
  const ir::Module module = ir::matmul_sample(4);
  for (const auto& [target, marks] : {std::pair{"x86_64-v3", "IBT, SHSTK"}, {"aarch64-neon", "BTI, PAC"}}) {
    const Variant variant{&module, *targets::target_named(target)};
    const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
    ASSERT_TRUE(tables);
    const std::vector<ObjectFile> objects = emit_objects({&variant, 1}, *tables, PartOf::kProgram);
    const std::string path = scratch_path("marked.o");
    ASSERT_TRUE(write_object({&*tables, variant.target.architecture, objects}, path));
    EXPECT_NE(readelf("-nW", path).find(marks), std::string::npos) << readelf("-nW", path);
    const std::string archive = scratch_path("libmarked.a");
    ASSERT_TRUE(write_static_library({&*tables, variant.target.architecture, objects}, archive));
    const std::string said = readelf("-nW", archive);
    size_t members = 0;
    for (size_t at = said.find(marks); at != said.npos; at = said.find(marks, at + 1)) ++members;
    EXPECT_EQ(members, objects.size() + 1) << said;
  }
}

TEST(Link, a_library_exports_two_functions) {
  const std::string path = scratch_path("libexports.so");
  ASSERT_TRUE(link(FatModel().variants, {}, path));
  const std::string file = contents(path);
  const auto header = headers<Elf64_Ehdr>(file, 0, 1)[0];
  const auto sections = headers<Elf64_Shdr>(file, header.e_shoff, header.e_shnum);
  std::vector<std::string> names;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    const char* strings = file.data() + sections[section.sh_link].sh_offset;
    for (const Elf64_Sym& symbol : headers<Elf64_Sym>(file, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      if (symbol.st_name != 0) names.emplace_back(strings + symbol.st_name);
    }
  }
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"burin_model", "burin_model_matmul"}));
}

TEST(Link, weights_are_aligned_and_splats_are_written_out) {
  ir::ModuleBuilder builder;
  ir::KernelBuilder kernel(builder.pool(), "copy");
  const ir::BufferId from = kernel.parameter("from", ElementType::kI32, false);
  const ir::BufferId to = kernel.parameter("to", ElementType::kI32, true);
  kernel.loop(5000, [&](ir::Expr i) { kernel.store(to, i, kernel.load(from, i)); });
  const ir::KernelId id = builder.module.kernels.add(kernel.take());
  builder.constant("other", ir::hostile_literal(ElementType::kI8, {3}, 1));
  ir::Scalar seven;
  seven.integer = 0x01020304;
  const ir::BufferId splat = builder.constant("splat", ir::make_splat(ElementType::kI32, {5000}, seven));
  const ir::BufferId out = builder.output("y", ElementType::kI32, builder.dims({5000}));
  builder.call(id, {splat, out});
  EXPECT_EQ(check_against_interpreter(builder.module, runnable_targets().front(), {}), "");
}

// Bytes of machine code in an object.
uint64_t code_bytes(std::span<const std::byte> object) {
  const std::string file(reinterpret_cast<const char*>(object.data()), object.size());
  const auto header = headers<Elf64_Ehdr>(file, 0, 1)[0];
  uint64_t bytes = 0;
  for (const Elf64_Shdr& section : headers<Elf64_Shdr>(file, header.e_shoff, header.e_shnum)) {
    if ((section.sh_flags & SHF_EXECINSTR) != 0) bytes += section.sh_size;
  }
  return bytes;
}

TEST(Link, the_runtime_has_less_than_20_kb_of_code) {
  for (const auto architecture : {targets::Architecture::kX86_64, targets::Architecture::kAarch64}) {
    const uint64_t bytes = code_bytes(runtime_object(architecture)) + code_bytes(memory_object(architecture));
    EXPECT_GT(bytes, 0u);
    EXPECT_LT(bytes, 20'000u);
  }
}

TEST(Link, weights_kept_outside_are_not_in_the_library) {
  const FatModel model;
  const std::string path = scratch_path("liboutside.so");
  ASSERT_TRUE(link(model.variants, {.digest = {}, .weights = WeightsKept::kOutside}, path));
  const burin_model_api* api = load_library(path);
  ASSERT_NE(api, nullptr);
  burin_model_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(api->describe(api, &info), BURIN_OK);
  EXPECT_EQ(info.weights_bytes, static_cast<uint64_t>(model.v4.constant_bytes));
  EXPECT_LT(contents(path).size(), 60000u);
}

TEST(Link, a_path_that_cannot_be_written_is_a_fault_of_the_environment) {
  const ir::Status status = link(FatModel().variants, {}, "/nonexistent/folder/libx.so");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.faults()[0].fault, ir::Fault::kEnvironment);
  // The linker still works afterwards.
  EXPECT_TRUE(link(FatModel().variants, {}, scratch_path("libafter.so")));
}

}  // namespace
}  // namespace burin::codegen
