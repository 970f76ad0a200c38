// The import driver: names, order, dimensions, functions, and what it says of models that are wrong.
#include <gtest/gtest.h>

#include "frontend/onnx/operators/all.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in:\n" << text;
}

TEST(ImportOrder, nodes_may_be_in_any_order) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("z");
  model.node("Transpose", {"y"}, {"z"});
  model.node("Transpose", {"x"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[2,3]");
}

TEST(ImportOrder, a_cycle_names_its_nodes) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("c");
  model.node("Concat", {"x", "b"}, {"a"});
  model.node("Transpose", {"a"}, {"b"});
  model.node("Transpose", {"b"}, {"c"});
  const std::string faults = faults_of(model.import());
  expect_says(faults, "cycle");
  expect_says(faults, "found 2 nodes that depend on each other");
  expect_says(faults, "node \"a_node\" (Concat)");
  expect_says(faults, "node \"b_node\" (Transpose)");
}

TEST(ImportOrder, a_node_that_reads_itself_is_a_cycle) {
  ModelBuilder model;
  model.input("x", {2}).output("a");
  model.node("Identity", {"a"}, {"a"});
  expect_says(faults_of(model.import()), "cycle");
}

TEST(ImportNames, a_missing_operand_is_named_with_one_like_it) {
  ModelBuilder model;
  model.input("hidden_states", {2, 3}).output("y");
  model.node("Transpose", {"hiden_states"}, {"y"});
  const std::string faults = faults_of(model.import());
  expect_says(faults, "node \"y_node\" (Transpose): operand 0: expected a tensor named \"hiden_states\", found none");
  expect_says(faults, "did you mean \"hidden_states\"?");
}

TEST(ImportNames, a_name_made_twice_is_a_fault_of_the_second) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.node("Transpose", {"x"}, {"y"});
  model.node("Identity", {"x"}, {"y"});
  expect_says(faults_of(model.import()),
              "node \"y_node\" (Identity): expected a new name for output \"y\", found it to be an output of node "
              "\"y_node\" (Transpose)");
}

TEST(ImportNames, an_output_may_not_take_the_name_of_an_input) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("x");
  model.node("Transpose", {"x"}, {"x"});
  expect_says(faults_of(model.import()), "found it to be an input already");
}

// Models that ONNX Runtime runs have them.
TEST(ImportNames, an_output_twice_is_a_copy_with_a_name_of_its_own) {
  ModelBuilder model;
  model.input("x", {2}).output("y").output("y");
  model.node("Relu", {"x"}, {"y"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  ASSERT_EQ(graph->main().yields.size(), 2U);
  EXPECT_EQ(graph->values[graph->main().yields[0]].name, "y");
  EXPECT_EQ(graph->values[graph->main().yields[1]].name, "y.1");
}

TEST(ImportNames, an_input_without_one_is_refused) {
  ModelBuilder model;
  model.input("x", {2}).input("", {2}).output("y");
  model.node("Relu", {"x"}, {"y"});
  expect_says(faults_of(model.import()), "input 1: expected a name, found \"\"");
}

TEST(ImportNames, several_faults_are_reported_at_once) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").output("z").output("u");
  model.node("Transpose", {"nowhere"}, {"y"});
  model.node("NoSuchOperator", {"x"}, {"z"});
  set_integers(model.node("Transpose", {"x"}, {"u"}), "perm", {0, 0});
  const std::string faults = faults_of(model.import());
  expect_says(faults, "\"nowhere\"");
  expect_says(faults, "operator NoSuchOperator is not supported");
  expect_says(faults, "attribute \"perm\": expected each axis once, found 0 twice");
}

TEST(ImportNames, an_output_that_is_an_input_is_copied) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").output("z");
  model.node("Identity", {"x"}, {"y"});
  model.node("Identity", {"x"}, {"z"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  EXPECT_EQ(graph->values[graph->main().yields[0]].name, "y");
  EXPECT_EQ(graph->values[graph->main().yields[1]].name, "z");
  EXPECT_EQ(graph->values[graph->main().parameters[0]].name, "x");
}

TEST(ImportDimensions, symbols_are_shared_by_name) {
  ModelBuilder model;
  model.input("a", {"batch", 3}).input("b", {"batch", 4}).output("y");
  set_integer(model.node("Concat", {"a", "b"}, {"y"}), "axis", 1);
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[batch,7]");
  EXPECT_EQ(graph->symbols.size(), 1u);
  EXPECT_TRUE(graph->assumptions.empty());
}

TEST(ImportDimensions, an_open_dimension_is_named_after_input_and_axis) {
  ModelBuilder model;
  model.input("x", {"", "?", -1, 0}).output("y");
  model.node("Transpose", {"x"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[0,x_d2,x_d1,x_d0]");
}

TEST(ImportDimensions, two_that_may_differ_are_assumed_equal) {
  ModelBuilder model;
  model.input("a", {"n", 3}).input("b", {"m", 4}).output("y");
  set_integer(model.node("Concat", {"a", "b"}, {"y"}), "axis", 1);
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  ASSERT_EQ(graph->assumptions.size(), 1u);
  EXPECT_EQ(text_of(graph->assumptions[0].dimensions.left), "n");
  EXPECT_EQ(text_of(graph->assumptions[0].dimensions.right), "m");
}

TEST(ImportDimensions, input_dim_pins_a_symbol_everywhere) {
  ModelBuilder model;
  model.input("a", {"batch", 3}).input("b", {"batch", 4}).output("y");
  model.node("Identity", {"b"}, {"y"});
  ImportOptions options;
  options.input_dims["a"] = {5, 3};
  EXPECT_EQ(output_type(model.import(options)), "f32[5,4]");
}

TEST(ImportDimensions, define_symbol_pins_and_unknown_names_are_faults_of_usage) {
  ModelBuilder model;
  model.input("a", {"batch", ""}).output("y");
  model.node("Identity", {"a"}, {"y"});
  ImportOptions options;
  options.symbols = {{"batch", 5}, {"a_d1", 6}};
  EXPECT_EQ(output_type(model.import(options)), "f32[5,6]");
  options.symbols["bacth"] = 1;
  const auto graph = model.import(options);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.faults()[0].fault, ir::Fault::kUsage);
}

TEST(ImportDimensions, an_input_without_shape_asks_for_one) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  model.node("Identity", {"x"}, {"y"});
  expect_says(faults_of(model.import()), "--input_dim x 1,3,224,224");
  ImportOptions options;
  options.input_dims["x"] = {4};
  EXPECT_EQ(output_type(model.import(options)), "f32[4]");
}

TEST(ImportDimensions, sizes_that_overflow_are_refused) {
  ModelBuilder model;
  model.input("x", {2000000000, 2000000000, 2000000000}).output("y");
  model.node("Identity", {"x"}, {"y"});
  expect_says(faults_of(model.import()), "input \"x\": expected at most 9223372036854775807 bytes, found f32[");
}

TEST(ImportDimensions, a_negative_dimension_is_refused) {
  ModelBuilder model;
  model.input("x", {-7}).output("y");
  model.node("Identity", {"x"}, {"y"});
  expect_says(faults_of(model.import()), "found -7");
}

TEST(ImportInputs, an_initializer_among_the_inputs_is_a_constant) {
  ModelBuilder model;
  model.input("x", {2}).input("w", {2}).floats("w", {1, 2}).output("y");
  set_integer(model.node("Concat", {"x", "w"}, {"y"}), "axis", 0);
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[4]");
  EXPECT_EQ(graph->main().parameters.size(), 1u);
}

TEST(ImportInputs, unused_inputs_stay_and_unused_initializers_do_not_matter) {
  ModelBuilder model;
  model.input("x", {2}).input("unused", {2}).floats("w", {1, 2}).output("y");
  model.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::STRING);
  model.node("Identity", {"x"}, {"y"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  EXPECT_EQ(graph->main().parameters.size(), 2u);
}

TEST(ImportInputs, constants_share_the_bytes_of_the_file) {
  ModelBuilder model;
  model.floats("w", {1, 2, 3}).output("y");
  model.node("Identity", {"w"}, {"y"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  const ir::Op& copy = graph->ops[graph->main().ops[0]];
  const ir::Literal& literal = *graph->values[copy.operands[0]].constant;
  EXPECT_EQ(literal.at(2).number, 3.0);
  EXPECT_NE(literal.owner, nullptr);
}

TEST(ImportOpsets, a_model_without_import_of_a_domain_gets_the_newest) {
  ModelBuilder model;
  model.proto().mutable_opset_import(0)->set_domain("ai.onnx.ml");
  model.input("x", {2, 3}).integers("axes", {0}).output("y");
  model.node("Unsqueeze", {"x", "axes"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[1,2,3]");
}

// Unsqueeze takes its axes as an operand from 13 on, and IR version 6 knew 11.
TEST(ImportOpsets, a_model_without_any_import_gets_that_of_its_ir_version) {
  ModelBuilder model;
  model.proto().clear_opset_import();
  model.proto().set_ir_version(6);
  model.input("x", {2, 3}).output("y");
  set_integers(model.node("Unsqueeze", {"x"}, {"y"}), "axes", {0});
  EXPECT_EQ(output_type(model.import()), "f32[1,2,3]");
}

TEST(ImportOpsets, an_operator_newer_than_the_opset_is_said_to_be) {
  ModelBuilder model(9);
  model.input("x", {2, 3}).integers("i", {0}).output("y");
  model.node("GatherND", {"x", "i"}, {"y"});
  expect_says(faults_of(model.import()), "operator GatherND: expected opset 11 or newer, found 9");
}

TEST(ImportOpsets, one_newer_than_burin_knows_is_refused) {
  ModelBuilder model(99);
  model.input("x", {2, 3}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(
      faults_of(model.import()),
      fmt::format("model: opset import of ai.onnx: expected {} or older, found 99 [unsupported-opset]", kNewestOpset));
}

TEST(ImportOpsets, one_of_a_function_newer_than_burin_knows_is_refused) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.node("Relu", {"x"}, {"y"});
  onnx::FunctionProto& function = *model.proto().add_functions();
  function.set_name("Twice");
  function.set_domain("local");
  function.add_opset_import()->set_version(99);
  expect_says(faults_of(model.import()), "function \"Twice\": opset import of ai.onnx");
}

TEST(ImportOpsets, an_operator_that_there_is_not_is_named_with_one_like_it) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").output("z");
  model.node("Relux", {"x"}, {"y"});
  model.node("NoSuchOperator", {"x"}, {"z"});
  const std::string faults = faults_of(model.import());
  expect_says(faults, "operator Relux is not supported [unsupported-operator]\n  hint: did you mean \"Relu\"?");
  expect_says(faults, "operator NoSuchOperator is not supported [unsupported-operator]\n  hint: `burin ops` lists");
}

TEST(ImportNames, one_letter_is_like_no_other) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  model.node("Relu", {"z"}, {"y"});
  const std::string faults = faults_of(model.import());
  EXPECT_EQ(faults.find("hint"), std::string::npos) << faults;
}

TEST(ImportOutNodes, tensors_and_nodes_become_outputs) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("z");
  model.node("Transpose", {"x"}, {"y"});
  model.node("NoSuchOperator", {"y"}, {"z"});
  ImportOptions options;
  options.out_nodes = {"y"};
  EXPECT_EQ(output_type(model.import(options)), "f32[3,2]");
  options.out_nodes = {"y_node"};
  EXPECT_EQ(output_type(model.import(options)), "f32[3,2]");
  options.out_nodes = {"yy"};
  expect_says(faults_of(model.import(options)), "did you mean \"y\"?");
}

TEST(Import, a_value_that_is_declared_with_another_element_type_is_refused) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Relu", {"x"}, {"between"});
  model.node("Relu", {"between"}, {"y"});
  ModelBuilder::declare(*model.graph().add_value_info(), "between", {2}, onnx::TensorProto::INT64);
  EXPECT_EQ(
      faults_of(model.import()),
      "node \"between_node\" (Relu): output \"between\": expected i64 as the model declares it, found f32 computed "
      "[type-mismatch]");
}

}  // namespace
}  // namespace burin::frontend::test
