#include "tools/burin/data/tolerance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "tools/burin/data/output_error.h"

namespace burin::tools {
namespace {

template <class T>
ir::Literal literal(ir::ElementType element, std::vector<int64_t> dims, std::vector<T> values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return ir::make_literal(element, std::move(dims), std::move(bytes));
}

ir::Literal floats(std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return literal(ir::ElementType::kF32, {count}, std::move(values));
}

TEST(Tolerance, names_the_first_element_that_differs) {
  const ir::Literal expected = literal<float>(ir::ElementType::kF32, {2, 3}, {0, 0, 0, 0, 0, 1});
  const ir::Literal found = literal<float>(ir::ElementType::kF32, {2, 3}, {0, 0, 0, 0, 0, 2.5f});
  EXPECT_EQ(compare(expected, found, Standard::kModel).text, "[1,2]: expected 1.0, found 2.5, 1 of 6 differ");
}

TEST(Tolerance, small_values_may_be_off_by_a_part_of_the_largest) {
  EXPECT_EQ(compare(floats({1000, 0}), floats({1000, 0.009f}), Standard::kModel).differing, 0);
  EXPECT_EQ(compare(floats({1000, 0}), floats({1000, 0.02f}), Standard::kModel).differing, 1);
  EXPECT_EQ(compare(floats({1}), floats({1.0001f}), Standard::kModel).differing, 0);
  EXPECT_EQ(compare(floats({1}), floats({1.0002f}), Standard::kModel).differing, 1);
}

TEST(Tolerance, conformance_cases_are_as_strict_as_their_runner) {
  EXPECT_EQ(compare(floats({1}), floats({1.0009f}), Standard::kConformance).differing, 0);
  EXPECT_EQ(compare(floats({1}), floats({1.0012f}), Standard::kConformance).differing, 1);
}

TEST(Tolerance, nan_and_infinity_are_equal_to_themselves_only) {
  const float inf = INFINITY, nan = NAN;
  EXPECT_EQ(compare(floats({nan, inf, -inf}), floats({nan, inf, -inf}), Standard::kModel).differing, 0);
  EXPECT_EQ(compare(floats({nan, inf, inf, 1}), floats({1, -inf, 1e30f, nan}), Standard::kModel).differing, 4);
}

TEST(Tolerance, an_infinite_element_does_not_loosen_the_others) {
  EXPECT_EQ(compare(floats({INFINITY, 1}), floats({INFINITY, 1.1f}), Standard::kModel).differing, 1);
}

TEST(Tolerance, integers_and_bools_are_exact) {
  const auto ints = [](int64_t value) { return literal<int64_t>(ir::ElementType::kI64, {1}, {value}); };
  EXPECT_EQ(compare(ints(1), ints(2), Standard::kConformance).text, "[0]: expected 1, found 2, 1 of 1 differ");
  const auto flag = [](uint8_t value) { return literal<uint8_t>(ir::ElementType::kBool, {}, {value}); };
  EXPECT_EQ(compare(flag(1), flag(0), Standard::kModel).text, ": expected true, found false, 1 of 1 differ");
}

TEST(Tolerance, half_precision_is_judged_by_its_own) {
  const auto half = [](float value) {
    return literal<uint16_t>(ir::ElementType::kF16, {1}, {ir::double_to_f16(value)});
  };
  EXPECT_EQ(compare(half(1), half(1.004f), Standard::kModel).differing, 0);
  EXPECT_EQ(compare(half(1), half(1.02f), Standard::kModel).differing, 1);
}

// 16 values of the type: 1, 1.5, 2, .. for floats, 0 to 15 for integers, and false for bools; the last is `changed_by` more.
ir::Literal ramp(ir::ElementType element, double changed_by) {
  const auto size = static_cast<size_t>(ir::size_of(element));
  std::vector<std::byte> bytes(16 * size);
  for (int i = 0; i < 16; ++i) {
    const double more = i == 15 ? changed_by : 0;
    const bool is_bool = element == ir::ElementType::kBool;
    ir::Scalar value;
    if (ir::is_float(element)) {
      value = ir::round_number(1 + 0.5 * i + more, element);
    } else {
      value.integer = (is_bool ? 0 : i) + static_cast<int64_t>(more);
    }
    ir::store_scalar(bytes.data() + static_cast<size_t>(i) * size, element, value);
  }
  return ir::make_literal(element, {16}, std::move(bytes));
}

TEST(Tolerance, four_tolerances_in_one_element_fail_for_every_type) {
  for (int number = 0; number < ir::kElementTypes; ++number) {
    const auto element = static_cast<ir::ElementType>(number);
    for (Standard standard : {Standard::kModel, Standard::kConformance}) {
      const ir::Literal expected = ramp(element, 0);
      const Tolerance tolerance = tolerance_of(element, standard);
      const double value = 8.5;  // of floats; also the largest
      const double allowed = tolerance.absolute + (tolerance.of_largest + tolerance.of_value) * value;
      const double change = ir::is_float(element) ? 4 * allowed : 1;
      EXPECT_EQ(compare(expected, expected, standard).differing, 0) << ir::info(element).name;
      const Comparison changed = compare(expected, ramp(element, change), standard);
      EXPECT_EQ(changed.differing, 1) << ir::info(element).name;
      EXPECT_GT(changed.worst, 1) << ir::info(element).name;
      EXPECT_FALSE(changed.are_flips);
    }
  }
}

ir::Literal bytes_of(std::vector<uint8_t> values) {
  const auto count = static_cast<int64_t>(values.size());
  return literal<uint8_t>(ir::ElementType::kU8, {count}, std::move(values));
}

TEST(Tolerance, a_quantized_value_may_flip_to_its_neighbor) {
  std::vector<uint8_t> values(300, 7), flipped = values, moved = values;
  flipped[3] = 8, flipped[5] = 6, moved[3] = 9;
  EXPECT_TRUE(compare(bytes_of(values), bytes_of(flipped), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(bytes_of(values), bytes_of(flipped), Standard::kModel, 0, false).are_flips);
  EXPECT_FALSE(compare(bytes_of(values), bytes_of(flipped), Standard::kConformance, 0, true).are_flips);
  EXPECT_FALSE(compare(bytes_of(values), bytes_of(moved), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(bytes_of(values), bytes_of(values), Standard::kModel, 0, true).are_flips);
  for (size_t i = 0; i < 4; ++i) flipped[i] = 8;  // five of 300 are more than one in 100
  EXPECT_FALSE(compare(bytes_of(values), bytes_of(flipped), Standard::kModel, 0, true).are_flips);
  EXPECT_TRUE(compare(bytes_of({7, 7}), bytes_of({7, 8}), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(bytes_of({7, 7}), bytes_of({6, 8}), Standard::kModel, 0, true).are_flips);
}

TEST(Tolerance, wide_integers_do_not_flip) {
  const auto ints = [](int64_t value) { return literal<int64_t>(ir::ElementType::kI64, {1}, {value}); };
  EXPECT_FALSE(compare(ints(1), ints(2), Standard::kModel, 0, true).are_flips);
}

TEST(Tolerance, floats_flip_on_the_grid_of_a_quantization) {
  std::vector<float> values;
  for (int i = 0; i < 200; ++i) values.push_back(0.037f * static_cast<float>(i - 100));
  std::vector<float> flipped = values, off = values, moved = values;
  flipped[20] = 0.037f * -79, off[20] += 0.02f, moved[20] = 0.037f * -79, moved[21] = 0.037f * -70;
  EXPECT_TRUE(compare(floats(values), floats(flipped), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(floats(values), floats(off), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(floats(values), floats(moved), Standard::kModel, 0, true).are_flips);
  EXPECT_FALSE(compare(floats({10}), floats({8}), Standard::kModel, 0, true).are_flips);
  flipped[30] = NAN;
  EXPECT_FALSE(compare(floats(values), floats(flipped), Standard::kModel, 0, true).are_flips);
}

TEST(Tolerance, two_runs_are_compared_to_the_bit) {
  EXPECT_EQ(compare_bits(floats({1, NAN}), floats({1, -NAN})).differing, 0);
  EXPECT_EQ(compare_bits(floats({0}), floats({-0.0f})).differing, 1);
  EXPECT_EQ(compare_bits(floats({1}), floats({1.0000001f})).text, "[0]: expected 1.0, found 1.0000001, 1 of 1 differ");
  EXPECT_EQ(compare_bits(bytes_of({1, 2}), bytes_of({1, 3})).differing, 1);
}

TEST(OutputError, has_maximum_mean_and_signal_to_noise) {
  const OutputError error = error_of("y", floats({10, INFINITY, 0, 10}), floats({10, INFINITY, 1, 11}));
  EXPECT_EQ(error.elements, 3);
  EXPECT_EQ(error.largest, 1);
  EXPECT_NEAR(error.mean(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(*error.sqnr(), 20, 1e-9);  // 200 to 2
  EXPECT_EQ(text_of(std::vector{error}), "max error 1, mean 0.667, SQNR 20.0 dB");
}

TEST(OutputError, of_equal_outputs_is_none) {
  const OutputError error = error_of("y", floats({1, 2}), floats({1, 2}));
  EXPECT_FALSE(error.sqnr());
  EXPECT_EQ(text_of(std::vector{error}), "exact");
}

TEST(OutputError, of_several_data_sets_is_that_of_all_elements) {
  OutputError error = error_of("y", floats({10}), floats({10}));
  merge(error, error_of("y", floats({0}), floats({1})));
  EXPECT_EQ(error.elements, 2);
  EXPECT_EQ(error.mean(), 0.5);
  EXPECT_NEAR(*error.sqnr(), 20, 1e-9);
}

TEST(Tolerance, types_and_shapes_are_exact) {
  EXPECT_EQ(compare(floats({1, 2}), floats({1}), Standard::kModel).text, ": expected shape [2], found [1]");
  EXPECT_EQ(compare(floats({1}), literal<double>(ir::ElementType::kF64, {1}, {1}), Standard::kModel).text,
            ": expected type f32, found f64");
}

}  // namespace
}  // namespace burin::tools
