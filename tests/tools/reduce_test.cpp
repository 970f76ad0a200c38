// `burin reduce` with checks that look for words in the file, and its edits one by one.
#include <gtest/gtest.h>
#include <onnx/onnx-ml.pb.h>

#include <string>
#include <vector>

#include "tests/frontend/hostile_bytes.h"
#include "tests/tools/process.h"
#include "tools/burin/reduce/check_command.h"
#include "tools/burin/reduce/model_edits.h"

namespace burin::tools {
namespace {

void set_type(onnx::ValueInfoProto& value, const std::string& name, std::vector<int64_t> dims) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

void add_node(NodeList& nodes, const std::string& op, const std::vector<std::string>& operands,
              const std::string& result) {
  onnx::NodeProto& node = *nodes.Add();
  node.set_op_type(op);
  for (const std::string& operand : operands) node.add_input(operand);
  node.add_output(result);
}

// x [4, 6] through eight Relus, an Erf in their middle and a sum with an initializer.
onnx::ModelProto chain() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  onnx::OperatorSetIdProto& opset = *model.add_opset_import();
  opset.set_version(17);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("chain");
  set_type(*graph.add_input(), "x", {4, 6});
  std::string last = "x";
  for (int i = 0; i < 8; ++i) {
    const std::string next = "t" + std::to_string(i);
    add_node(*graph.mutable_node(), i == 4 ? "Erf" : "Relu", {last}, next);
    last = next;
  }
  onnx::TensorProto& weight = *graph.add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(6);
  for (int i = 0; i < 6; ++i) weight.add_float_data(1.5F);
  add_node(*graph.mutable_node(), "Add", {last, "w"}, "y");
  set_type(*graph.add_output(), "y", {4, 6});
  return model;
}

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return model;
}

TEST(Reduce, leaves_the_operator_that_the_check_looks_for) {
  const Scratch scratch;
  scratch.write("model.onnx", chain().SerializeAsString());
  const Finished done =
      run_burin({"reduce", "model.onnx", "--check", "grep -q Erf {}", "-o", "small.onnx"}, scratch.path());
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(done.output.find("9 nodes became 1 in "), 0u) << done.output;
  const onnx::ModelProto small = parsed(scratch.read("small.onnx"));
  ASSERT_EQ(small.graph().node_size(), 1);
  EXPECT_EQ(small.graph().node(0).op_type(), "Erf");
  EXPECT_EQ(small.graph().initializer_size() + small.graph().input_size(), 1);
}

TEST(Reduce, leaves_a_model_that_burin_compiles_when_the_check_asks_for_it) {
  const Scratch scratch;
  scratch.write("model.onnx", chain().SerializeAsString());
  const std::string check = "grep -q Erf {} && " + test::burin_executable() + " compile {} --emit loops";
  const Finished done = run_burin({"reduce", "model.onnx", "--check", check, "-o", "small.onnx"}, scratch.path());
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(done.output.find("9 nodes became 1 in "), 0u) << done.output;
  EXPECT_EQ(run_burin({"compile", "small.onnx", "--emit", "loops"}, scratch.path()).exit_code, 0);
}

TEST(Reduce, gives_the_same_model_every_time) {
  const Scratch scratch;
  scratch.write("model.onnx", chain().SerializeAsString());
  for (const char* file : {"a.onnx", "b.onnx"}) {
    ASSERT_EQ(run_burin({"reduce", "model.onnx", "--check", "grep -q Add", "-o", file}, scratch.path()).exit_code, 0);
  }
  EXPECT_EQ(scratch.read("a.onnx"), scratch.read("b.onnx"));
}

TEST(Reduce, refuses_a_model_that_the_check_does_not_find_at_fault) {
  const Scratch scratch;
  scratch.write("model.onnx", chain().SerializeAsString());
  scratch.write("text.onnx", "not a model");
  EXPECT_EQ(run_burin({"reduce", "model.onnx", "--check", "false", "-o", "small.onnx"}, scratch.path()).exit_code, 1);
  EXPECT_EQ(run_burin({"reduce", "text.onnx", "--check", "true", "-o", "small.onnx"}, scratch.path()).exit_code, 1);
  EXPECT_EQ(run_burin({"reduce", "model.onnx", "-o", "small.onnx"}, scratch.path()).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "small.onnx"));
}

TEST(Reduce, quotes_the_path_for_the_shell) {
  EXPECT_EQ(shell_command("check", "a b"), "check 'a b'");
  EXPECT_EQ(shell_command("check {} -x {}", "it's"), "check 'it'\\''s' -x 'it'\\''s'");
}

TEST(Reduce, ends_a_check_that_takes_too_long) {
  const ir::Result<bool> found = still_has_fault("sleep 100; true", "x", 0.05);
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST(ModelEdits, nodes_that_are_dropped_become_inputs) {
  onnx::ModelProto model = chain();
  TensorTypes types;
  set_type(*model.mutable_graph()->add_value_info(), "t4", {4, 6});
  types["t4"] = model.graph().value_info(0).type();
  const std::vector<int> first_five = {0, 1, 2, 3, 4};
  ASSERT_TRUE(drop_nodes(model, first_five, types));
  EXPECT_EQ(model.graph().node_size(), 4);
  EXPECT_EQ(model.graph().input(1).name(), "t4");
  EXPECT_FALSE(drop_nodes(model, std::vector<int>{3}, types));  // no output is left
}

TEST(ModelEdits, dimensions_shrink_with_the_tensors_that_have_them) {
  onnx::ModelProto model = chain();
  make_raw(*model.mutable_graph()->mutable_initializer(0));
  EXPECT_EQ(dimensions_of(model), (std::vector<int64_t>{6, 4}));
  shrink_dimension(model, 6, 2, true);
  EXPECT_EQ(model.graph().initializer(0).dims(0), 2);
  EXPECT_EQ(model.graph().initializer(0).raw_data().size(), 8u);
  EXPECT_EQ(model.graph().input(0).type().tensor_type().shape().dim(1).dim_value(), 2);
}

TEST(ModelEdits, a_branch_is_inlined_without_clashes_of_names) {
  onnx::ModelProto model = chain();
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::NodeProto node;
  node.set_op_type("If");
  node.add_input("condition");
  node.add_output("z");
  onnx::AttributeProto& branch = *node.add_attribute();
  branch.set_name("then_branch");
  branch.set_type(onnx::AttributeProto::GRAPH);
  add_node(*branch.mutable_g()->mutable_node(), "Neg", {"y"}, "t0");
  branch.mutable_g()->add_output()->set_name("t0");
  *graph.add_node() = node;
  ASSERT_TRUE(inline_body(model, 9, 0));
  ASSERT_EQ(graph.node_size(), 11);
  EXPECT_EQ(graph.node(9).op_type(), "Neg");
  EXPECT_EQ(graph.node(9).input(0), "y");
  EXPECT_EQ(graph.node(9).output(0), "z/t0");
  EXPECT_EQ(graph.node(10).output(0), "z");
  EXPECT_FALSE(inline_body(model, 0, 0));
}

}  // namespace
}  // namespace burin::tools
