// What models compute from shapes is known when they are imported, with symbols in the place of numbers.
#include <gtest/gtest.h>

#include "ir/graph/op.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

TEST(ShapeFolding, shape_gather_unsqueeze_concat_reshape) {
  ModelBuilder model(11);
  model.input("x", {"batch", "sequence", 768})
      .integers("zero", {0}, true)
      .integers("one", {1}, true)
      .integers("heads", {12, 64})
      .output("y");
  model.node("Shape", {"x"}, {"s"});
  model.node("Gather", {"s", "zero"}, {"b"});
  model.node("Gather", {"s", "one"}, {"n"});
  set_integers(model.node("Unsqueeze", {"b"}, {"b1"}), "axes", {0});
  set_integers(model.node("Unsqueeze", {"n"}, {"n1"}), "axes", {0});
  set_integer(model.node("Concat", {"b1", "n1", "heads"}, {"to"}), "axis", 0);
  model.node("Reshape", {"x", "to"}, {"y"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[batch,sequence,12,64]");
  EXPECT_TRUE(graph->assumptions.empty());
}

TEST(ShapeFolding, minus_one_is_the_quotient) {
  ModelBuilder model;
  model.input("x", {"batch", 12, "sequence", 64}).integers("to", {0, -1, 768}).output("y");
  set_integers(model.node("Transpose", {"x"}, {"t"}), "perm", {0, 2, 1, 3});
  model.node("Reshape", {"t", "to"}, {"y"});
  const auto graph = model.import();
  EXPECT_EQ(output_type(graph), "f32[batch,sequence,768]");
  EXPECT_TRUE(graph->assumptions.empty());
}

TEST(ShapeFolding, reshape_that_loses_elements_says_both_numbers) {
  ModelBuilder model;
  model.input("x", {2, 6}).integers("to", {5, -1}).output("y");
  model.node("Reshape", {"x", "to"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("elements of operand 0 \"x\" f32[2,6] as [5,2]: expected 12, found 10"),
            std::string::npos)
      << faults_of(model.import());
}

TEST(ShapeFolding, slices_of_shapes) {
  ModelBuilder model;
  model.input("x", {"n", "c", "h", "w"}).integers("start", {-2}).integers("end", {INT64_MAX}).output("y");
  model.node("Shape", {"x"}, {"s"});
  model.node("Slice", {"s", "start", "end"}, {"y"});
  EXPECT_EQ(output_elements(model.import()), "{h,w}");
}

// What a pixel of two channels and 2 by 2 elements, numbered in order, becomes; by ONNX's reference evaluator.
std::string space_to_depth(const std::string& mode) {
  constexpr int kModeSince = 28;
  ModelBuilder model(kModeSince);
  model.integers("numbers", {0, 1, 2, 3, 4, 5, 6, 7}).integers("shape", {1, 2, 2, 2}).integers("flat", {8}).output("y");
  model.node("Reshape", {"numbers", "shape"}, {"x"});
  onnx::NodeProto& node = model.node("SpaceToDepth", {"x"}, {"depth"});
  set_integer(node, "blocksize", 2);
  set_text(node, "mode", mode);
  model.node("Reshape", {"depth", "flat"}, {"y"});
  return output_elements(model.import());
}

TEST(ShapeFolding, space_to_depth_puts_blocks_first_or_channels) {
  EXPECT_EQ(space_to_depth("DCR"), "{0,4,1,5,2,6,3,7}");
  EXPECT_EQ(space_to_depth("CRD"), "{0,1,2,3,4,5,6,7}");
  EXPECT_NE(space_to_depth("RCD").find("expected DCR or CRD, found \"RCD\""), std::string::npos);
}

TEST(ShapeFolding, shape_with_start_and_end) {
  ModelBuilder model;
  model.input("x", {"n", "c", "h", "w"}).output("y");
  onnx::NodeProto& shape = model.node("Shape", {"x"}, {"y"});
  set_integer(shape, "start", 1);
  set_integer(shape, "end", -1);
  EXPECT_EQ(output_elements(model.import()), "{c,h}");
}

TEST(ShapeFolding, size_is_a_product) {
  ModelBuilder model;
  model.input("x", {"n", 3, 4}).output("y");
  model.node("Size", {"x"}, {"y"});
  EXPECT_EQ(output_elements(model.import()), "{*(n,12)}");
}

TEST(ShapeFolding, slice_bounds_with_symbols) {
  ModelBuilder model;
  model.input("x", {"n", 10}).integers("start", {1, -4}).integers("end", {INT64_MAX, -1}).output("y");
  model.node("Slice", {"x", "start", "end"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[-(n,1),3]");
}

TEST(ShapeFolding, slice_backwards) {
  ModelBuilder model;
  model.input("x", {"n"})
      .integers("start", {-1})
      .integers("end", {INT64_MIN})
      .integers("axes", {0})
      .integers("steps", {-1})
      .output("y");
  model.node("Slice", {"x", "start", "end", "axes", "steps"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[n]");
}

TEST(ShapeFolding, constant_of_shape_of_any_size_is_free) {
  ModelBuilder model;
  model.integers("shape", {1000000, 1000000}).output("y");
  model.node("ConstantOfShape", {"shape"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[1000000,1000000]");
}

TEST(ShapeFolding, constant_of_shape_that_overflows_is_refused) {
  ModelBuilder model;
  model.integers("shape", {1LL << 40, 1LL << 40}).output("y");
  model.node("ConstantOfShape", {"shape"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("tensor-too-large"), std::string::npos);
}

TEST(ShapeFolding, a_dimension_that_overflows_is_refused_with_its_sum) {
  ModelBuilder model;
  model.input("x", {2}).integers("pads", {1LL << 62, 1LL << 62}).output("y");
  model.node("Pad", {"x", "pads"}, {"y"});
  const std::string faults = faults_of(model.import());
  EXPECT_NE(faults.find("expected dimensions of at most 9223372036854775807, found 4611686018427387906 + "
                        "4611686018427387904 [tensor-too-large]"),
            std::string::npos)
      << faults;
}

std::string_view first_op(const ir::Result<ir::Graph>& graph) {
  return graph ? graph->ops[graph->main().ops.front()].info->name : "";
}

TEST(ShapeFolding, a_pad_of_nothing_is_its_operand) {
  ModelBuilder model;
  model.input("x", {2}).integers("pads", {0, 0}).output("y");
  model.node("Pad", {"x", "pads"}, {"y"});
  EXPECT_EQ(first_op(model.import()), "identity");
}

TEST(ShapeFolding, a_pad_that_keeps_the_size_still_shifts) {
  ModelBuilder model;
  model.input("x", {2}).integers("pads", {1, -1}).output("y");
  model.node("Pad", {"x", "pads"}, {"y"});
  EXPECT_EQ(first_op(model.import()), "pad");
}

// As YOLO's anchors are exported: a size, cast to float, is the limit of a Range of floats.
TEST(ShapeFolding, a_range_of_floats_may_end_at_a_dimension) {
  ModelBuilder model;
  model.input("x", {"n", 4}).integers("which", {0}, true).output("y");
  model.floats("start", {0}, true).floats("delta", {0.5}, true);
  model.node("Shape", {"x"}, {"s"});
  model.node("Gather", {"s", "which"}, {"d"});
  set_integer(model.node("Cast", {"d"}, {"limit"}), "to", onnx::TensorProto::FLOAT);
  model.node("Range", {"start", "limit", "delta"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[*(n,2)]");
}

TEST(ShapeFolding, a_range_of_floats_counts_its_steps) {
  for (const auto& [limit, delta, count] : {std::tuple{1.0F, 0.3F, 4}, {-1.0F, -0.25F, 4}, {-1.0F, 0.25F, 0}}) {
    ModelBuilder model;
    model.floats("start", {0}, true).floats("limit", {limit}, true).floats("delta", {delta}, true).output("y");
    model.node("Range", {"start", "limit", "delta"}, {"y"});
    EXPECT_EQ(output_type(model.import()), fmt::format("f32[{}]", count)) << limit << " by " << delta;
  }
}

TEST(ShapeFolding, a_range_by_steps_of_nothing_is_refused) {
  ModelBuilder model;
  model.integers("start", {0}, true).integers("end", {9}, true).integers("step", {0}, true).output("y");
  model.node("Range", {"start", "end", "step"}, {"y"});
  EXPECT_NE(faults_of(model.import()).find("expected a step other than 0, found 0"), std::string::npos);
}

}  // namespace
}  // namespace burin::frontend::test
