// Ops that move elements or choose them by indices.
#include <gtest/gtest.h>

#include "ir/ops/rows.h"
#include "tests/ir/op_evaluation.h"

namespace burin::ir {
namespace {

using Numbers = std::vector<double>;
using Dims = std::vector<int64_t>;

// Attributes hold expressions of this pool; each test has its own.
class Movement : public ::testing::Test {
 protected:
  std::vector<Expr> dims(const Dims& values) const { return shape_of_dims(values, *pool_); }

  Literal result(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {}) const {
    Result<std::vector<Literal>> results = evaluate_op(info, operands, std::move(attributes), pool_);
    if (results) return (*results)[0];
    ADD_FAILURE() << info.name << ": " << text_of(results.faults());
    return floats({0}, {});
  }
  Numbers values(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {}) const {
    return values_of(result(info, std::move(operands), std::move(attributes)));
  }
  std::string fault(const OpInfo& info, std::vector<Literal> operands, Attributes attributes = {}) const {
    Result<std::vector<Literal>> results = evaluate_op(info, operands, std::move(attributes), pool_);
    return results ? "no fault" : results.faults()[0].kind;
  }

  std::shared_ptr<ExprPool> pool_ = std::make_shared<ExprPool>();
};

Literal counting(Dims dims) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  Numbers values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i));
  return floats(std::move(dims), std::move(values));
}

TEST_F(Movement, reshape_keeps_the_order) {
  const Literal y = result(kReshape, {counting({2, 3, 2})}, Attributes(Reshape{dims({3, 4})}));
  EXPECT_EQ(y.dims, (Dims{3, 4}));
  EXPECT_EQ(values_of(y), values_of(counting({3, 4})));
}

TEST_F(Movement, reshape_refuses_another_number_of_elements) {
  EXPECT_EQ(fault(kReshape, {counting({2, 3})}, Attributes(Reshape{dims({7})})), "shape-mismatch");
}

TEST_F(Movement, reshape_of_nothing_and_of_scalars) {
  EXPECT_EQ(result(kReshape, {counting({0, 3})}, Attributes(Reshape{dims({3, 0, 2})})).dims, (Dims{3, 0, 2}));
  EXPECT_EQ(result(kReshape, {counting({1, 1})}, Attributes(Reshape{})).dims, Dims{});
}

TEST_F(Movement, transpose_moves_axes) {
  EXPECT_EQ(values(kTranspose, {counting({2, 3})}, Attributes(Transpose{{1, 0}})), (Numbers{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(fault(kTranspose, {counting({2, 3})}, Attributes(Transpose{{0, 0}})), "attribute-range");
}

TEST_F(Movement, slice_steps_in_both_directions) {
  const Slice slice{dims({1, 3}), {1, -2}, dims({1, 2})};
  EXPECT_EQ(values(kSlice, {counting({2, 4})}, Attributes(slice)), (Numbers{7, 5}));
}

TEST_F(Movement, slice_at_reads_starts_axes_and_steps) {
  const Literal y = result(kSliceAt, {counting({2, 4}), integers({1}, {-1}), integers({1}, {-1}), integers({1}, {-1})},
                           Attributes(SliceAt{dims({2, 3})}));
  EXPECT_EQ(values_of(y), (Numbers{3, 2, 1, 7, 6, 5}));
}

TEST_F(Movement, concat_joins_along_the_axis) {
  const Literal y = result(kConcat, {counting({2, 1}), counting({2, 2})}, Attributes(Concat{1}));
  EXPECT_EQ(y.dims, (Dims{2, 3}));
  EXPECT_EQ(values_of(y), (Numbers{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(fault(kConcat, {counting({2, 1}), counting({3, 1})}, Attributes(Concat{1})), "shape-mismatch");
}

TEST_F(Movement, pad_by_every_mode) {
  const auto padded = [&](const std::string& mode) {
    return values(kPad, {counting({3})}, Attributes(Pad{dims({2}), dims({7}), mode}));
  };
  EXPECT_EQ(padded("constant"), (Numbers{0, 0, 0, 1, 2, 0, 0}));
  EXPECT_EQ(padded("edge"), (Numbers{0, 0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(padded("reflect"), (Numbers{2, 1, 0, 1, 2, 1, 0}));
  EXPECT_EQ(padded("wrap"), (Numbers{1, 2, 0, 1, 2, 0, 1}));
}

TEST_F(Movement, pad_by_less_than_nothing_cuts_off) {
  const Pad pad{dims({-1}), dims({3}), "constant"};
  EXPECT_EQ(values(kPad, {counting({3}), floats({}, {9})}, Attributes(pad)), (Numbers{1, 2, 9}));
}

TEST_F(Movement, what_is_cut_off_is_gone_before_the_other_side_is_padded) {
  const auto padded = [&](const std::string& mode, int64_t begin, int64_t size) {
    return values(kPad, {counting({5})}, Attributes(Pad{dims({begin}), dims({size}), mode}));
  };
  EXPECT_EQ(padded("wrap", 3, 7), (Numbers{1, 2, 3, 0, 1, 2, 3}));
  EXPECT_EQ(padded("wrap", -2, 6), (Numbers{2, 3, 4, 2, 3, 4}));
  EXPECT_EQ(padded("wrap", 3, 6), (Numbers{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(padded("reflect", -1, 6), (Numbers{1, 2, 3, 4, 3, 2}));
  EXPECT_EQ(padded("edge", 2, 5), (Numbers{0, 0, 0, 1, 2}));
}

TEST_F(Movement, expand_and_tile_repeat) {
  EXPECT_EQ(values(kExpand, {counting({2, 1})}, Attributes(Expand{dims({2, 2})})), (Numbers{0, 0, 1, 1}));
  EXPECT_EQ(values(kTile, {counting({2})}, Attributes(Repeat{dims({2})})), (Numbers{0, 1, 0, 1}));
}

TEST_F(Movement, gather_counts_negative_indices_from_the_back) {
  const Literal y = result(kGather, {counting({2, 3}), integers({2}, {-1, 0})}, Attributes(Gather{1}));
  EXPECT_EQ(values_of(y), (Numbers{2, 0, 5, 3}));
}

TEST_F(Movement, gather_takes_an_index_outside_to_the_nearest_element) {
  EXPECT_EQ(values(kGather, {counting({3}), integers({2}, {7, -9})}, Attributes(Gather{0})), (Numbers{2, 0}));
}

TEST_F(Movement, gather_elements_and_nd) {
  EXPECT_EQ(values(kGatherElements, {counting({2, 2}), integers({2, 1}, {1, 0})}, Attributes(GatherElements{1})),
            (Numbers{1, 2}));
  EXPECT_EQ(values(kGatherNd, {counting({2, 3}), integers({2, 2}, {0, 2, 1, -3})}, Attributes(GatherNd{0})),
            (Numbers{2, 3}));
  EXPECT_EQ(values(kGatherNd, {counting({2, 3}), integers({2, 1}, {2, 0})}, Attributes(GatherNd{1})), (Numbers{2, 3}));
}

TEST_F(Movement, scatter_lets_the_last_update_win_and_leaves_out_what_is_outside) {
  const Literal indices = integers({3}, {1, 1, 9});
  const Literal updates = floats({3}, {5, 6, 7});
  EXPECT_EQ(values(kScatterElements, {counting({3}), indices, updates}, Attributes(ScatterElements{0, "none"})),
            (Numbers{0, 6, 2}));
  EXPECT_EQ(values(kScatterElements, {counting({3}), indices, updates}, Attributes(ScatterElements{0, "add"})),
            (Numbers{0, 12, 2}));
}

TEST_F(Movement, scatter_nd_writes_slices) {
  const Literal y = result(kScatterNd, {counting({3, 2}), integers({2, 1}, {-1, 0}), floats({2, 2}, {7, 8, 9, 5})},
                           Attributes(ScatterNd{"max"}));
  EXPECT_EQ(values_of(y), (Numbers{9, 5, 2, 3, 7, 8}));
}

TEST_F(Movement, one_hot_of_indices_outside_is_off) {
  const Literal y = result(kOneHot, {integers({3}, {1, -1, 5}), floats({2}, {0, 1})}, Attributes(OneHot{1, dims({2})}));
  EXPECT_EQ(values_of(y), (Numbers{0, 1, 0, 1, 0, 0}));
}

TEST_F(Movement, nonzero_lists_the_places) {
  const Literal y = result(kNonzero, {floats({2, 2}, {1, 0, 3, 4})});
  EXPECT_EQ(y.dims, (Dims{2, 3}));
  EXPECT_EQ(values_of(y), (Numbers{0, 1, 1, 0, 0, 1}));
}

TEST_F(Movement, triangles_and_diagonals) {
  EXPECT_EQ(values(kTrilu, {counting({2, 2}), integers({}, {1})}, Attributes(Trilu{true})), (Numbers{0, 1, 0, 0}));
  EXPECT_EQ(values(kTrilu, {counting({2, 2})}, Attributes(Trilu{false})), (Numbers{0, 0, 2, 3}));
  EXPECT_EQ(values(kEye, {}, Attributes(Eye{ElementType::kF32, dims({2, 3}), 1})), (Numbers{0, 1, 0, 0, 0, 1}));
}

TEST_F(Movement, range_counts_from_start_by_delta) {
  EXPECT_EQ(values(kRange, {floats({}, {1}), floats({}, {-0.5})}, Attributes(Range{dims({3})})), (Numbers{1, 0.5, 0}));
}

TEST_F(Movement, reverse_sequence_stops_at_each_length) {
  const Literal y =
      result(kReverseSequence, {counting({3, 2}), integers({2}, {2, 9})}, Attributes(ReverseSequence{1, 0}));
  EXPECT_EQ(values_of(y), (Numbers{2, 5, 0, 3, 4, 1}));
}

Resize resize_to(std::vector<Expr> sizes, const std::string& mode, const std::string& coordinates) {
  Resize resize;
  resize.scales.assign(sizes.size(), 0);
  resize.sizes = std::move(sizes);
  resize.mode = mode;
  resize.coordinates = coordinates;
  return resize;
}

TEST_F(Movement, resize_nearest_repeats_elements) {
  Resize resize = resize_to(dims({6}), "nearest", "asymmetric");
  resize.rounding = "floor";
  EXPECT_EQ(values(kResize, {counting({3})}, Attributes(resize)), (Numbers{0, 0, 1, 1, 2, 2}));
}

TEST_F(Movement, resize_linear_by_several_coordinates) {
  EXPECT_EQ(values(kResize, {counting({2})}, Attributes(resize_to(dims({4}), "linear", "half_pixel"))),
            (Numbers{0, 0.25, 0.75, 1}));
  EXPECT_EQ(values(kResize, {counting({2})}, Attributes(resize_to(dims({3}), "linear", "align_corners"))),
            (Numbers{0, 0.5, 1}));
}

TEST_F(Movement, resize_with_antialias_averages_what_it_skips) {
  Resize resize = resize_to(dims({2}), "linear", "half_pixel");
  resize.antialias = true;
  EXPECT_EQ(values(kResize, {floats({4}, {0, 0, 8, 8})}, Attributes(resize)), (Numbers{1, 7}));
}

TEST_F(Movement, resize_refuses_words_it_does_not_know) {
  EXPECT_EQ(fault(kResize, {counting({2})}, Attributes(resize_to(dims({4}), "best", "half_pixel"))), "attribute-range");
}

TEST_F(Movement, non_max_suppression_leaves_out_overlapping_boxes) {
  const Literal boxes = floats({1, 3, 4}, {0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 5, 1, 6});
  const Literal scores = floats({1, 1, 3}, {0.8, 0.9, 0.3});
  const Literal y = result(kNonMaxSuppression, {boxes, scores, integers({}, {9}), floats({}, {0.5}), floats({}, {0})},
                           Attributes(NonMaxSuppression{}));
  EXPECT_EQ(y.dims, (Dims{2, 3}));
  EXPECT_EQ(values_of(y), (Numbers{0, 0, 1, 0, 0, 2}));
}

TEST_F(Movement, roi_align_averages_a_region) {
  RoiAlign attributes;
  attributes.samples = 2;
  const Literal y = result(kRoiAlign, {counting({1, 1, 4, 4}), floats({1, 4}, {1, 1, 3, 3}), integers({1}, {0})},
                           Attributes(attributes));
  EXPECT_EQ(values_of(y), (Numbers{7.5}));
}

}  // namespace
}  // namespace burin::ir
