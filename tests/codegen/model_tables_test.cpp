#include "codegen/model_tables.h"

#include <gtest/gtest.h>

#include "codegen/c_text.h"
#include "codegen/digest.h"
#include "codegen/model_names.h"
#include "ir/expr/shape.h"
#include "ir/run/interpret_loops.h"
#include "runtime/model.h"
#include "tests/codegen/loop_samples.h"

namespace burin::codegen {
namespace {

using ir::ElementType;
using ir::Expr;
using ir::Literal;

ModelTables tables_of(const ir::Module& module, const char* target = "x86_64-v3") {
  const Variant variant{&module, *targets::target_named(target)};
  ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {.digest = "d1"});
  EXPECT_TRUE(tables) << ir::text_of(tables.faults());
  return *tables;
}

// What a planning function stores for these symbols.
std::vector<int64_t> run_planning(const ir::Module& module, const ir::Kernel& kernel, std::vector<int64_t> symbols,
                                  int64_t stored) {
  ir::Module caller;
  caller.pool = module.pool;
  const ir::KernelId id = caller.kernels.add(kernel);
  const ir::Shape in = ir::shape_of_dims(std::vector<int64_t>{static_cast<int64_t>(symbols.size())}, *caller.pool);
  const ir::Shape out = ir::shape_of_dims(std::vector<int64_t>{stored}, *caller.pool);
  caller.inputs.push_back({"symbols", ElementType::kI64, in});
  caller.outputs.push_back({"stored", ElementType::kI64, out});
  const ir::BufferId x =
      caller.entry.buffers.add({.name = "symbols", .element = ElementType::kI64, .place = ir::Place::kInput});
  const ir::BufferId y =
      caller.entry.buffers.add({.name = "stored", .element = ElementType::kI64, .place = ir::Place::kOutput});
  caller.entry.body.push_back({ir::Call{id, {x, y}, {}}});
  const Literal input = ir::make_i64_literal(symbols);
  const ir::Result<std::vector<Literal>> outputs = ir::interpret(caller, {&input, 1});
  EXPECT_TRUE(outputs) << ir::text_of(outputs.faults());
  std::vector<int64_t> values;
  for (int64_t i = 0; i < stored; ++i) values.push_back((*outputs)[0].at(i).integer);
  return values;
}

TEST(Digest, depends_on_every_byte_and_border) {
  const auto digest = [](const std::vector<std::string>& texts) {
    Digest value;
    for (const std::string& text : texts) value.add(text);
    return value.text();
  };
  EXPECT_EQ(digest({"ab", "c"}).size(), 32u);
  EXPECT_EQ(digest({"ab", "c"}), digest({"ab", "c"}));
  EXPECT_NE(digest({"ab", "c"}), digest({"a", "bc"}));
  EXPECT_NE(digest({"abcdefgh1"}), digest({"abcdefgh2"}));
  EXPECT_NE(digest({std::string(8, '\0')}), digest({std::string(9, '\0')}));
}

// The first 16 bytes that BLAKE3's own test vectors have for no input (test_vectors.json, input_len 0).
TEST(Digest, is_blake3) { EXPECT_EQ(Digest().text(), "af1349b9f5f9a1a6a0404dea36dcc949"); }

TEST(ModelNames, keep_what_c_and_file_systems_allow) {
  const auto text = [](std::string_view model) {
    const ModelNames names = model_names(model);
    return names.identifier + " " + names.function + " " + names.stem;
  };
  EXPECT_EQ(text("digits"), "digits burin_model_digits digits");
  EXPECT_EQ(text("squeezenet1.1-7"), "squeezenet1_1_7 burin_model_squeezenet1_1_7 squeezenet1.1-7");
  EXPECT_EQ(text("7 days/of rain\n"), "_7_days_of_rain_ burin_model__7_days_of_rain_ 7_days_of_rain_");
  EXPECT_EQ(text("größe"), "gr____e burin_model_gr____e gr__e");
  EXPECT_EQ(text(""), "_ burin_model__ _");
  EXPECT_EQ(text(".."), "__ burin_model___ _.");
  EXPECT_EQ(text("-o"), "_o burin_model__o _o");
}

TEST(ModelNames, leave_those_of_burin_alone) {
  const auto text = [](std::string_view model) {
    const ModelNames names = model_names(model);
    return names.identifier + " " + names.function + " " + names.stem;
  };
  EXPECT_EQ(text("Burin"), "model_Burin burin_model_model_Burin model_Burin");
  EXPECT_EQ(text("burin_model"), "model_burin_model burin_model_model_burin_model model_burin_model");
  EXPECT_EQ(text("burin-runtime"), "model_burin_runtime burin_model_model_burin_runtime burin-runtime");
  EXPECT_EQ(text("api"), "api burin_model_api_ api");
  EXPECT_EQ(text("info"), "info burin_model_info_ info");
  EXPECT_EQ(text("model"), "model burin_model_model model");
}

TEST(ModelTables, say_what_the_interface_is) {
  const ir::Module module = ir::compact_sample();
  const ModelTables tables = tables_of(module);
  EXPECT_EQ(tables.symbol_prefix, "compact");
  ASSERT_EQ(tables.symbols.size(), 2u);
  EXPECT_EQ(tables.input_symbols, 1);
  EXPECT_EQ(tables.symbols[0].name, "N");
  EXPECT_EQ(tables.symbols[0].max, 1000);
  EXPECT_EQ(tables.inputs[0].dims, std::vector<int64_t>{-1});
  EXPECT_EQ(tables.inputs[0].element_type, BURIN_F32);
  EXPECT_EQ(tables.outputs[0].dims, std::vector<int64_t>{-2});
  EXPECT_EQ(tables.variants[0].execute, "compact_execute_x86_64_v3");
  EXPECT_EQ(tables.variants[0].cpu_features, BURIN_CPU_X86_64_V2 | BURIN_CPU_X86_64_V3);
  EXPECT_FALSE(tables.variants[0].sizes);
}

TEST(ModelTables, a_bound_that_depends_on_a_symbol_is_computed) {
  const ir::Module module = ir::compact_sample();
  const ModelTables tables = tables_of(module);
  ASSERT_TRUE(tables.bounds_function);
  EXPECT_EQ(tables.bounds_function->name, "compact_bounds");
  EXPECT_EQ(tables.bounds_function->buffers.size(), 1u);
}

TEST(ModelTables, sizes_are_functions_of_the_symbols_and_refuse_to_wrap) {
  const ir::Module module = ir::two_step_sample();
  const ModelTables tables = tables_of(module);
  ASSERT_TRUE(tables.variants[0].sizes);
  const ir::Kernel& sizes = *tables.variants[0].sizes;
  EXPECT_EQ(run_planning(module, sizes, {10}, 1), std::vector<int64_t>{40});
  EXPECT_EQ(run_planning(module, sizes, {int64_t{1} << 62}, 1), std::vector<int64_t>{-1});
  EXPECT_EQ(run_planning(module, sizes, {INT64_MAX}, 1), std::vector<int64_t>{-1});
}

TEST(ModelTables, dimensions_without_a_name_are_computed) {
  ir::ModuleBuilder builder;
  const Expr n = builder.pool().variable(builder.symbol("N", 0, INT64_MAX));
  builder.input("x", ElementType::kF32, {n});
  builder.output("y", ElementType::kF32, {n, ir::floor_div(n + 1, 2), n * n});
  const ModelTables tables = tables_of(builder.module);
  EXPECT_EQ(tables.outputs[0].dims, (std::vector<int64_t>{-1, BURIN_DIM_COMPUTED, BURIN_DIM_COMPUTED}));
  ASSERT_TRUE(tables.shapes_function);
  EXPECT_EQ(run_planning(builder.module, *tables.shapes_function, {7}, 3), (std::vector<int64_t>{7, 4, 49}));
  const int64_t large = int64_t{1} << 32;
  EXPECT_EQ(run_planning(builder.module, *tables.shapes_function, {large}, 3),
            (std::vector<int64_t>{large, large / 2, -1}));
}

TEST(ModelTables, checks_carry_their_text_and_both_sides) {
  ir::ModuleBuilder builder;
  const Expr n = builder.pool().variable(builder.symbol("N", 0, 100));
  const Expr m = builder.pool().variable(builder.symbol("M", 0, 100));
  builder.input("x", ElementType::kF32, {n, m});
  builder.module.checks.push_back({{n * 2, m + 1}, "node"});
  const ModelTables tables = tables_of(builder.module);
  EXPECT_EQ(tables.checks[0].found, "N * 2 with N of input \"x\" dimension 0");
  EXPECT_EQ(tables.checks[0].expected, "M + 1 with M of input \"x\" dimension 1");
  EXPECT_EQ(run_planning(builder.module, *tables.checks_function, {5, 9}, 2), (std::vector<int64_t>{10, 10}));
}

TEST(ModelTables, a_check_is_about_the_input_that_came_last) {
  ir::ModuleBuilder builder;
  const Expr n = builder.pool().variable(builder.symbol("N", 1, 100));
  const Expr open =
      builder.pool().variable(builder.symbol("b_d0", 1, 100));  // the importer's name for an open dimension
  builder.input("a", ElementType::kF32, {n});
  builder.input("b", ElementType::kF32, {open});
  builder.module.checks.push_back({{n, open, ir::DimensionRelation::kEitherMayBeOne}, "node"});
  builder.module.checks.push_back({{builder.pool().integer(4), n}, "node"});
  builder.module.checks.push_back({{open * 2, n + 2, ir::DimensionRelation::kLeftMayBeOne}, "node"});
  const ModelTables tables = tables_of(builder.module);
  EXPECT_EQ(tables.checks[0].found, "input \"b\" dimension 0");
  EXPECT_EQ(tables.checks[0].expected, "input \"a\" dimension 0 (N)");
  EXPECT_EQ(tables.checks[0].relation, ir::DimensionRelation::kEitherMayBeOne);
  EXPECT_EQ(tables.checks[1].found, "input \"a\" dimension 0 (N)");
  EXPECT_EQ(tables.checks[1].expected, "");
  EXPECT_EQ(tables.checks[2].found, "D * 2 with D of input \"b\" dimension 0");
  EXPECT_EQ(run_planning(builder.module, *tables.checks_function, {4, 7}, 6),
            (std::vector<int64_t>{7, 4, 4, 4, 14, 6}));
}

TEST(ModelTables, an_input_with_a_computed_dimension_is_refused) {
  ir::ModuleBuilder builder;
  const Expr n = builder.pool().variable(builder.symbol("N", 0, 100));
  builder.input("x", ElementType::kF32, {n * 2});
  const Variant variant{&builder.module, *targets::target_named("x86_64-v3")};
  const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
  ASSERT_FALSE(tables);
  EXPECT_EQ(tables.faults()[0].text(),
            "input \"x\": expected dimensions that are numbers or symbols, found N * 2 [input-dimension]");
}

// Callers provide what an output takes where counts are at their bounds: 5 - K elements are none there.
TEST(ModelTables, an_output_that_shrinks_as_a_count_grows_is_refused) {
  const auto tables_of = [](auto&& extent_of) {
    ir::ModuleBuilder builder;
    const ir::VariableId count = builder.pool().declare({"find.count", ir::kIndex, 0, 5, builder.pool().integer(6)});
    builder.module.opaque_symbols.push_back(count);
    builder.module.outputs.push_back({"y", ElementType::kF32, {extent_of(builder.pool().variable(count))}});
    const Variant variant{&builder.module, *targets::target_named("x86_64-v3")};
    const ir::Result<ModelTables> tables = make_model_tables({&variant, 1}, {});
    return tables ? "" : tables.faults()[0].text();
  };
  EXPECT_EQ(tables_of([](Expr count) { return max(count * 2 - 1, count->pool->integer(0)); }), "");
  EXPECT_EQ(
      tables_of([](Expr count) { return count->pool->integer(5) - count; }).find("output \"y\": expected dimensions"),
      0U);
}

TEST(ModelTables, a_constant_is_found_where_the_weights_have_it) {
  VariantTables variant;
  variant.constants = {{0, 128}, {64, 0}, {256, 512}};
  EXPECT_EQ(weights_offset(variant, 0), 128);
  EXPECT_EQ(weights_offset(variant, 68), 4);
  EXPECT_EQ(weights_offset(variant, 256), 512);
}

TEST(ModelTables, names_become_identifiers) {
  EXPECT_EQ(c_identifier("a-b.c d"), "a_b_c_d");
  EXPECT_EQ(c_identifier("3d"), "_3d");
  EXPECT_EQ(c_identifier(""), "_");
}

}  // namespace
}  // namespace burin::codegen
