// A variant whose code is in several modules computes what it does in one.
#include "codegen/llvm/shards.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "codegen/link/link.h"
#include "codegen/llvm/emit.h"
#include "ir/loop/walk.h"
#include "ir/nest/text.h"
#include "ir/run/interpret_loops.h"
#include "passes/pipeline.h"
#include "tests/codegen/loop_samples.h"
#include "tests/codegen/run_library.h"

namespace burin::codegen {
namespace {

using ir::Literal;

// Seven kernels or so; the entry has a loop that ends by data, whose counter of iterations is a variable of the entry.
constexpr std::string_view kText = R"(
program @steps(%x, %go) -> (%y, %z) {
  tensor %x : f32[8]
  tensor %go : bool[]
  tensor %y : f32[8]
  tensor %z : f32[]
  tensor %a : f32[8]
  tensor %h : f32[8]
  tensor %g : f32[8]
  tensor %on : bool[]
  tensor %still : bool[]
  nest (i: 8) { value %x[i] * 2 -> %a[i] }
  while %on (t: 5) carry (%on = %go, %h = %a) {
    nest (i: 8) { value %h[i] + %a[7 - i] -> %g[i] }
    nest () { value %h[0] < 20 -> %still[] }
    next (%still, %g)
  }
  nest (i: 8) { value %h[i] - %x[i] -> %y[i] }
  nest (| i: 8) {
    init s: f32 = 0
    combine s = s + %y[i]
    finish s -> %z[]
  }
})";

ir::Module sample() {
  ir::Result<ir::Program> program = ir::parse_program(kText);
  EXPECT_TRUE(program) << ir::text_of(program.faults());
  ir::Result<ir::Module> module = passes::lowered_to<ir::Module>(std::move(*program), {});
  EXPECT_TRUE(module) << ir::text_of(module.faults());
  return std::move(*module);
}

constexpr DivisionLimits kSmallest{.expression_nodes = 0, .statements = 1};

struct Made {
  ModelTables tables;
  std::vector<ObjectFile> objects;
};

Made made_of(const ir::Module& module, const DivisionLimits& limits) {
  const Variant variant{&module, runnable_targets().back()};
  ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  EXPECT_TRUE(tables) << ir::text_of(tables.faults());
  std::vector<ObjectFile> objects = emit_objects({&variant, 1}, *tables, PartOf::kSharedLibrary, limits);
  return {std::move(*tables), std::move(objects)};
}

TEST(Shards, compute_what_one_module_does) {
  const ir::Module module = sample();
  const std::vector<Literal> inputs{ir::hostile_literal(ir::ElementType::kF32, {8}, 3),
                                    ir::literal_of(ir::ElementType::kBool, {}, std::array{1.0})};
  const ir::Result<std::vector<Literal>> expected = ir::interpret(module, inputs);
  ASSERT_TRUE(expected) << ir::text_of(expected.faults());
  const Made made = made_of(module, kSmallest);
  EXPECT_GT(made.objects.size(), module.kernels.size());
  std::set<std::string> names;
  for (const ObjectFile& object : made.objects) EXPECT_TRUE(names.insert(object.name).second) << object.name;
  const std::string path = scratch_path("libshards.so");
  const ir::Status linked = link_shared({&made.tables, runnable_targets().back().architecture, made.objects}, path);
  ASSERT_TRUE(linked) << ir::text_of(linked.faults());
  const ir::Result<std::vector<Literal>> found = run_library(path, inputs);
  ASSERT_TRUE(found) << ir::text_of(found.faults());
  for (size_t i = 0; i < expected->size(); ++i) EXPECT_EQ(difference((*expected)[i], (*found)[i]), "") << i;
}

TEST(Shards, become_one_object_where_one_is_asked_for) {
  const Made made = made_of(sample(), kSmallest);
  const std::string path = scratch_path("shards.o");
  const ir::Status linked = write_object({&made.tables, runnable_targets().back().architecture, made.objects}, path);
  EXPECT_TRUE(linked) << ir::text_of(linked.faults());
}

TEST(Shards, are_one_where_a_model_is_small) {
  const ir::Module module = sample();
  EXPECT_TRUE(divide(module).is_whole());
  EXPECT_EQ(made_of(module, {}).objects.size(), 2u);  // and the tables
}

TEST(Shards, hold_every_kernel_and_statement_once) {
  const ir::Module module = sample();
  const Division division = divide(module, kSmallest);
  uint32_t kernel = 0;
  for (const KernelRange& range : division.kernels) {
    EXPECT_EQ(range.begin, kernel);
    kernel = range.end;
  }
  EXPECT_EQ(kernel, module.kernels.size());
  size_t statement = 0;
  for (const StatementRange& range : division.parts) {
    EXPECT_EQ(range.begin, statement);
    EXPECT_LT(range.begin, range.end);
    statement = range.end;
  }
  EXPECT_EQ(statement, module.entry.body.size());
}

TEST(Shards, part_the_entry_where_no_variable_is_in_use) {
  const ir::Module module = sample();
  const Division division = divide(module, kSmallest);
  EXPECT_GT(division.parts.size(), 2u);
  for (const StatementRange& range : division.parts) {
    const auto first = module.entry.body.begin() + static_cast<ptrdiff_t>(range.begin);
    const ir::Block part(first, first + static_cast<ptrdiff_t>(range.end - range.begin));
    EXPECT_TRUE(ir::free_variables(part).empty()) << range.begin << " to " << range.end;
  }
}

}  // namespace
}  // namespace burin::codegen
