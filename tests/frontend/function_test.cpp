// Local functions of a model.
#include <gtest/gtest.h>

#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in:\n" << text;
}

onnx::FunctionProto& add_function(ModelBuilder& model, const std::string& name, const std::vector<std::string>& inputs,
                                  const std::vector<std::string>& outputs) {
  auto* function = model.proto().add_functions();
  function->set_domain("local");
  function->set_name(name);
  for (const auto& input : inputs) function->add_input(input);
  for (const auto& output : outputs) function->add_output(output);
  auto* import = function->add_opset_import();
  import->set_domain("");
  import->set_version(17);
  return *function;
}

onnx::NodeProto& body_node(onnx::FunctionProto& function, const std::string& op_type,
                           const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  auto* node = function.add_node();
  ModelBuilder::fill_node(*node, op_type, inputs, outputs);
  return *node;
}

onnx::NodeProto& call(ModelBuilder& model, const std::string& name, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs) {
  onnx::NodeProto& node = model.node(name, inputs, outputs);
  node.set_domain("local");
  return node;
}

TEST(Functions, a_call_is_replaced_by_the_body) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  onnx::FunctionProto& twice = add_function(model, "Twice", {"a"}, {"b"});
  body_node(twice, "Concat", {"a", "a"}, {"b"});
  set_integer(*twice.mutable_node(0), "axis", 0);
  call(model, "Twice", {"x"}, {"m"});
  call(model, "Twice", {"m"}, {"y"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[8,3]");
  EXPECT_EQ(graph->main().ops.size(), 2u);
  EXPECT_EQ(graph->ops[graph->main().ops[0]].origin, "node \"m_node/b_node\" (Concat)");
}

TEST(Functions, attribute_references_take_the_calls_value_or_the_default) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y").output("z");
  onnx::FunctionProto& function = add_function(model, "Joined", {"a"}, {"b"});
  refer(body_node(function, "Concat", {"a", "a"}, {"b"}), "axis", onnx::AttributeProto::INT, "along");
  auto* fallback = function.add_attribute_proto();
  fallback->set_name("along");
  fallback->set_type(onnx::AttributeProto::INT);
  fallback->set_i(1);
  set_integer(call(model, "Joined", {"x"}, {"y"}), "along", 0);
  call(model, "Joined", {"x"}, {"z"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph, 0), "f32[4,3]");
  EXPECT_EQ(output_type(graph, 1), "f32[2,6]");
}

TEST(Functions, references_pass_through_nested_calls) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  onnx::FunctionProto& inner = add_function(model, "Inner", {"a"}, {"b"});
  refer(body_node(inner, "Transpose", {"a"}, {"b"}), "perm", onnx::AttributeProto::INTS, "order");
  onnx::FunctionProto& outer = add_function(model, "Outer", {"c"}, {"d"});
  onnx::NodeProto& nested = body_node(outer, "Inner", {"c"}, {"d"});
  nested.set_domain("local");
  refer(nested, "order", onnx::AttributeProto::INTS, "permutation");
  set_integers(call(model, "Outer", {"x"}, {"y"}), "permutation", {1, 0});
  EXPECT_EQ(output_type(model.import()), "f32[3,2]");
}

TEST(Functions, an_operand_left_out_is_absent_inside) {
  ModelBuilder model;
  model.input("x", {4}).integers("start", {1}).integers("end", {3}).output("y");
  onnx::FunctionProto& function = add_function(model, "Part", {"a", "from", "to", "axes"}, {"b"});
  body_node(function, "Slice", {"a", "from", "to", "axes"}, {"b"});
  call(model, "Part", {"x", "start", "end"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[2]");
}

TEST(Functions, a_body_does_not_see_the_names_around_the_call) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  onnx::FunctionProto& function = add_function(model, "Leaks", {"a"}, {"b"});
  body_node(function, "Transpose", {"x"}, {"b"});
  call(model, "Leaks", {"x"}, {"y"});
  expect_says(faults_of(model.import()),
              "node \"y_node/b_node\" (Transpose): operand 0: expected a tensor named \"x\", found none");
}

TEST(Functions, recursion_is_refused) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  for (const auto& [name, other] : {std::pair("Ping", "Pong"), std::pair("Pong", "Ping")}) {
    onnx::FunctionProto& function = add_function(model, name, {"a"}, {"b"});
    body_node(function, other, {"a"}, {"b"}).set_domain("local");
  }
  call(model, "Ping", {"x"}, {"y"});
  expect_says(faults_of(model.import()),
              "expected functions that do not call themselves, found \"Ping\" inside itself");
}

TEST(Functions, calls_that_double_forty_times_are_refused_quickly) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  for (int i = 0; i < 40; ++i) {
    onnx::FunctionProto& function = add_function(model, "F" + std::to_string(i), {"a"}, {"c"});
    const std::string next = i == 39 ? "Identity" : "F" + std::to_string(i + 1);
    body_node(function, next, {"a"}, {"b"}).set_domain(i == 39 ? "" : "local");
    body_node(function, next, {"b"}, {"c"}).set_domain(i == 39 ? "" : "local");
  }
  call(model, "F0", {"x"}, {"y"});
  expect_says(faults_of(model.import()), "too-many-nodes");
}

TEST(Functions, too_many_operands_are_a_fault_of_the_call) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  body_node(add_function(model, "One", {"a"}, {"b"}), "Identity", {"a"}, {"b"});
  call(model, "One", {"x", "x"}, {"y"});
  expect_says(faults_of(model.import()), "expected at most 1 operands and 1 outputs (function \"One\"), found 2 and 1");
}

}  // namespace
}  // namespace burin::frontend::test
