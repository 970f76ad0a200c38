#include "ir/tensor/packed_literal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ir/base/checked.h"
#include "tests/ir/op_evaluation.h"

namespace burin::ir {
namespace {

using Numbers = std::vector<double>;

constexpr LayoutDimension whole(int dimension) { return {dimension}; }
constexpr LayoutDimension quotient(int dimension, int64_t by) { return {dimension, LayoutPart::kQuotient, by}; }
constexpr LayoutDimension remainder(int dimension, int64_t by) { return {dimension, LayoutPart::kRemainder, by}; }

Literal counting(std::vector<int64_t> dims) {
  Numbers values(static_cast<size_t>(*checked_product(dims)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i + 1);
  return floats(std::move(dims), std::move(values));
}

// Read `elements` at a time.
std::vector<std::byte> read_by(const PackedLiteral& literal, size_t elements) {
  std::vector<std::byte> all, run(elements * sizeof(float));
  PackedReader reader(literal);
  while (const size_t bytes = reader.read(run))
    all.insert(all.end(), run.begin(), run.begin() + static_cast<std::ptrdiff_t>(bytes));
  return all;
}

TEST(PackedLiteral, transposes) {
  const PackedLiteral literal{counting({2, 3}), {whole(1), whole(0)}};
  EXPECT_EQ(literal.dims(), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(values_of(repacked(literal)), (Numbers{1, 4, 2, 5, 3, 6}));
}

TEST(PackedLiteral, pads_the_last_panel_with_zeros) {
  const PackedLiteral literal{counting({2, 3}), {quotient(1, 2), whole(0), remainder(1, 2)}};
  EXPECT_EQ(values_of(repacked(literal)), (Numbers{1, 2, 4, 5, 3, 0, 6, 0}));
  EXPECT_EQ(literal.byte_count(), 32);
}

TEST(PackedLiteral, pads_where_the_panel_is_not_innermost) {
  const PackedLiteral literal{counting({3, 2}), {quotient(0, 2), remainder(0, 2), whole(1)}};
  EXPECT_EQ(values_of(repacked(literal)), (Numbers{1, 2, 3, 4, 5, 6, 0, 0}));
}

TEST(PackedLiteral, is_the_same_in_runs_of_any_length) {
  const PackedLiteral literal{counting({5, 7, 3}), {quotient(0, 4), whole(2), whole(1), remainder(0, 4)}};
  const Literal all = repacked(literal);
  for (size_t elements = 1; elements <= 40; ++elements) {
    EXPECT_TRUE(std::ranges::equal(read_by(literal, elements), all.bytes)) << elements;
  }
}

TEST(PackedLiteral, of_no_elements_has_no_bytes) {
  const PackedLiteral literal{counting({0, 3}), {whole(1), whole(0)}};
  EXPECT_EQ(literal.byte_count(), 0);
  EXPECT_TRUE(repacked(literal).bytes.empty());
}

TEST(PackedLiteral, of_a_splat_stays_one) {
  Scalar seven;
  seven.number = 7;
  const PackedLiteral literal{make_splat(ElementType::kF32, {2, 3}, seven),
                              {quotient(1, 2), whole(0), remainder(1, 2)}};
  const Literal found = repacked(literal);
  EXPECT_TRUE(found.splat);
  EXPECT_EQ(found.element_count(), 8);
}

}  // namespace
}  // namespace burin::ir
