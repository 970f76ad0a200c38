// Rounding to floats of few bits. Expected numbers: the tables of values in arXiv 2209.05433 (E4M3: greatest 448, least normal
// 2^-6, least denormal 2^-9; E5M2: 57344, 2^-14, 2^-16) and ONNX's rules of Cast for what is beyond.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ir/ops/rows.h"
#include "tests/ir/op_evaluation.h"

namespace burin::ir {
namespace {

using Numbers = std::vector<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Numbers rounded(const OpInfo& info, Attributes attributes, Numbers values) {
  const auto count = static_cast<int64_t>(values.size());
  const std::vector<Literal> operands{floats({count}, std::move(values))};
  const Result<std::vector<Literal>> results = evaluate_op(info, operands, std::move(attributes));
  if (results) return values_of((*results)[0]);
  ADD_FAILURE() << text_of(results.faults());
  return {};
}

Attributes e4m3(std::string overflow) { return Attributes(RoundFloat{3, -6, 448, std::move(overflow), true}); }

TEST(RoundFloat, halves_go_to_the_even_neighbour) {
  // Between 16 and 32 values are 2 apart: 17 is half way from 16 to 18, 19 from 18 to 20.
  EXPECT_EQ(rounded(kRoundFloat, e4m3("saturate"), {17, 19, 17.01, -17, -19}), (Numbers{16, 20, 18, -16, -20}));
}

TEST(RoundFloat, denormal_numbers_are_multiples_of_the_least) {
  const double least = std::ldexp(1.0, -9);
  EXPECT_EQ(rounded(kRoundFloat, e4m3("saturate"), {least, 0.4 * least, 0.6 * least, 2.5 * least, 3.5 * least}),
            (Numbers{least, 0, least, 2 * least, 4 * least}));
}

TEST(RoundFloat, what_is_beyond_saturates) {
  EXPECT_EQ(rounded(kRoundFloat, e4m3("saturate"), {463, 1e6, kInfinity, -kInfinity}), (Numbers{448, 448, 448, -448}));
}

TEST(RoundFloat, what_is_beyond_becomes_nan_only_once_it_is_rounded) {
  const Numbers y = rounded(kRoundFloat, e4m3("nan"), {463, 465, -kInfinity});
  EXPECT_EQ(y[0], 448);
  EXPECT_TRUE(std::isnan(y[1]));
  EXPECT_TRUE(std::isnan(y[2]));
}

TEST(RoundFloat, what_is_beyond_becomes_infinite) {
  EXPECT_EQ(rounded(kRoundFloat, Attributes(RoundFloat{2, -14, 57344, "infinity", true}), {61439, 61441, -1e9}),
            (Numbers{57344, kInfinity, -kInfinity}));
}

TEST(RoundFloat, a_nan_stays_where_there_is_one) {
  EXPECT_TRUE(std::isnan(rounded(kRoundFloat, e4m3("saturate"), {kNan})[0]));
  EXPECT_EQ(rounded(kRoundFloat, Attributes(RoundFloat{1, 0, 6, "saturate", false}), {kNan, 2.5, 5.1}),
            (Numbers{0, 2, 6}));
}

TEST(RoundToPower, follows_the_rounding) {
  const Numbers values{1, 1.1, 1.5, -3, 0.124};
  const auto by = [&](std::string rounding) {
    return rounded(kRoundToPower, Attributes(RoundToPower{std::move(rounding)}), values);
  };
  EXPECT_EQ(by("up"), (Numbers{1, 2, 2, 4, 0.125}));
  EXPECT_EQ(by("down"), (Numbers{1, 1, 1, 2, 0.0625}));
  EXPECT_EQ(by("nearest"), (Numbers{1, 1, 2, 4, 0.125}));
}

TEST(RoundToPower, stays_between_its_extremes) {
  EXPECT_EQ(rounded(kRoundToPower, Attributes(RoundToPower{"up"}), {0, kInfinity}),
            (Numbers{std::ldexp(1.0, -127), std::ldexp(1.0, 127)}));
}

TEST(Quantize, to_floats_divides_without_rounding) {
  const std::vector<Literal> operands{floats({2}, {3, 5}), floats({}, {2})};
  const auto results = evaluate_op(kQuantize, operands, Attributes(Quantize{0, 0, ElementType::kF32}));
  ASSERT_TRUE(results) << text_of(results.faults());
  EXPECT_EQ(values_of((*results)[0]), (Numbers{1.5, 2.5}));
}

TEST(Dequantize, takes_floats) {
  const std::vector<Literal> operands{numbers(ElementType::kF16, {2}, {1.5, -448}), floats({}, {2})};
  const auto results = evaluate_op(kDequantize, operands, Attributes(Quantize{0, 0, ElementType::kF32}));
  ASSERT_TRUE(results) << text_of(results.faults());
  EXPECT_EQ(values_of((*results)[0]), (Numbers{3, -896}));
}

TEST(Resize, takes_scales_that_are_data) {
  // asymmetric, linear: place i reads x at i / 1.6.
  auto pool = std::make_shared<ExprPool>();
  const Resize resize{
      .sizes = {pool->integer(3)}, .scales = {0}, .mode = "linear", .coordinates = "asymmetric", .roi = {}};
  const std::vector<Literal> operands{floats({2}, {10, 26}), floats({1}, {1.6})};
  const auto results = evaluate_op(kResize, operands, Attributes(resize), pool);
  ASSERT_TRUE(results) << text_of(results.faults());
  const Numbers y = values_of((*results)[0]);
  EXPECT_NEAR(y[0], 10, 1e-5);
  EXPECT_NEAR(y[1], 20, 1e-5);
  EXPECT_NEAR(y[2], 26, 1e-5);
}

TEST(Resize, wants_a_scale_for_each_axis) {
  auto pool = std::make_shared<ExprPool>();
  const Resize resize{.sizes = {pool->integer(3)}, .scales = {0}, .roi = {}};
  const std::vector<Literal> operands{floats({2}, {10, 26}), floats({2}, {1, 1.6})};
  const auto results = evaluate_op(kResize, operands, Attributes(resize), pool);
  ASSERT_FALSE(results);
  EXPECT_EQ(results.faults()[0].kind, "shape-mismatch");
}

}  // namespace
}  // namespace burin::ir
