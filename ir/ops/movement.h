// Ops that move, select or make elements without computing on them, and ops on shapes: their attributes and rows.
// Shapes, offsets and sizes in attributes are expressions over the graph's symbols, one per dimension and complete: what ONNX
// leaves to be derived (-1, 0, negative axes, ends beyond the end) is resolved by whoever makes the op.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "ir/attributes.h"
#include "ir/op.h"

namespace burin::ir {

struct Concat {
  int64_t axis = 0;
  bool operator==(const Concat&) const = default;
  static constexpr auto fields = std::tuple{field("axis", &Concat::axis).within(0, kMostRank - 1)};
};

// Numbers known as soon as shapes are: i64[n], or i64[] for `rank` 0 and a single value.
struct Dimensions {
  std::vector<Expr> values;
  int64_t rank = 1;
  bool operator==(const Dimensions&) const = default;
  static constexpr auto fields =
      std::tuple{field("values", &Dimensions::values), field("rank", &Dimensions::rank).within(0, 1)};
};

struct Expand {
  std::vector<Expr> shape;
  bool operator==(const Expand&) const = default;
  static constexpr auto fields = std::tuple{field("shape", &Expand::shape)};
};

struct Gather {
  int64_t axis = 0;
  bool operator==(const Gather&) const = default;
  static constexpr auto fields = std::tuple{field("axis", &Gather::axis).within(0, kMostRank - 1)};
};

struct GatherElements {
  int64_t axis = 0;
  bool operator==(const GatherElements&) const = default;
  static constexpr auto fields = std::tuple{field("axis", &GatherElements::axis).within(0, kMostRank - 1)};
};

struct GatherNd {
  int64_t batch_dims = 0;
  bool operator==(const GatherNd&) const = default;
  static constexpr auto fields = std::tuple{field("batch_dims", &GatherNd::batch_dims).within(0, kMostRank - 1)};
};

struct Reshape {
  std::vector<Expr> shape;
  bool operator==(const Reshape&) const = default;
  static constexpr auto fields = std::tuple{field("shape", &Reshape::shape)};
};

struct Slice {  // y[i] = x[starts + steps * i] for i below sizes
  std::vector<Expr> starts;
  std::vector<int64_t> steps;  // not 0
  std::vector<Expr> sizes;
  bool operator==(const Slice&) const = default;
  static constexpr auto fields =
      std::tuple{field("starts", &Slice::starts), field("steps", &Slice::steps), field("sizes", &Slice::sizes)};
};

struct Transpose {  // y[i[0], i[1], ..] = x[j] with j[permutation[k]] = i[k]
  std::vector<int64_t> permutation;
  bool operator==(const Transpose&) const = default;
  static constexpr auto fields = std::tuple{field("permutation", &Transpose::permutation).within(0, kMostRank - 1)};
};

extern const OpInfo kConcat;
extern const OpInfo kDimensions;
extern const OpInfo kExpand;
extern const OpInfo kGather;
extern const OpInfo kGatherElements;
extern const OpInfo kGatherNd;
extern const OpInfo kIdentity;
extern const OpInfo kReshape;
extern const OpInfo kSlice;
extern const OpInfo kTranspose;

// An index into a dimension of `extent`, as ONNX has it: counted from the back when negative. One outside is brought to the
// nearest element, so that a read at it is inside whenever there is anything to read.
Expr wrapped_index(Expr index, Expr extent);

}  // namespace burin::ir
