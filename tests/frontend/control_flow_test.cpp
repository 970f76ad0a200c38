// If, Loop and Scan, sequences and optionals.
#include <gtest/gtest.h>

#include <algorithm>

#include "ir/expr/walk.h"
#include "ir/graph/op.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in:\n" << text;
}

onnx::GraphProto& add_graph(onnx::NodeProto& node, const std::string& name) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::GRAPH);
  attribute->mutable_g()->set_name(name);
  return *attribute->mutable_g();
}

onnx::GraphProto& add_branch(onnx::NodeProto& node, const std::string& name, const std::string& op_type,
                             const std::vector<std::string>& inputs) {
  onnx::GraphProto& graph = add_graph(node, name);
  ModelBuilder::add_node(graph, op_type, inputs, {"result"});
  graph.add_output()->set_name("result");
  return graph;
}

ModelBuilder model_with_if(const std::string& then_type, const std::string& else_type) {
  ModelBuilder model;
  model.input("x", {2, 3}).input("flag", {}, onnx::TensorProto::BOOL).output("y");
  onnx::NodeProto& node = model.node("If", {"flag"}, {"y"});
  add_branch(node, "then_branch", then_type, {"x"});
  add_branch(node, "else_branch", else_type, {"x"});
  return model;
}

TEST(ImportIf, branches_become_regions_that_see_the_values_around_them) {
  const auto graph = model_with_if("Transpose", "Transpose").import();
  EXPECT_EQ(output_type(graph), "f32[3,2]");
  const ir::Op& op = graph->ops[graph->main().ops[0]];
  EXPECT_EQ(op.info->name, "if");
  ASSERT_EQ(op.regions.size(), 2u);
  EXPECT_EQ(graph->regions[op.regions[0]].ops.size(), 1u);
}

TEST(ImportIf, dimensions_that_differ_are_known_only_while_running) {
  const auto graph = model_with_if("Transpose", "Identity").import();
  ASSERT_TRUE(graph) << faults_of(graph);
  EXPECT_EQ(output_type(graph), "f32[y_node.value.d0,y_node.value.d1]");
  EXPECT_EQ(graph->opaque_symbols.size(), 2u);
}

TEST(ImportIf, a_known_condition_leaves_one_branch) {
  ModelBuilder model;
  model.input("x", {"n", 3}).integers("last", {1}, true).integers("three", {3}, true).output("y");
  model.node("Shape", {"x"}, {"s"});
  model.node("Gather", {"s", "last"}, {"d"});
  model.node("Equal", {"d", "three"}, {"flag"});
  onnx::NodeProto& node = model.node("If", {"flag"}, {"y"});
  add_branch(node, "then_branch", "Transpose", {"x"});
  add_branch(node, "else_branch", "NoSuchOperator", {"x"});
  EXPECT_EQ(output_type(model.import()), "f32[3,n]");
}

TEST(ImportIf, a_squeeze_that_depends_on_a_dimension_assumes_it) {
  ModelBuilder model;
  model.input("x", {"n", 3}).integers("first", {0}, true).integers("one", {1}, true).integers("axes", {0}).output("y");
  model.node("Shape", {"x"}, {"s"});
  model.node("Gather", {"s", "first"}, {"d"});
  model.node("Equal", {"d", "one"}, {"flag"});
  onnx::NodeProto& node = model.node("If", {"flag"}, {"y"});
  add_branch(node, "then_branch", "Squeeze", {"x", "axes"});
  add_branch(node, "else_branch", "Identity", {"x"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[3]");
  ASSERT_FALSE(graph->assumptions.empty());
  EXPECT_EQ(text_of(graph->assumptions[0].dimensions.left), "n");
  EXPECT_EQ(text_of(graph->assumptions[0].dimensions.right), "1");
}

TEST(ImportIf, names_may_be_those_of_the_graph_around) {
  ModelBuilder model = model_with_if("Transpose", "Transpose");
  onnx::GraphProto& branch = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  branch.clear_node();
  ModelBuilder::add_node(branch, "Transpose", {"x"}, {"y"});  // as the If's own output
  ModelBuilder::add_node(branch, "Identity", {"y"}, {"result"});
  EXPECT_EQ(output_type(model.import()), "f32[3,2]");
}

TEST(ImportIf, a_fault_in_a_branch_is_located_there) {
  expect_says(faults_of(model_with_if("NoSuchOperator", "Identity").import()), "node \"result_node\" (NoSuchOperator)");
}

ModelBuilder model_with_loop(const std::vector<Dim>& initial) {
  ModelBuilder model;
  model.input("x", initial).integers("trips", {5}, true).output("last").output("all");
  onnx::GraphProto& body = add_graph(model.node("Loop", {"trips", "", "x"}, {"last", "all"}), "body");
  ModelBuilder::declare(*body.add_input(), "i", {}, onnx::TensorProto::INT64);
  ModelBuilder::declare(*body.add_input(), "go", {}, onnx::TensorProto::BOOL);
  ModelBuilder::declare(*body.add_input(), "v", initial, onnx::TensorProto::FLOAT);
  for (const char* name : {"go_on", "next", "part"}) body.add_output()->set_name(name);
  ModelBuilder::add_node(body, "Identity", {"go"}, {"go_on"});
  ModelBuilder::add_node(body, "Identity", {"v"}, {"part"});
  return model;
}

TEST(ImportLoop, carries_values_and_stacks_what_it_collects) {
  ModelBuilder model = model_with_loop({"n", 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  ModelBuilder::add_node(body, "Tanh", {"v"}, {"next"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph, 0), "f32[n,3]");
  EXPECT_EQ(output_type(graph, 1), "f32[5,n,3]");
}

TEST(ImportLoop, a_value_that_grows_gets_a_dimension_of_its_own) {
  ModelBuilder model = model_with_loop({2, 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  set_integer(ModelBuilder::add_node(body, "Concat", {"v", "x"}, {"next"}), "axis", 0);
  model.graph().mutable_output()->RemoveLast();
  model.graph().mutable_node(0)->mutable_output()->RemoveLast();
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  EXPECT_EQ(text_of(graph->values[graph->main().yields[0]].type), "f32[last_node.value.d0,3]");
}

TEST(ImportLoop, growth_is_bounded_by_the_iterations) {
  ModelBuilder model = model_with_loop({2, 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  set_integer(ModelBuilder::add_node(body, "Concat", {"v", "x"}, {"next"}), "axis", 0);
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  const ir::Region& region = graph->regions[graph->ops[graph->main().ops[0]].regions[0]];
  const ir::Expr rows = graph->values[region.parameters[2]].type.shape[0];
  EXPECT_EQ(rows->high, 2 + 5 * 2);  // 5 iterations add 2 rows each
}

// As running sums are exported: the dimension that the iteration decides is 1 each time, which only running shows.
TEST(ImportLoop, a_value_added_to_a_slice_by_the_iteration_keeps_its_dimension) {
  ModelBuilder model = model_with_loop({1, 3});
  model.integers("zero", {0}, true).integers("one", {1}, true).input("rows", {3, 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  ModelBuilder::add_node(body, "Unsqueeze", {"i", "zero"}, {"start"});
  ModelBuilder::add_node(body, "Add", {"start", "one"}, {"end"});
  ModelBuilder::add_node(body, "Slice", {"rows", "start", "end"}, {"row"});
  ModelBuilder::add_node(body, "Add", {"v", "row"}, {"next"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  const auto has_regions = [&](ir::OpId id) { return !graph->ops[id].regions.empty(); };
  const auto loop = std::ranges::find_if(graph->main().ops, has_regions);
  ASSERT_NE(loop, graph->main().ops.end());
  const ir::Region& region = graph->regions[graph->ops[*loop].regions[0]];
  const ir::Expr rows = graph->values[region.parameters[2]].type.shape[0];
  ir::for_each_node((*graph->pool)[ir::variable_of(rows)].extent, [&](ir::Expr e) { EXPECT_NE(e, rows); });
}

TEST(ImportLoop, a_slice_follows_the_count_of_iterations) {
  ModelBuilder model = model_with_loop({6, 3});
  model.integers("zero", {0}, true);
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  body.mutable_node()->RemoveLast();
  ModelBuilder::add_node(body, "Unsqueeze", {"i", "zero"}, {"end"});
  ModelBuilder::add_node(body, "Slice", {"x", "zero", "end"}, {"rows"});
  ModelBuilder::add_node(body, "ReduceSum", {"rows", "zero"}, {"part"});
  ModelBuilder::add_node(body, "Identity", {"v"}, {"next"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  EXPECT_EQ(output_type(graph, 1), "f32[5,1,3]");
}

TEST(ImportLoop, what_a_body_assumes_holds_where_it_runs) {
  ModelBuilder model = model_with_loop({"n", 3});
  model.input("w", {"m", 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  ModelBuilder::add_node(body, "Add", {"v", "w"}, {"next"});
  const auto graph = model.import();
  ASSERT_TRUE(graph) << faults_of(graph);
  ASSERT_FALSE(graph->assumptions.empty());
  for (const ir::Assumption& assumed : graph->assumptions) EXPECT_TRUE(assumed.region.valid());
}

TEST(ImportLoop, an_element_type_that_changes_is_a_fault) {
  ModelBuilder model = model_with_loop({2, 3});
  onnx::GraphProto& body = *model.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  set_integer(ModelBuilder::add_node(body, "Cast", {"v"}, {"next"}), "to", onnx::TensorProto::INT32);
  expect_says(faults_of(model.import()), "carried value 0: expected f32 as at the start, found i32");
}

TEST(ImportScan, walks_an_axis_backwards) {
  ModelBuilder model;
  model.input("h", {4}).input("x", {4, "t"}).output("last").output("all");
  onnx::NodeProto& node = model.node("Scan", {"h", "x"}, {"last", "all"});
  set_integer(node, "num_scan_inputs", 1);
  set_integers(node, "scan_input_axes", {1});
  set_integers(node, "scan_input_directions", {1});
  set_integers(node, "scan_output_axes", {-1});
  onnx::GraphProto& body = add_graph(node, "body");
  ModelBuilder::declare(*body.add_input(), "state", {4}, onnx::TensorProto::FLOAT);
  ModelBuilder::declare(*body.add_input(), "step", {4}, onnx::TensorProto::FLOAT);
  for (const char* name : {"sum", "copy"}) body.add_output()->set_name(name);
  ModelBuilder::add_node(body, "Add", {"state", "step"}, {"sum"});
  ModelBuilder::add_node(body, "Identity", {"sum"}, {"copy"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph, 0), "f32[4]");
  EXPECT_EQ(output_type(graph, 1), "f32[4,t]");
}

TEST(ImportSequence, a_split_is_a_sequence_of_slices) {
  ModelBuilder model;
  model.input("x", {6, 3}).integers("two", {2}, true).integers("last", {-1}, true).output("y");
  model.node("SplitToSequence", {"x", "two"}, {"parts"});
  model.node("SequenceAt", {"parts", "last"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[2,3]");
}

TEST(ImportSequence, positions_count_as_in_onnx) {
  ModelBuilder model;
  model.input("x", {1}).input("y", {2}).integers("back", {-1}, true).output("z");
  model.node("SequenceConstruct", {"x", "x"}, {"s"});
  model.node("SequenceInsert", {"s", "y", "back"}, {"t"});
  set_integer(model.node("ConcatFromSequence", {"t"}, {"z"}), "axis", 0);
  EXPECT_EQ(output_type(model.import()), "f32[4]");
}

TEST(ImportSequence, a_sequence_where_a_tensor_belongs_is_named) {
  ModelBuilder model;
  model.input("x", {1}).output("z");
  model.node("SequenceConstruct", {"x", "x"}, {"s"});
  model.node("Tanh", {"s"}, {"z"});
  expect_says(faults_of(model.import()), "node \"z_node\" (Tanh): expected tensors as operands, found a sequence");
}

}  // namespace
}  // namespace burin::frontend::test
