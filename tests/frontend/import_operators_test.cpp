// What operators that decompose are imported as: the types of their results, and what is said of those that cannot be.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tests/frontend/evaluate_model.h"
#include "tests/frontend/model_builder.h"

namespace burin::frontend::test {
namespace {

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "expected \"" << part << "\" in:\n" << text;
}

constexpr int kAttentionOpset = 23;

ModelBuilder attention() {
  ModelBuilder model(kAttentionOpset);
  model.input("q", {"b", "s", 24}).input("k", {"b", "t", 8}).input("v", {"b", "t", 8});
  return model;
}

// softmax(cap * tanh(q k / cap) + mask): the mask is not capped, and output 3 can show the scores in between.
TEST(ImportAttention, the_soft_cap_comes_before_the_mask_in_every_version) {
  for (const int opset : {23, 24, 25}) {
    ModelBuilder model(opset);
    model.input("q", {1, 1, 1, 1})
        .input("k", {1, 1, 2, 1})
        .input("v", {1, 1, 2, 1})
        .input("m", {1, 2})
        .output("scores");
    onnx::NodeProto& node = model.node("Attention", {"q", "k", "v", "m"}, {"y", "", "", "scores"});
    set_integer(node, "qk_matmul_output_mode", 2);
    for (const auto& [name, value] : {std::pair("softcap", 2.0F), std::pair("scale", 1.0F)}) {
      auto* attribute = node.add_attribute();
      attribute->set_name(name);
      attribute->set_type(onnx::AttributeProto::FLOAT);
      attribute->set_f(value);
    }
    const std::vector<double> scores = computed(model, {ir::floats({1, 1, 1, 1}, {1}), ir::floats({1, 1, 2, 1}, {3, 1}),
                                                        ir::floats({1, 1, 2, 1}, {1, 2}), ir::floats({1, 2}, {0, 10})});
    ASSERT_EQ(scores.size(), 2u);
    EXPECT_NEAR(scores[0], 2 * std::tanh(1.5), 1e-6);
    EXPECT_NEAR(scores[1], 2 * std::tanh(0.5) + 10, 1e-6);
  }
}

TEST(ImportAttention, heads_of_queries_share_those_of_keys) {
  ModelBuilder model = attention();
  model.output("y");
  onnx::NodeProto& node = model.node("Attention", {"q", "k", "v"}, {"y"});
  set_integer(node, "q_num_heads", 6);
  set_integer(node, "kv_num_heads", 2);
  EXPECT_EQ(output_type(model.import()), "f32[b,s,24]");
}

TEST(ImportAttention, presents_are_the_past_and_what_is_new) {
  ModelBuilder model(kAttentionOpset);
  for (const char* name : {"q", "k", "v"}) model.input(name, {"b", 2, 3, 4});
  for (const char* name : {"pk", "pv"}) model.input(name, {"b", 2, 5, 4});
  model.output("y").output("present");
  model.node("Attention", {"q", "k", "v", "", "pk", "pv"}, {"y", "present"});
  EXPECT_EQ(output_type(model.import(), 1), "f32[b,2,8,4]");
}

TEST(ImportAttention, says_what_divides_no_head) {
  ModelBuilder model = attention();
  model.output("y");
  onnx::NodeProto& node = model.node("Attention", {"q", "k", "v"}, {"y"});
  set_integer(node, "q_num_heads", 5);
  set_integer(node, "kv_num_heads", 2);
  expect_says(faults_of(model.import()), "number of heads: expected a divisor of 24, found 5");
}

TEST(ImportAttention, a_past_comes_with_keys_and_values) {
  ModelBuilder model(kAttentionOpset);
  for (const char* name : {"q", "k", "v", "pk"}) model.input(name, {1, 2, 3, 4});
  model.output("y");
  model.node("Attention", {"q", "k", "v", "", "pk"}, {"y"});
  expect_says(faults_of(model.import()), "expected past_key and past_value together, found one of them");
}

TEST(ImportAttention, a_cache_that_decoders_write_is_refused) {
  ModelBuilder model;
  model.input("q", {1, 3, 8}).input("length", {1}, onnx::TensorProto::INT32).output("y");
  onnx::NodeProto& node = model.node("MultiHeadAttention", {"q", "q", "q", "", "", "", "", "", "length"}, {"y"});
  node.set_domain("com.microsoft");
  set_integer(node, "num_heads", 2);
  expect_says(faults_of(model.import()), "node \"y_node\" (MultiHeadAttention): operands 8 and 9");
}

TEST(ImportAttention, a_packed_operand_has_three_parts) {
  ModelBuilder model;
  model.input("qkv", {1, 2, 1, 2, 4}).output("y");
  onnx::NodeProto& node = model.node("MultiHeadAttention", {"qkv"}, {"y"});
  node.set_domain("com.microsoft");
  set_integer(node, "num_heads", 1);
  expect_says(faults_of(model.import()), "expected a selection within 2 elements, found 1 from 2 by 1");
}

TEST(ImportRotary, an_odd_number_of_elements_has_no_pairs) {
  ModelBuilder model(kAttentionOpset);
  model.input("x", {1, 2, 3, 5}).input("c", {1, 3, 2}).output("y");
  model.node("RotaryEmbedding", {"x", "c", "c"}, {"y"});
  expect_says(faults_of(model.import()), "rotary dimensions: expected an even number up to 5, found 5");
}

// Of halves, 2049 is none: rounded before they are normalized, the sums would be 2048, 2048 and 2050.
TEST(ImportSkipNorm, of_halves_rounds_no_sum_before_it_is_normalized) {
  constexpr int kHalf = onnx::TensorProto::FLOAT16;
  ModelBuilder model(17);
  for (const char* name : {"x", "skip"}) model.input(name, {1, 3}, kHalf);
  for (const char* name : {"scale", "shift"}) model.input(name, {3}, kHalf);
  model.output("y");
  model.node("SkipLayerNormalization", {"x", "skip", "scale", "shift"}, {"y"}).set_domain("com.microsoft");
  const auto halves = [](std::vector<int64_t> dims, std::vector<double> values) {
    return ir::numbers(ir::ElementType::kF16, std::move(dims), std::move(values));
  };
  const std::vector<double> y = computed(model, {halves({1, 3}, {2048, 2048, 2048}), halves({1, 3}, {0, 1, 2}),
                                                 halves({3}, {1, 1, 1}), halves({3}, {0, 0, 0})});
  ASSERT_EQ(y.size(), 3U);
  const double expected[] = {-std::sqrt(1.5), 0, std::sqrt(1.5)};
  for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-3) << "element " << i;
}

// ONNX's type of Mean and InvStdDev is that of the stage that computes them, whatever is normalized.
TEST(ImportLayerNorm, statistics_are_of_the_stage_that_computes_them) {
  for (const int element : {onnx::TensorProto::DOUBLE, onnx::TensorProto::FLOAT16}) {
    ModelBuilder model(17);
    model.input("x", {2, 3}, element).input("scale", {3}, element).output("mean").output("deviation");
    model.node("LayerNormalization", {"x", "scale"}, {"y", "mean", "deviation"});
    EXPECT_EQ(output_type(model.import(), 0), "f32[2,1]");
    EXPECT_EQ(output_type(model.import(), 1), "f32[2,1]");
  }
}

TEST(ImportSqueeze, without_axes_no_rank_depends_on_data) {
  ModelBuilder model;
  model.input("x", {5, 1}).output("y");
  model.node("NonZero", {"x"}, {"places"});
  model.node("Squeeze", {"places"}, {"y"});
  expect_says(faults_of(model.import()),
              "expected axes to squeeze, found none, and a dimension that only execution finds");
}

TEST(ImportPool, an_empty_kernel_is_refused) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).output("y");
  set_integers(model.node("MaxPool", {"x"}, {"y"}), "kernel_shape", {});
  expect_says(faults_of(model.import()), "attribute \"kernel_shape\": expected 2 values, found 0");
}

// --- Attributes and operands as the model calls them.

TEST(ImportTranspose, names_the_attribute_as_the_model_does) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  set_integers(model.node("Transpose", {"x"}, {"y"}), "perm", {0, 1, 2});
  expect_says(faults_of(model.import()), "attribute \"perm\": expected 2 axes, found 3");
}

TEST(ImportTranspose, says_which_axis_is_out_of_range) {
  ModelBuilder model;
  model.input("x", {2, 3}).output("y");
  set_integers(model.node("Transpose", {"x"}, {"y"}), "perm", {0, 2});
  expect_says(faults_of(model.import()), "attribute \"perm\": expected -2 to 1, found 2");
}

TEST(ImportSlice, starts_of_the_wrong_type_are_that_before_they_are_data) {
  ModelBuilder model;
  model.input("x", {4}).input("s", {1}).input("e", {1}).output("y");
  model.node("Slice", {"x", "s", "e"}, {"y"});
  expect_says(faults_of(model.import()), "operand 1 (starts): expected integers, found f32 [type-mismatch]");
}

// --- Indices that are known.

std::string faults_of_indices(const std::string& op_type, const std::vector<int64_t>& indices,
                              const std::vector<Dim>& x) {
  ModelBuilder model(18);
  model.input("x", x).input("updates", {1, 1}).integers("i", indices).integers("one_row", {1, 1}).output("y");
  model.node("Reshape", {"i", "one_row"}, {"rows"});
  std::vector<std::string> operands{"x", op_type == "Gather" ? "i" : "rows"};
  if (op_type.starts_with("Scatter")) operands.emplace_back("updates");
  model.node(op_type, operands, {"y"});
  return faults_of(model.import());
}

TEST(ImportIndices, outside_their_dimension_are_a_fault) {
  for (const std::string op_type : {"Gather", "GatherElements", "GatherND", "ScatterElements"}) {
    for (const int64_t index : {4, -5}) {
      expect_says(faults_of_indices(op_type, {index}, {4, 1}),
                  fmt::format("operand 1: expected indices from -4 to 3 (dimension 0 of operand 0), found {}", index));
    }
    for (const int64_t index : {3, -4}) EXPECT_EQ(faults_of_indices(op_type, {index}, {4, 1}), "");
    EXPECT_EQ(faults_of_indices(op_type, {4}, {"n", 1}), "");
  }
  expect_says(faults_of_indices("ScatterND", {4}, {4, 1}), "found 4 [index-range]");
}

TEST(ImportIndices, of_several_coordinates_are_each_for_a_dimension_of_their_own) {
  ModelBuilder model(18);
  model.input("x", {4, 2}).integers("i", {3, 1, 1, 2}).integers("shape", {2, 2}).output("y");
  model.node("Reshape", {"i", "shape"}, {"rows"});
  model.node("GatherND", {"x", "rows"}, {"y"});
  expect_says(faults_of(model.import()), "expected indices from -2 to 1 (dimension 1 of operand 0), found 2");
}

// --- Operands that are data, where the model declares the result.

TEST(ImportData, axes_that_are_data_need_a_declared_result) {
  ModelBuilder model(18);
  model.input("x", {3, 2, 2}).input("axes", {1}, onnx::TensorProto::INT64).output("y");
  set_integer(model.node("ReduceSum", {"x", "axes"}, {"y"}), "keepdims", 0);
  expect_says(faults_of(model.import()), "operand 1 (axes): expected values known");
}

TEST(ImportData, axes_that_are_data_lead_to_the_declared_result) {
  ModelBuilder model(18);
  model.input("x", {3, 2, 2}).input("axes", {1}, onnx::TensorProto::INT64).output("y", {3, 2});
  set_integer(model.node("ReduceSum", {"x", "axes"}, {"y"}), "keepdims", 0);
  EXPECT_EQ(output_type(model.import()), "f32[3,2]");
}

TEST(ImportData, no_axes_are_known_without_their_values) {
  ModelBuilder model(18);
  model.input("x", {3, 2}).input("axes", {0}, onnx::TensorProto::INT64).output("y");
  model.node("ReduceSum", {"x", "axes"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[1,1]");
}

TEST(ImportData, parts_that_are_data_have_the_declared_sizes) {
  ModelBuilder model;
  model.input("x", {6, 2}).input("split", {2}, onnx::TensorProto::INT64).output("a", {4, 2}).output("b", {2, 2});
  model.node("Split", {"x", "split"}, {"a", "b"});
  EXPECT_EQ(output_type(model.import(), 1), "f32[2,2]");
}

TEST(ImportData, pads_that_are_data_lead_to_the_declared_result) {
  ModelBuilder model;
  model.input("x", {3, 4}).input("pads", {4}, onnx::TensorProto::INT64).output("y", {5, 4});
  model.node("Pad", {"x", "pads"}, {"y"});
  EXPECT_EQ(output_type(model.import()), "f32[5,4]");
}

// --- Element types that are held in wider ones.

TEST(ImportSmallElements, are_inputs_and_results_in_the_type_that_holds_them) {
  ModelBuilder model(24);
  model.input("x", {2}, onnx::TensorProto::INT4).output("y").output("z");
  set_integer(model.node("Cast", {"x"}, {"y"}), "to", onnx::TensorProto::FLOAT8E5M2);
  model.node("CastLike", {"y", "x"}, {"z"});
  const ir::Result<ir::Graph> graph = model.import();
  EXPECT_EQ(output_type(graph, 0), "f16[2]");
  EXPECT_EQ(output_type(graph, 1), "i8[2]");
}

TEST(ImportSmallElements, strings_are_refused_by_name) {
  ModelBuilder model;
  model.input("x", {2}, onnx::TensorProto::STRING).output("y");
  model.node("Identity", {"x"}, {"y"});
  expect_says(faults_of(model.import()),
              "input \"x\": expected a boolean, an integer or a float of at most 64 bits, found STRING");
}

TEST(ImportNormalization, a_vector_of_zeros_stays_zero) {
  ModelBuilder model(22);
  model.input("x", {2, 2}).output("y");
  model.node("LpNormalization", {"x"}, {"y"});
  EXPECT_EQ(computed(model, {ir::floats({2, 2}, {0, 0, 3, 4})}), (std::vector<double>{0, 0, 3.0F / 5, 4.0F / 5}));
}

TEST(ImportReduce, a_nan_is_greatest_and_least) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const char* op : {"ReduceMax", "ReduceMin"}) {
    for (size_t at = 0; at < 9; ++at) {
      ModelBuilder model(11);
      model.input("x", {9}).output("y");
      model.node(op, {"x"}, {"y"});
      std::vector<double> x{1, -2, 3, -4, 5, -6, 7, -8, 9};
      x[at] = kNan;
      const std::vector<double> y = computed(model, {ir::floats({9}, x)});
      EXPECT_TRUE(y.size() == 1 && std::isnan(y[0])) << op << " with a NaN at " << at;
    }
  }
}

TEST(ImportArgReduce, a_nan_is_greatest_and_least) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const char* op : {"ArgMax", "ArgMin"}) {
    for (const int64_t last : {0, 1}) {
      ModelBuilder model;
      model.input("x", {6}).output("y");
      set_integer(model.node(op, {"x"}, {"y"}), "select_last_index", last);
      EXPECT_EQ(computed(model, {ir::floats({6}, {3, kNan, 5, 1, kNan, 7})}),
                (std::vector<double>{last != 0 ? 4.0 : 1.0}));
    }
  }
}

TEST(ImportCompress, a_condition_may_be_longer_than_the_axis) {
  ModelBuilder model;
  model.input("x", {3}).input("c", {5}, onnx::TensorProto::BOOL).output("y");
  set_integer(model.node("Compress", {"x", "c"}, {"y"}), "axis", 0);
  EXPECT_EQ(computed(model, {ir::floats({3}, {1, 2, 3}), ir::numbers(ir::ElementType::kBool, {5}, {0, 1, 1, 1, 1})}),
            (std::vector<double>{2, 3}));
}

// Each step rounds to bytes; the results are ONNX Runtime's.
TEST(ImportResize, bytes_shrink_by_steps_that_round) {
  ModelBuilder model(19);
  model.input("x", {1, 1, 2, 4}, onnx::TensorProto::UINT8).floats("scales", {1, 1, 0.5, 0.5}).output("y");
  onnx::NodeProto& node = model.node("Resize", {"x", "", "scales"}, {"y"});
  set_integer(node, "antialias", 1);
  set_text(node, "mode", "linear");
  const auto shrunk = [&](std::vector<double> bytes) {
    return computed(model, {ir::numbers(ir::ElementType::kU8, {1, 1, 2, 4}, std::move(bytes))});
  };
  EXPECT_EQ(shrunk({0, 255, 10, 20, 30, 40, 50, 61}), (std::vector<double>{67, 50}));
  EXPECT_EQ(shrunk({0, 3, 9, 4, 2, 6, 5, 1}), (std::vector<double>{3, 5}));
}

// 9 elements times 0.6 are 5.4. Up to version 18 the length of the result counts, 5; from 19 on ONNX's cases take 5.4.
TEST(ImportResize, corners_align_by_the_length_that_the_version_says) {
  for (const auto& [opset, places] :
       {std::pair(18, std::vector<double>{0, 2, 4, 6, 8}), std::pair(19, std::vector<double>{0, 2, 4, 5, 7})}) {
    ModelBuilder model(opset);
    model.input("x", {9}).floats("scales", {0.6F}).output("y");
    set_text(model.node("Resize", {"x", "", "scales"}, {"y"}), "coordinate_transformation_mode", "align_corners");
    EXPECT_EQ(computed(model, {ir::floats({9}, {0, 1, 2, 3, 4, 5, 6, 7, 8})}), places) << "opset " << opset;
  }
}

// (1 + 0.5) / 3 - 0.5 is 0 and has to stay 0: a little more, and the next element is the nearest one above.
TEST(ImportResize, whole_coordinates_stay_whole) {
  ModelBuilder model(18);
  model.input("x", {3}).floats("scales", {3}).output("y");
  set_text(model.node("Resize", {"x", "", "scales"}, {"y"}), "nearest_mode", "ceil");
  EXPECT_EQ(computed(model, {ir::floats({3}, {0, 1, 2})}), (std::vector<double>{0, 0, 1, 1, 1, 2, 2, 2, 2}));
}

TEST(ImportWindow, negative_pads_are_refused) {
  for (const char* op : {"Conv", "AveragePool", "MaxPool", "LpPool"}) {
    ModelBuilder model;
    model.input("x", {1, 2, 8}).input("w", {2, 2, 3}).output("y");
    std::vector<std::string> operands{"x"};
    if (std::string(op) == "Conv") operands.push_back("w");
    onnx::NodeProto& node = model.node(op, operands, {"y"});
    if (std::string(op) != "Conv") set_integers(node, "kernel_shape", {3});
    set_integers(node, "pads", {-1, 1});
    expect_says(faults_of(model.import()), "node \"y_node\" (" + std::string(op) +
                                               "): attribute \"pads\": expected 0 or more, found -1 [attribute-range]");
  }
}

TEST(ImportWindow, pads_of_pools_are_smaller_than_the_kernel) {
  ModelBuilder model;
  model.input("x", {1, 2, 8}).output("y");
  onnx::NodeProto& node = model.node("MaxPool", {"x"}, {"y"});
  set_integers(node, "kernel_shape", {2});
  set_integers(node, "pads", {0, 2});
  expect_says(faults_of(model.import()), "attribute \"pads\": expected less than 2 (the kernel's extent), found 2");
}

// 2 * 1 + 0.5 is rounded after 3 has been added: 5.5 to 6, where 2.5 would be rounded to 2.
TEST(ImportQuantizedMath, sums_round_after_the_zero_point_is_added) {
  ModelBuilder model;
  auto* import = model.proto().add_opset_import();
  import->set_domain("com.microsoft");
  import->set_version(1);
  model.input("a", {1}, onnx::TensorProto::UINT8).input("b", {1}, onnx::TensorProto::UINT8).output("y");
  model.input("z", {}, onnx::TensorProto::UINT8);
  model.floats("one", {1}, true).floats("half", {0.5F}, true);
  model.node("QLinearAdd", {"a", "one", "", "b", "half", "", "one", "z"}, {"y"}).set_domain("com.microsoft");
  const auto byte = [](double value, std::vector<int64_t> dims) {
    return ir::numbers(ir::ElementType::kU8, std::move(dims), {value});
  };
  EXPECT_EQ(computed(model, {byte(2, {1}), byte(1, {1}), byte(3, {})}), (std::vector<double>{6}));
}

// --- What is read outside of a tensor.

TEST(ImportGather, nothing_is_chosen_from_an_axis_without_elements) {
  for (const char* op : {"Gather", "GatherElements", "GatherND"}) {
    ModelBuilder model;
    model.input("x", {0, 6}).input("i", {3, 1}, onnx::TensorProto::INT64).output("y");
    model.node(op, {"x", "i"}, {"y"});
    expect_says(faults_of(model.import()),
                "operand 0 \"x\" f32[0,6]: dimension 0: expected elements to choose from, found none [shape-mismatch]");
    ModelBuilder none;
    none.input("x", {0, 6}).input("i", {0, 1}, onnx::TensorProto::INT64).output("y");
    none.node(op, {"x", "i"}, {"y"});
    EXPECT_EQ(faults_of(none.import()), "") << op;
  }
}

TEST(ImportGather, indices_are_nowhere_larger_than_the_data_but_along_the_axis) {
  for (const char* op : {"GatherElements", "ScatterElements"}) {
    const auto model_of_rows = [&](const Dim& rows, const Dim& indices) {
      ModelBuilder model(18);
      model.input("x", {rows, 2})
          .input("i", {indices, 3}, onnx::TensorProto::INT64)
          .input("u", {indices, 3})
          .output("y");
      std::vector<std::string> operands{"x", "i"};
      if (std::string(op) == "ScatterElements") operands.push_back("u");
      set_integer(model.node(op, operands, {"y"}), "axis", 1);
      return model;
    };
    EXPECT_EQ(faults_of(model_of_rows(4, 4).import()), "");
    expect_says(faults_of(model_of_rows(4, 5).import()), "dimension 0: expected at most 4, found 5 [shape-mismatch]");
    const ir::Result<ir::Graph> open = model_of_rows("n", "m").import();
    ASSERT_TRUE(open) << faults_of(open);
    EXPECT_EQ(open->assumptions.size(), 1u);
  }
}

TEST(ImportResize, an_axis_without_elements_is_refused) {
  ModelBuilder model(19);
  model.input("x", {1, 1, 0, 4}).integers("sizes", {1, 1, 8, 8}).output("y");
  model.node("Resize", {"x", "", "", "sizes"}, {"y"});
  expect_says(faults_of(model.import()), "dimension 2: expected elements to choose from, found none");
}

}  // namespace
}  // namespace burin::frontend::test
