#include "tools/burin/tolerance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

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

TEST(Tolerance, types_and_shapes_are_exact) {
  EXPECT_EQ(compare(floats({1, 2}), floats({1}), Standard::kModel).text, ": expected shape [2], found [1]");
  EXPECT_EQ(compare(floats({1}), literal<double>(ir::ElementType::kF64, {1}, {1}), Standard::kModel).text,
            ": expected type f32, found f64");
}

}  // namespace
}  // namespace burin::tools
