// Models that are wrong on purpose: whatever they say, the import ends soon with a graph or with faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "frontend/onnx/graph/onnx_operators.h"
#include "tests/frontend/hostile_models.h"

namespace burin::frontend::test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Generous: the sanitizers slow down ten times.
constexpr double kMostSeconds = 10;

TEST(HostileImport, a_long_chain_written_backwards) {
  constexpr int kNodes = 50'000;
  ModelBuilder model;
  model.input("v0", {2}).output("v" + std::to_string(kNodes));
  for (int i = kNodes; i > 0; --i) model.node("Tanh", {"v" + std::to_string(i - 1)}, {"v" + std::to_string(i)});
  const auto start = Clock::now();
  EXPECT_EQ(output_type(model.import()), "f32[2]");
  EXPECT_LT(seconds_since(start), kMostSeconds);
}

TEST(HostileImport, a_long_cycle) {
  constexpr int kNodes = 50'000;
  ModelBuilder model;
  model.input("x", {2}).output("v0");
  for (int i = 0; i < kNodes; ++i)
    model.node("Tanh", {"v" + std::to_string((i + 1) % kNodes)}, {"v" + std::to_string(i)});
  const std::string faults = faults_of(model.import());
  EXPECT_NE(faults.find("found 50000 nodes that depend on each other"), std::string::npos) << faults;
  EXPECT_NE(faults.find("and 49992 more"), std::string::npos) << faults;
}

TEST(HostileImport, faults_are_counted_beyond_a_hundred) {
  ModelBuilder model;
  model.input("x", {2}).output("v0");
  for (int i = 0; i < 1000; ++i) model.node("Tanh", {"nowhere" + std::to_string(i)}, {"v" + std::to_string(i)});
  const auto graph = model.import();
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.faults().size(), 101u);
  EXPECT_EQ(graph.faults().back().message, "900 more faults are not shown");
}

TEST(HostileImport, dimensions_that_nest_without_end) {
  ModelBuilder model;
  model.input("x", {1, 1, "n"}).output("v3000");
  for (int i = 0; i < 3000; ++i) {
    const std::string from = i == 0 ? "x" : "v" + std::to_string(i);
    onnx::NodeProto& node = model.node("MaxPool", {from}, {"v" + std::to_string(i + 1)});
    set_integers(node, "kernel_shape", {3});
    set_integers(node, "strides", {1 + i % 2});
    set_integers(node, "pads", {1 + i % 2, 1});
  }
  const auto start = Clock::now();
  (void)model.import();
  EXPECT_LT(seconds_since(start), kMostSeconds);
}

TEST(HostileImport, shapes_multiplied_by_themselves_without_end) {
  ModelBuilder model;
  model.input("x", {"n", "m"}).output("y");
  model.node("Shape", {"x"}, {"v0"});
  for (int i = 0; i < 300; ++i) {
    const std::string from = "v" + std::to_string(i);
    model.node(i % 3 == 0   ? "Mul"
               : i % 3 == 1 ? "Add"
                            : "Max",
               {from, i % 2 == 0 ? from : "v0"}, {"v" + std::to_string(i + 1)});
  }
  model.node("ConstantOfShape", {"v300"}, {"y"});
  const auto start = Clock::now();
  (void)model.import();
  EXPECT_LT(seconds_since(start), kMostSeconds);
}

TEST(HostileImport, subgraphs_inside_subgraphs) {
  ModelBuilder model;
  model.input("x", {2}).input("flag", {}, onnx::TensorProto::BOOL).output("y");
  onnx::NodeProto* node = &model.node("If", {"flag"}, {"y"});
  for (int depth = 0; depth < 40; ++depth) {
    onnx::NodeProto* inner = nullptr;
    for (const char* name : {"then_branch", "else_branch"}) {
      auto* attribute = node->add_attribute();
      attribute->set_name(name);
      attribute->set_type(onnx::AttributeProto::GRAPH);
      attribute->mutable_g()->add_output()->set_name("r");
      inner = attribute->mutable_g()->add_node();
      ModelBuilder::fill_node(*inner, "Tanh", {"x"}, {"r"});
    }
    inner->set_op_type("If");
    inner->set_input(0, "flag");
    node = inner;
  }
  const auto start = Clock::now();
  (void)model.import();
  EXPECT_LT(seconds_since(start), kMostSeconds);
}

// --- Every operator, with operands and attributes that it does not expect.

TEST(HostileImport, every_operator_takes_any_operands) {
  const std::vector<std::vector<std::string>> kOperands = {
      {},
      {""},
      {"image"},
      {"scalar"},
      {"flag"},
      {"numbers"},
      {"none"},
      {"empty", "empty"},
      {"symbolic", "numbers"},
      {"image", "numbers"},
      {"image", "number", "number"},
      {"image", "index", "index", "index", "index"},
      {"numbers", "numbers", "numbers"},
      {"image", "", "factors"},
      {"image", "scalar", "scalar", "scalar", "scalar"},
      {"image", "image", "image", "image", "image", "image", "image", "image"},
      {"scalar", "scalar", "scalar", "scalar"},
      {"image", "", "", "numbers"},
      {"none", "none", "none", "none"},
      {"flag", "flag", "flag"}};
  const auto start = Clock::now();
  for (const ImportRow& row : onnx_import_table().rows()) {
    for (const auto& operands : kOperands) (void)model_of(row, operands).import();
  }
  EXPECT_LT(seconds_since(start), 10 * kMostSeconds);
}

// Operands that one check of an operator takes and another one refuses: what could not be typed is not looked at afterwards.
TEST(HostileImport, every_operator_takes_mixtures_of_shapes_and_types) {
  const std::vector<std::vector<Dim>> kShapes = {
      {},       {2},        {0},        {16},           {"n"},        {2, 16},
      {16, 48}, {"n", "m"}, {2, 3, 16}, {"n", "m", 16}, {2, 4, 3, 4}, {2, 2, 4, "n", 4}};
  const std::vector<int> kTypes = {onnx::TensorProto::FLOAT, onnx::TensorProto::INT32, onnx::TensorProto::INT64,
                                   onnx::TensorProto::BOOL, onnx::TensorProto::FLOAT16};
  std::mt19937 random(1);
  const auto below = [&](size_t count) { return random() % count; };
  const auto start = Clock::now();
  for (const ImportRow& row : onnx_import_table().rows()) {
    for (int round = 0; round < 30; ++round) {
      std::vector<std::string> operands;
      ModelBuilder inputs;
      for (size_t i = 0, count = 1 + below(8); i < count; ++i) {
        operands.push_back(below(8) == 0 ? "" : "v" + std::to_string(i));
        inputs.input("v" + std::to_string(i), kShapes[below(kShapes.size())], kTypes[below(kTypes.size())]);
      }
      ModelBuilder model = model_of(row, operands);
      model.graph().mutable_input()->MergeFrom(inputs.graph().input());
      onnx::NodeProto& node = *model.graph().mutable_node(0);
      for (const OnnxAttribute& attribute : attributes_of(node, row.since)) {
        if (attribute.name.ends_with("num_heads")) set_attribute(node, attribute, {4});
      }
      (void)model.import();
    }
  }
  EXPECT_LT(seconds_since(start), 10 * kMostSeconds);
}

// The sum of a product that cannot be typed and a bias is not the bias.
TEST(HostileImport, a_product_that_cannot_be_typed_is_reported_once) {
  ModelBuilder model;
  model.proto().add_opset_import()->set_domain("com.microsoft");
  model.proto().mutable_opset_import(1)->set_version(1);
  model.input("x", {2, 3, 16}, onnx::TensorProto::INT32).input("w", {16, 48}).input("b", {48}).output("y");
  onnx::NodeProto& node = model.node("Attention", {"x", "w", "b"}, {"y"});
  node.set_domain("com.microsoft");
  set_integer(node, "num_heads", 4);
  const auto graph = model.import();
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.faults().size(), 1u) << faults_of(graph);
  EXPECT_EQ(graph.faults().front().where, "node \"y_node\" (Attention)");
  EXPECT_EQ(graph.faults().front().kind, "type-mismatch");
}

TEST(HostileImport, every_operator_takes_any_attributes) {
  const auto start = Clock::now();
  for (const ImportRow& row : onnx_import_table().rows()) {
    for (const int64_t value : kAbsurd) {
      for (const char* operand : {"image", "symbolic", "numbers", "scalar"}) {
        ModelBuilder model = model_of(row, {operand, operand, operand});
        add_attributes(*model.graph().mutable_node(0), row.since, value);
        (void)model.import();
      }
    }
  }
  EXPECT_LT(seconds_since(start), 10 * kMostSeconds);
}

// By ONNX's own definitions, whatever the operator's import does with its operands.
TEST(HostileImport, operands_that_share_a_type_must_have_it) {
  int tried = 0;
  for (const OnnxOperator& defined : onnx_operators()) {
    if (onnx_import_table().find("", defined.name, defined.since) == nullptr) continue;
    for (int i = 1; i < std::min(defined.most_operands, 9); ++i) {
      const char letter = shared_type_of(defined, i);
      int like = 0;
      while (like < i && shared_type_of(defined, like) != letter) ++like;
      if (letter == '.' || like == i) continue;
      ModelBuilder model(defined.since);
      std::vector<std::string> operands;
      for (int k = 0; k < std::max(defined.least_operands, i + 1); ++k) {
        operands.push_back("v" + std::to_string(k));
        model.input(operands.back(), {2, 2}, k == i ? onnx::TensorProto::FLOAT16 : onnx::TensorProto::FLOAT);
      }
      model.output("y").node(std::string(defined.name), operands, {"y"});
      const std::string expected =
          fmt::format("operand {}: expected f32 (as operand {}), found f16 [type-mismatch]", i, like);
      EXPECT_NE(faults_of(model.import()).find(expected), std::string::npos)
          << defined.name << " since " << defined.since << ": " << faults_of(model.import());
      ++tried;
    }
  }
  EXPECT_GT(tried, 100);
}

TEST(HostileImport, attributes_of_another_type_are_named) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  set_text(model.node("Concat", {"x", "x"}, {"y"}), "axis", "one");
  EXPECT_NE(faults_of(model.import()).find("attribute \"axis\": expected type INT, found STRING"), std::string::npos);
}

}  // namespace
}  // namespace burin::frontend::test
