// Every row of the import table with nodes that ONNX does not describe: operands left out, too many, attributes it has not.
#include <gtest/gtest.h>

#include "frontend/onnx/graph/onnx_operators.h"
#include "frontend/onnx/operators/all.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

// A model of one node with `operands`, each a name or "" for one left out, at the row's opset.
ModelBuilder model_of(const ImportRow& row, const std::vector<std::string>& operands) {
  ModelBuilder model(row.since);
  auto* import = model.proto().add_opset_import();
  import->set_domain("com.microsoft");
  import->set_version(row.since);
  for (const std::string& name : operands) {
    if (!name.empty()) model.input(name, {1, 2, 4, 4});
  }
  model.output("y");
  model.node(std::string(row.op_type), operands, {"y"}).set_domain(std::string(row.domain));
  return model;
}

// `count` operands named x0, x1, ...
std::vector<std::string> operands_up_to(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(fmt::format("x{}", i));
  return names;
}

std::string text_of(const ImportRow& row) {
  return fmt::format("{} since {}", operator_name(row.domain, row.op_type), row.since);
}

void expect_says(const ImportRow& row, const std::string& faults, const std::string& part) {
  EXPECT_NE(faults.find(part), std::string::npos) << text_of(row) << ": expected \"" << part << "\" in:\n" << faults;
}

void expect_names_what_is_missing(const ImportRow& row, const std::vector<std::string>& operands) {
  const std::string faults = faults_of(model_of(row, operands).import());
  EXPECT_EQ(faults.find("output 0 of operator"), std::string::npos) << text_of(row) << ":\n" << faults;
  const std::string_view listed = row.operands.substr(0, row.operands.find('*'));
  for (size_t i = 0; i < listed.size(); ++i) {
    const bool is_there = i < operands.size() && !operands[i].empty();
    const bool may_be_none = listed.size() < row.operands.size() && i + 1 >= std::max(listed.size(), operands.size());
    if (listed[i] != '1' || is_there || may_be_none) continue;
    expect_says(row, faults, fmt::format("operand {}: expected a tensor", i));
    expect_says(row, faults, "found none [missing-operand]");
  }
}

TEST(ImportRows, say_which_operand_is_left_out) {
  for (const ImportRow& row : onnx_import_table().rows()) {
    expect_names_what_is_missing(row, {});
    expect_names_what_is_missing(row, {"x0"});
    expect_names_what_is_missing(row, {""});
    expect_names_what_is_missing(row, {"", "x1"});
    // All but one: the others are of types that suit no operator in particular.
    for (size_t i = 0; i < row.operands.size(); ++i) {
      std::vector<std::string> operands = operands_up_to(row.operands.size());
      operands[i].clear();
      expect_names_what_is_missing(row, operands);
    }
  }
}

TEST(ImportRows, say_which_operand_is_too_many) {
  for (const ImportRow& row : onnx_import_table().rows()) {
    if (row.operands.ends_with('*')) continue;
    const OnnxOperator* defined = row.domain.empty() ? find_onnx_operator(row.op_type, row.since) : nullptr;
    const size_t most =
        std::min(row.operands.size(), defined == nullptr ? SIZE_MAX : static_cast<size_t>(defined->most_operands));
    std::vector<std::string> operands = operands_up_to(most + 1);
    expect_says(row, faults_of(model_of(row, operands).import()),
                fmt::format("operand {}: expected none, as {} takes at most {}, found \"x{}\"", most,
                            operator_name(row.domain, row.op_type), most, most));
    // Left out, it is none.
    operands.back().clear();
    const std::string faults = faults_of(model_of(row, operands).import());
    EXPECT_EQ(faults.find("operand-count"), std::string::npos) << text_of(row) << ":\n" << faults;
  }
}

TEST(ImportRows, say_which_attribute_onnx_does_not_know) {
  for (const ImportRow& row : onnx_import_table().rows()) {
    ModelBuilder model = model_of(row, operands_up_to(row.operands.size()));
    set_integer(*model.graph().mutable_node(0), "wibble", 3);
    const std::string faults = faults_of(model.import());
    if (row.domain.empty()) {
      expect_says(row, faults, fmt::format("expected an attribute that {} has, found \"wibble\"", row.op_type));
    } else {
      EXPECT_EQ(faults.find("wibble"), std::string::npos) << faults;
    }
  }
}

TEST(ImportRows, an_attribute_of_another_version_is_refused) {
  for (const int opset : {5, 17}) {
    ModelBuilder model(opset);
    model.input("x", {2}).output("y");
    set_integers(model.node("Relu", {"x"}, {"y"}), "consumed_inputs", {0});
    EXPECT_EQ(output_type(model.import()),
              opset == 5 ? "f32[2]"
                         : "node \"y_node\" (Relu): expected an attribute that Relu has, found \"consumed_inputs\" "
                           "[unknown-attribute]\n  hint: Relu has it at opset 1, but not at the model's");
  }
}

TEST(ImportRows, an_attribute_that_must_be_there_is_named) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Concat", {"x", "x"}, {"y"});
  EXPECT_EQ(faults_of(model.import()),
            "node \"y_node\" (Concat): expected an attribute \"axis\" of type INT, found none [missing-attribute]");
}

TEST(ImportRows, an_attribute_that_is_given_twice_is_refused) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  onnx::NodeProto& node = model.node("Softmax", {"x"}, {"y"});
  set_integer(node, "axis", 0);
  set_integer(node, "axis", 0);
  EXPECT_EQ(faults_of(model.import()),
            "node \"y_node\" (Softmax): attribute \"axis\": expected one, found two [attribute-count]");
}

TEST(ImportRows, a_flag_is_0_or_1) {
  ModelBuilder model(11);
  model.input("x", {2, 3}).output("y");
  set_integer(model.node("ReduceSum", {"x"}, {"y"}), "keepdims", 2);
  EXPECT_EQ(faults_of(model.import()),
            "node \"y_node\" (ReduceSum): attribute \"keepdims\": expected 0 or 1, found 2 [attribute-range]");
}

TEST(ImportRows, a_result_that_the_operator_does_not_have_is_refused) {
  ModelBuilder model;
  model.input("x", {2}).output("y").output("z");
  model.node("Relu", {"x"}, {"y", "z"});
  EXPECT_NE(
      faults_of(model.import()).find("output 1: expected none, as Relu has at most 1, found \"z\" [result-count]"),
      std::string::npos);
}

TEST(ImportRows, an_operator_of_onnx_that_is_not_supported_is_not_taken_for_another) {
  ModelBuilder model;
  model.input("x", {2, 2}).output("y");
  model.node("Det", {"x"}, {"y"});
  const std::string faults = faults_of(model.import());
  EXPECT_EQ(faults.find("did you mean"), std::string::npos) << faults;
  EXPECT_NE(faults.find("Det is an operator of ONNX that burin does not support yet"), std::string::npos) << faults;
}

TEST(ImportRows, opset_0_is_refused) {
  ModelBuilder model(0);
  model.input("x", {2}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(faults_of(model.import()), "model: opset import of ai.onnx: expected 1 or newer, found 0 [opset-range]");
}

TEST(ImportRows, an_attribute_that_a_tool_keeps_for_itself_is_let_pass) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  set_integer(model.node("Relu", {"x"}, {"y"}), "__pass__", 1);
  EXPECT_EQ(output_type(model.import()), "f32[2]");
}

TEST(ImportRows, an_attribute_with_a_typing_error_is_named_with_the_right_one) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  set_integer(model.node("Softmax", {"x"}, {"y"}), "axes", 0);
  const std::string faults = faults_of(model.import());
  EXPECT_EQ(faults,
            "node \"y_node\" (Softmax): expected an attribute that Softmax has, found \"axes\" [unknown-attribute]\n"
            "  hint: did you mean \"axis\"?");
}

}  // namespace
}  // namespace burin::frontend::test
