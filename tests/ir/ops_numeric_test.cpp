#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "ir/ops/rows.h"
#include "tests/ir/op_evaluation.h"

namespace burin::ir {
namespace {

using Numbers = std::vector<double>;
using PoolPointer = std::shared_ptr<ExprPool>;
using Dims = std::vector<int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Literal> results_of(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {},
                                PoolPointer pool = std::make_shared<ExprPool>()) {
  Result<std::vector<Literal>> results = evaluate_op(info, operands, std::move(attributes), std::move(pool));
  if (results) return *results;
  ADD_FAILURE() << info.name << ": " << text_of(results.faults());
  return std::vector<Literal>(static_cast<size_t>(info.results));
}
Numbers result_of(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {},
                  PoolPointer pool = std::make_shared<ExprPool>()) {
  return values_of(results_of(info, std::move(operands), std::move(attributes), std::move(pool))[0]);
}
std::string fault_of(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {},
                     PoolPointer pool = std::make_shared<ExprPool>()) {
  Result<std::vector<Literal>> results = evaluate_op(info, operands, std::move(attributes), std::move(pool));
  return results ? "no fault" : results.faults()[0].kind;
}

Literal counting(Dims dims) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  Numbers values;
  for (int64_t i = 1; i <= count; ++i) values.push_back(static_cast<double>(i));
  return floats(std::move(dims), std::move(values));
}

// Attributes of windows with `pad` at both ends.
std::vector<Expr> pads(ExprPool& pool, size_t spatial, int64_t pad) {
  return std::vector<Expr>(2 * spatial, pool.integer(pad));
}

TEST(NumericRows, all_say_what_they_compute_and_are_found_by_name) {
  for (const OpInfo* op : all_ops()) {
    EXPECT_FALSE(op->doc.empty()) << op->name;
    EXPECT_NE(op->infer, nullptr) << op->name;
    EXPECT_EQ(op_named(op->name), op) << op->name;
  }
}

TEST(Relu, passes_nan_through) {
  const Numbers y = result_of(kRelu, {floats({3}, {-1, 2, kNan})});
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], 2);
  EXPECT_TRUE(std::isnan(y[2]));
}

TEST(Div, of_integers_truncates_and_survives_zero) {
  const Numbers y = result_of(kDiv, {integers({4}, {7, -7, 7, 7}), integers({4}, {2, 2, 0, -1})});
  EXPECT_EQ(y, (Numbers{3, -3, 0, -7}));
}

TEST(Div, of_the_least_integer_by_minus_one_wraps) {
  const Literal least = numbers(ElementType::kI32, {1}, {-2147483648.0});
  EXPECT_EQ(result_of(kDiv, {least, numbers(ElementType::kI32, {1}, {-1})}), (Numbers{-2147483648.0}));
}

TEST(Mod, takes_the_sign_of_the_divisor_and_fmod_that_of_the_dividend) {
  const std::vector<Literal> operands{integers({4}, {5, -5, 5, -5}), integers({4}, {3, 3, -3, -3})};
  EXPECT_EQ(result_of(kMod, operands), (Numbers{2, 1, -1, -2}));
  EXPECT_EQ(result_of(kFmod, operands), (Numbers{2, -2, 2, -2}));
}

TEST(Mod, of_floats_is_a_zero_with_the_sign_of_the_divisor) {
  const Numbers y = result_of(kMod, {floats({5}, {6, 6, -6, -0.0, -1}), floats({5}, {3, -3, 3, -3, kInfinity})});
  EXPECT_EQ(y, (Numbers{0, 0, 0, 0, kInfinity}));
  const bool negative[] = {false, true, false, true, false};
  for (size_t i = 0; i < y.size(); ++i) EXPECT_EQ(std::signbit(y[i]), negative[i]) << "element " << i;
}

TEST(ShiftRight, fills_with_signs_and_by_a_width_or_less_than_nothing_leaves_only_them) {
  const auto shifted = [](ElementType element) {
    const Literal a = numbers(element, {4}, {100, 100, 100, 100});
    const Literal negative = numbers(element, {4}, {-100, -100, -100, -100});
    const Literal by = numbers(element, {4}, {2, 32, 77, -1});
    return std::pair(result_of(kShiftRight, {a, by}), result_of(kShiftRight, {negative, by}));
  };
  EXPECT_EQ(shifted(ElementType::kI32), std::pair(Numbers{25, 0, 0, 0}, Numbers{-25, -1, -1, -1}));
  EXPECT_EQ(shifted(ElementType::kI8), std::pair(Numbers{25, 0, 0, 0}, Numbers{-25, -1, -1, -1}));
}

TEST(Fmod, of_floats_is_exact_for_great_quotients_and_infinite_divisors) {
  const Literal a = floats({3}, {1e10, 7, -3.5});
  EXPECT_EQ(result_of(kFmod, {a, floats({3}, {3, kInfinity, 2})}), (Numbers{1, 7, -1.5}));
}

TEST(Max, yields_a_nan_from_either_side) {
  const Numbers y = result_of(kMax, {floats({2}, {kNan, 1}), floats({2}, {1, kNan})});
  EXPECT_TRUE(std::isnan(y[0]));
  EXPECT_TRUE(std::isnan(y[1]));
}

TEST(Clip, of_crossed_bounds_is_the_upper_one) {
  EXPECT_EQ(result_of(kClip, {floats({2}, {-9, 9}), floats({}, {2}), floats({}, {1})}), (Numbers{1, 1}));
}

TEST(Clip, leaves_out_a_missing_lower_bound) {
  EXPECT_EQ(result_of(kClip, {floats({2}, {-9, 9}), Literal{}, floats({}, {1})}), (Numbers{-9, 1}));
}

TEST(Add, broadcasts) {
  EXPECT_EQ(result_of(kAdd, {floats({2, 1}, {10, 20}), floats({3}, {1, 2, 3})}), (Numbers{11, 12, 13, 21, 22, 23}));
}

TEST(Add, refuses_shapes_that_do_not_broadcast) {
  EXPECT_EQ(fault_of(kAdd, {floats({2}, {1, 2}), floats({3}, {1, 2, 3})}), "shape-mismatch");
}

TEST(Less, of_a_known_and_an_unknown_i32_is_not_known) {
  Graph graph;
  graph.body = graph.regions.add({});
  const ValueId known = graph.add_constant("known", numbers(ElementType::kI32, {1}, {0}));
  const ValueId unknown = graph.add_value("unknown", {ElementType::kI32, {graph.pool->integer(1)}});
  const OpId less = graph.add_op(graph.body, kLess, {known, unknown}, {}, {"y"}, "op");
  EXPECT_TRUE(infer_types(graph, less));
  EXPECT_FALSE(graph.values[graph.ops[less].results[0]].elements.has_value());
}

TEST(Cast, of_floats_truncates_and_saturates) {
  EXPECT_EQ(result_of(kCast, {floats({3}, {-1.5, 1.9, 300})}, Attributes(Cast{ElementType::kI8})),
            (Numbers{-1, 1, 127}));
}

TEST(Reduce, over_an_axis_keeps_or_drops_it) {
  const std::vector<Literal> kept = results_of(kReduceSum, {counting({2, 3})}, Attributes(Reduce{{1}, true}));
  EXPECT_EQ(kept[0].dims, (Dims{2, 1}));
  EXPECT_EQ(values_of(kept[0]), (Numbers{6, 15}));
  EXPECT_EQ(results_of(kReduceMax, {counting({2, 3})}, Attributes(Reduce{{0}, false}))[0].dims, (Dims{3}));
}

TEST(Reduce, over_nothing_starts_from_the_identity) {
  EXPECT_EQ(result_of(kReduceMax, {floats({2, 0}, {})}, Attributes(Reduce{{1}, false})),
            (Numbers{-kInfinity, -kInfinity}));
  EXPECT_EQ(result_of(kReduceProd, {floats({2, 0}, {})}, Attributes(Reduce{{1}, false})), (Numbers{1, 1}));
}

TEST(Reduce, refuses_an_axis_twice_or_beyond_the_rank) {
  EXPECT_EQ(fault_of(kReduceSum, {counting({2, 3})}, Attributes(Reduce{{1, 1}, false})), "axis-range");
  EXPECT_EQ(fault_of(kReduceSum, {counting({2, 3})}, Attributes(Reduce{{2}, false})), "axis-range");
}

TEST(ReduceLogSumExp, of_infinities_is_what_the_greatest_says) {
  const Literal x = floats({2, 2}, {-kInfinity, -kInfinity, kInfinity, 1});
  EXPECT_EQ(result_of(kReduceLogSumExp, {x}, Attributes(Reduce{{1}, false})), (Numbers{-kInfinity, kInfinity}));
}

TEST(ArgMax, takes_the_first_or_the_last_of_equal_elements) {
  const Literal x = floats({4}, {1, 3, 3, 2});
  EXPECT_EQ(result_of(kArgMax, {x}, Attributes(ArgReduce{0, false, false})), (Numbers{1}));
  EXPECT_EQ(result_of(kArgMax, {x}, Attributes(ArgReduce{0, false, true})), (Numbers{2}));
}

TEST(CumulativeSum, goes_either_way_and_leaves_the_element_out) {
  EXPECT_EQ(result_of(kCumulativeSum, {counting({4})}, Attributes(CumulativeSum{0, false, false})),
            (Numbers{1, 3, 6, 10}));
  EXPECT_EQ(result_of(kCumulativeSum, {counting({4})}, Attributes(CumulativeSum{0, true, true})),
            (Numbers{9, 7, 4, 0}));
}

TEST(TopK, keeps_the_order_of_equal_elements) {
  const std::vector<Literal> y =
      results_of(kTopK, {floats({5}, {2, 7, 2, 7, 1}), integers({1}, {3})}, Attributes(TopK{0, true}));
  EXPECT_EQ(values_of(y[0]), (Numbers{7, 7, 2}));
  EXPECT_EQ(values_of(y[1]), (Numbers{1, 3, 0}));
}

TEST(TopK, puts_a_nan_first) {
  const std::vector<Literal> y =
      results_of(kTopK, {floats({3}, {1, kNan, 2}), integers({1}, {2})}, Attributes(TopK{0, true}));
  EXPECT_EQ(values_of(y[1]), (Numbers{1, 2}));
}

TEST(TopK, refuses_to_keep_more_than_there_is) {
  EXPECT_EQ(fault_of(kTopK, {floats({2}, {1, 2}), integers({1}, {3})}, Attributes(TopK{0, true})), "shape-mismatch");
  EXPECT_EQ(fault_of(kTopK, {floats({2}, {1, 2}), integers({1}, {-1})}, Attributes(TopK{0, true})), "shape-mismatch");
}

TEST(Softmax, over_two_axes_takes_them_as_one_row) {
  const Numbers y = result_of(kSoftmax, {floats({1, 2, 2}, {0, 0, 0, 0})}, Attributes(OverAxes{{1, 2}}));
  EXPECT_EQ(y, (Numbers{0.25, 0.25, 0.25, 0.25}));
}

TEST(Normalize, with_parameters_of_the_channel) {
  const Attributes attributes(Normalize{{2}, {1}, 0, true});
  const Numbers y =
      result_of(kNormalize, {floats({1, 2, 2}, {1, 3, 5, 9}), floats({2}, {1, 10}), floats({2}, {0, 1})}, attributes);
  EXPECT_EQ(y, (Numbers{-1, 1, -9, 11}));
}

TEST(MatMul, transposes_and_broadcasts_batches) {
  const Literal a = counting({2, 3});
  EXPECT_EQ(result_of(kMatMul, {a, a}, Attributes(MatMul{false, true})), (Numbers{14, 32, 32, 77}));
  const std::vector<Literal> y =
      results_of(kMatMul, {counting({4, 1, 2, 3}), counting({5, 3, 1})}, Attributes(MatMul{}));
  EXPECT_EQ(y[0].dims, (Dims{4, 5, 2, 1}));
}

TEST(MatMul, refuses_another_depth) {
  EXPECT_EQ(fault_of(kMatMul, {counting({2, 3}), counting({2, 3})}, Attributes(MatMul{})), "shape-mismatch");
}

class Windowed : public testing::Test {
 protected:
  PoolPointer pool_ = std::make_shared<ExprPool>();
};

TEST_F(Windowed, conv_pads_with_zeros_and_strides) {
  const Attributes conv(Conv{{2}, {1}, pads(*pool_, 1, 1), 1});
  EXPECT_EQ(result_of(kConv, {counting({1, 1, 4}), floats({1, 1, 3}, {1, 10, 100}), floats({1}, {1000})}, conv, pool_),
            (Numbers{1210, 1432}));
}

TEST_F(Windowed, conv_of_groups_sees_its_channels_only) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 2});
  EXPECT_EQ(result_of(kConv, {counting({1, 2, 2}), floats({2, 1, 1}, {1, 10})}, conv, pool_), (Numbers{1, 2, 30, 40}));
}

// From 2^24 on, f32 cannot hold the next odd number: terms of 1 would be lost one by one.
TEST_F(Windowed, a_large_bias_swallows_no_term) {
  const Literal x = floats({1, 1, 4}, {1, 1, 1, 1});
  const Literal bias = floats({1}, {16777216});
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 1});
  EXPECT_EQ(result_of(kConv, {x, x, bias}, conv, pool_), (Numbers{16777220}));
  const Attributes transposed(ConvTranspose{{1}, {1}, pads(*pool_, 1, 3), {0}, 1});
  EXPECT_EQ(result_of(kConvTranspose, {x, x, bias}, transposed, pool_), (Numbers{16777220}));
}

TEST_F(Windowed, conv_refuses_a_kernel_that_does_not_fit) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 1});
  EXPECT_EQ(fault_of(kConv, {counting({1, 1, 2}), counting({1, 1, 4})}, conv, pool_), "window-size");
}

TEST_F(Windowed, conv_refuses_a_kernel_that_is_too_large_by_less_than_a_stride) {
  const Attributes conv(Conv{{3}, {1}, pads(*pool_, 1, 0), 1});
  EXPECT_EQ(fault_of(kConv, {counting({1, 1, 3}), counting({1, 1, 4})}, conv, pool_), "window-size");
}

TEST_F(Windowed, conv_refuses_a_kernel_of_nothing) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 1});
  EXPECT_EQ(fault_of(kConv, {counting({1, 1, 3}), counting({1, 1, 0})}, conv, pool_), "window-size");
  const Attributes transposed(ConvTranspose{{1}, {1}, pads(*pool_, 1, 0), {0}, 1});
  EXPECT_EQ(fault_of(kConvTranspose, {counting({1, 1, 3}), counting({1, 1, 0})}, transposed, pool_), "window-size");
}

TEST_F(Windowed, conv_of_an_image_of_nothing_is_nothing) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 1});
  EXPECT_EQ(result_of(kConv, {counting({1, 1, 0}), counting({1, 1, 1})}, conv, pool_), Numbers{});
}

TEST_F(Windowed, conv_refuses_groups_that_do_not_divide_the_filters) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 0), 2});
  EXPECT_EQ(fault_of(kConv, {counting({1, 2, 2}), counting({3, 1, 1})}, conv, pool_), "group-count");
}

TEST_F(Windowed, conv_integer_pads_with_the_zero_point) {
  const Attributes conv(Conv{{1}, {1}, pads(*pool_, 1, 1), 1});
  const Literal x = numbers(ElementType::kU8, {1, 1, 2}, {5, 7});
  const Literal w = numbers(ElementType::kI8, {1, 1, 3}, {1, 2, 3});
  EXPECT_EQ(result_of(kConvInteger, {x, w, numbers(ElementType::kU8, {}, {4})}, conv, pool_), (Numbers{11, 7}));
}

TEST_F(Windowed, conv_transpose_writes_every_residue) {
  const Attributes conv(ConvTranspose{{2}, {1}, pads(*pool_, 1, 0), {0}, 1});
  EXPECT_EQ(result_of(kConvTranspose, {counting({1, 1, 3}), floats({1, 1, 3}, {1, 10, 100})}, conv, pool_),
            (Numbers{1, 10, 102, 20, 203, 30, 300}));
}

TEST_F(Windowed, conv_transpose_with_gaps_between_taps_has_the_bias_there) {
  const Attributes conv(ConvTranspose{{3}, {1}, pads(*pool_, 1, 0), {0}, 1});
  EXPECT_EQ(result_of(kConvTranspose, {counting({1, 1, 2}), floats({1, 1, 1}, {10}), floats({1}, {1})}, conv, pool_),
            (Numbers{11, 1, 1, 21}));
}

Pool pool_over(ExprPool& pool, int64_t kernel, int64_t stride, int64_t pad) {
  Pool attributes;
  attributes.kernel = {kernel};
  attributes.strides = {stride};
  attributes.dilations = {1};
  attributes.pads = pads(pool, 1, pad);
  return attributes;
}

TEST_F(Windowed, average_counts_padding_only_when_asked) {
  Pool attributes = pool_over(*pool_, 2, 2, 1);
  EXPECT_EQ(result_of(kAveragePool, {floats({1, 1, 2}, {2, 4})}, Attributes(attributes), pool_), (Numbers{2, 4}));
  attributes.count_padding = true;
  EXPECT_EQ(result_of(kAveragePool, {floats({1, 1, 2}, {2, 4})}, Attributes(attributes), pool_), (Numbers{1, 2}));
}

// Two taps on either side of the one element: a mean of nothing, which ONNX Runtime takes to be 0.
TEST_F(Windowed, average_of_a_window_between_the_elements_is_zero) {
  Pool attributes = pool_over(*pool_, 2, 1, 1);
  attributes.dilations = {2};
  EXPECT_EQ(result_of(kAveragePool, {floats({1, 1, 1}, {3})}, Attributes(attributes), pool_), (Numbers{0}));
}

TEST_F(Windowed, average_rounded_up_counts_what_lies_within_the_padding) {
  Pool attributes = pool_over(*pool_, 4, 3, 0);
  attributes.round_up = true;
  EXPECT_EQ(result_of(kAveragePool, {counting({1, 1, 5})}, Attributes(attributes), pool_), (Numbers{2.5, 4.5}));
}

TEST_F(Windowed, max_pool_starts_no_window_in_the_trailing_padding) {
  Pool attributes = pool_over(*pool_, 1, 2, 0);
  attributes.round_up = true;
  EXPECT_EQ(result_of(kMaxPool, {counting({1, 1, 4})}, Attributes(attributes), pool_), (Numbers{1, 3}));
}

TEST_F(Windowed, max_pool_rounded_up_takes_what_there_is_of_a_window) {
  Pool attributes = pool_over(*pool_, 2, 2, 0);
  attributes.round_up = true;
  EXPECT_EQ(result_of(kMaxPool, {counting({1, 1, 1})}, Attributes(attributes), pool_), (Numbers{1}));
}

TEST_F(Windowed, pools_refuse_windows_in_the_padding_alone) {
  EXPECT_EQ(fault_of(kMaxPool, {counting({1, 1, 4})}, Attributes(pool_over(*pool_, 2, 1, 2)), pool_),
            "attribute-range");
  Pool dilated = pool_over(*pool_, 2, 1, 2);
  dilated.dilations = {2};
  EXPECT_EQ(result_of(kMaxPool, {counting({1, 1, 2})}, Attributes(dilated), pool_), (Numbers{1, 2, 1, 2}));
}

TEST_F(Windowed, refuse_lists_of_the_wrong_length) {
  Pool attributes = pool_over(*pool_, 2, 2, 0);
  attributes.strides = {2, 2};
  EXPECT_EQ(fault_of(kMaxPool, {counting({1, 1, 4})}, Attributes(attributes), pool_), "attribute-size");
}

TEST(Quantize, rounds_halves_to_even_and_saturates) {
  const Attributes to(Quantize{0, 0, ElementType::kU8});
  const Literal zero_point = numbers(ElementType::kU8, {}, {10});
  EXPECT_EQ(result_of(kQuantize, {floats({4}, {1, 3, -100, 1000}), floats({}, {2}), zero_point}, to),
            (Numbers{10, 12, 0, 255}));
}

TEST(Dequantize, has_parameters_per_block) {
  const Attributes blocks(Quantize{0, 2, ElementType::kF32});
  const Literal q = numbers(ElementType::kI8, {4}, {1, 2, 3, 4});
  EXPECT_EQ(result_of(kDequantize, {q, floats({2}, {1, 10})}, blocks), (Numbers{1, 2, 30, 40}));
}

TEST(Einsum, takes_diagonals_and_sums) {
  EXPECT_EQ(result_of(kEinsum, {counting({2, 2})}, Attributes(Einsum{"ii->"})), (Numbers{5}));
  EXPECT_EQ(result_of(kEinsum, {counting({2}), counting({2})}, Attributes(Einsum{"i,j->ji"})), (Numbers{1, 2, 2, 4}));
}

TEST(Einsum, refuses_equations_that_do_not_fit) {
  for (const char* equation : {"", "ij", "i->i", "ij->ik", "ij,jk->ik", "ij->ii"}) {
    EXPECT_EQ(fault_of(kEinsum, {counting({2, 2})}, Attributes(Einsum{equation})), "attribute-value") << equation;
  }
}

Recurrent affine_cell(std::string direction) {
  Recurrent recurrent;
  recurrent.direction = std::move(direction);
  recurrent.activations = "affine";
  recurrent.alphas = {1};
  recurrent.betas = {0};
  return recurrent;
}

TEST(Rnn, carries_its_state_and_stops_at_each_length) {
  const std::vector<Literal> operands{floats({3, 2, 1}, {1, 1, 2, 2, 3, 3}), floats({1, 1, 1}, {1}),
                                      floats({1, 1, 1}, {10}), Literal{}, integers({2}, {3, 2})};
  const std::vector<Literal> y = results_of(kRnn, operands, Attributes(affine_cell("forward")));
  EXPECT_EQ(values_of(y[0]), (Numbers{1, 1, 12, 12, 123, 0}));
  EXPECT_EQ(values_of(y[1]), (Numbers{123, 12}));
}

TEST(Rnn, in_reverse_starts_at_each_length_whatever_the_data_say) {
  const std::vector<Literal> operands{floats({3, 2, 1}, {1, 1, 2, 2, 3, 3}), floats({1, 1, 1}, {1}),
                                      floats({1, 1, 1}, {10}), Literal{}, integers({2}, {1000, -5})};
  const std::vector<Literal> y = results_of(kRnn, operands, Attributes(affine_cell("reverse")));
  EXPECT_EQ(values_of(y[0]), (Numbers{321, 0, 32, 0, 3, 0}));
}

TEST(LogLikelihood, of_a_class_outside_reads_nothing) {
  const Literal x = floats({3, 2}, {-1, -2, -3, -4, -5, -6});
  const std::vector<Literal> y =
      results_of(kLogLikelihood, {x, integers({3}, {1, 99, 0})}, Attributes(LogLikelihood{true, 0}));
  EXPECT_EQ(values_of(y[0]), (Numbers{2, 0, 0}));
  EXPECT_EQ(values_of(y[1]), (Numbers{1, 1, 0}));
}

}  // namespace
}  // namespace burin::ir
