// The note by which a file tells about its model: written, read back, and read from files that are broken in every way.
#include "codegen/model_note.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "codegen/model_file.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {
namespace {

ModelTables tables_of(const ir::Module& module, const char* target = "x86_64-v3") {
  const Variant variant{&module, *targets::target_named(target)};
  ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {.digest = "d1"});
  EXPECT_TRUE(tables) << ir::text_of(tables.faults());
  return *tables;
}

void expect_described(const ModelNote& note, const ModelTables& tables) {
  EXPECT_EQ(note.name, "compact");
  EXPECT_EQ(note.compiler, tables.compiler);
  EXPECT_EQ(note.digest, "d1");
  EXPECT_EQ(note.interface_digest, tables.interface_digest);
  EXPECT_EQ(note.weights_bytes, tables.weights_bytes);
  ASSERT_EQ(note.inputs.size(), tables.inputs.size());
  EXPECT_EQ(note.inputs[0].name, tables.inputs[0].name);
  EXPECT_EQ(note.inputs[0].dims, tables.inputs[0].dims);
  EXPECT_EQ(note.inputs[0].element_type, tables.inputs[0].element_type);
  EXPECT_EQ(note.outputs.size(), tables.outputs.size());
  ASSERT_EQ(note.symbols.size(), 2u);
  EXPECT_EQ(note.symbols[0].name, "N");
  EXPECT_EQ(note.symbols[0].max, 1000);
  EXPECT_EQ(note.input_symbols, 1);
  EXPECT_EQ(note.targets, std::vector<std::string>{tables.variants[0].target});
}

TEST(ModelNote, is_read_as_it_was_written) {
  const ir::Module module = ir::compact_sample();
  const ModelTables tables = tables_of(module);
  std::vector<std::byte> section = note_bytes(tables, 1234);
  const std::vector<std::byte> once = section;
  section.insert(section.end(), once.begin(), once.end());
  const std::optional<std::vector<ModelNote>> notes = parse_notes(section);
  ASSERT_TRUE(notes);
  ASSERT_EQ(notes->size(), 2u);
  for (const ModelNote& note : *notes) expect_described(note, tables);
  EXPECT_EQ(notes->front().code_bytes, 1234);
}

TEST(ModelNote, may_be_cut_anywhere) {
  const ir::Module module = ir::compact_sample();
  const std::vector<std::byte> note = note_bytes(tables_of(module), 0);
  EXPECT_TRUE(parse_notes({})->empty());
  for (size_t bytes = 1; bytes < note.size(); ++bytes) EXPECT_FALSE(parse_notes(std::span(note).first(bytes))) << bytes;
}

TEST(ModelNote, may_hold_any_bytes) {
  const ir::Module module = ir::compact_sample();
  const std::vector<std::byte> note = note_bytes(tables_of(module), 0);
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> changed = note;
    for (uint32_t flips = 1 + random() % 4; flips > 0; --flips)
      changed[random() % changed.size()] = static_cast<std::byte>(random() % 2 == 0 ? 0xff : random());
    const std::optional<std::vector<ModelNote>> notes = parse_notes(changed);
    if (!notes || notes->empty()) continue;
    for (int64_t dim : notes->front().inputs.empty() ? std::vector<int64_t>() : notes->front().inputs[0].dims)
      EXPECT_TRUE(dim >= 0 || dim == INT64_MIN || -(dim + 1) < static_cast<int64_t>(notes->front().symbols.size()));
  }
}

// --- Files.

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Files {
  std::string shared, archive, object;
};

Files files_for(const char* target) {
  static const ir::Module module = ir::compact_sample();
  const Variant variant{&module, *targets::target_named(target)};
  const ModelTables tables = tables_of(module, target);
  Files files{scratch_path("libnoted.so"), scratch_path("libnoted.a"), scratch_path("noted.o")};
  for (const PartOf part : {PartOf::kSharedLibrary, PartOf::kProgram}) {
    const std::vector<ObjectFile> objects = emit_objects({&variant, 1}, tables, part);
    const LinkInput input{&tables, variant.target.architecture, objects};
    if (part == PartOf::kSharedLibrary) {
      EXPECT_TRUE(link_shared(input, files.shared));
    } else {
      EXPECT_TRUE(write_static_library(input, files.archive) && write_object(input, files.object));
    }
  }
  return files;
}

TEST(ModelFile, of_every_kind_and_architecture_is_read) {
  for (const auto& [target, architecture] : {std::pair{"x86_64-v3", "x86_64"}, {"aarch64-neon", "aarch64"}}) {
    const Files files = files_for(target);
    const ir::Module module = ir::compact_sample();
    for (const std::string& path : {files.shared, files.archive, files.object}) {
      const ir::Result<std::vector<ModelInFile>> models = models_in_file(path);
      ASSERT_TRUE(models) << path << ir::text_of(models.faults());
      ASSERT_EQ(models->size(), 1u) << path;
      EXPECT_EQ(models->front().architecture, architecture);
      EXPECT_GT(models->front().note.code_bytes, 0);
      expect_described(models->front().note, tables_of(module, target));
    }
  }
}

TEST(ModelFile, that_is_stripped_is_read) {
  const Files files = files_for("x86_64-v3");
  ASSERT_EQ(std::system(("strip " + files.shared).c_str()), 0);
  EXPECT_TRUE(models_in_file(files.shared));
}

TEST(ModelFile, that_is_none_is_a_fault_of_the_input) {
  for (const std::string content : {"", "a",
                                    "\x7f"
                                    "ELF",
                                    "!<arch>\n", "!<thin>\n", "!<arch>\nx"}) {
    const std::string path = scratch_path("none");
    std::ofstream(path, std::ios::binary) << content;
    const ir::Result<std::vector<ModelInFile>> models = models_in_file(path);
    ASSERT_FALSE(models) << content;
    EXPECT_EQ(models.faults()[0].fault, ir::Fault::kInput);
  }
  EXPECT_FALSE(models_in_file("/proc/self/exe"));
  EXPECT_EQ(models_in_file("/nonexistent").faults()[0].fault, ir::Fault::kEnvironment);
}

// Cut or changed, a file is described, or refused with a message; nothing else happens.
TEST(ModelFile, may_be_broken_anywhere) {
  const Files files = files_for("aarch64-neon");
  std::mt19937 random(1);
  const std::string path = scratch_path("broken");
  for (const std::string& whole : {files.shared, files.archive, files.object}) {
    const std::string bytes = contents(whole);
    for (int i = 0; i < 1500; ++i) {
      std::string changed = i % 5 == 0 ? bytes.substr(0, random() % bytes.size()) : bytes;
      // Half of the changes are where the headers are.
      for (uint32_t flips = random() % 6; flips > 0 && !changed.empty(); --flips) {
        const size_t where =
            random() % 2 == 0 ? random() % changed.size() : changed.size() - 1 - random() % 2000 % changed.size();
        changed[random() % 4 == 0 ? random() % 64 % changed.size() : where] =
            static_cast<char>(random() % 2 == 0 ? 0xff : random());
      }
      std::ofstream(path, std::ios::binary | std::ios::trunc) << changed;
      const ir::Result<std::vector<ModelInFile>> models = models_in_file(path);
      EXPECT_TRUE(models || !models.faults()[0].message.empty());
    }
  }
}

}  // namespace
}  // namespace burin::codegen
