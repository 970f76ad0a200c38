// Ops that move, select or make elements without computing on them, and ops on shapes: their attributes and rows.
// Shapes, offsets and sizes in attributes are expressions over the graph's symbols, one per dimension and complete: what ONNX
// leaves to be derived (-1, 0, negative axes, ends beyond the end) is resolved by whoever makes the op.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "ir/graph/attributes.h"
#include "ir/graph/op.h"

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

struct Pad {                      // y[i] = x[i - begins] where that is inside; elsewhere by `mode`
  std::vector<Expr> begins;       // elements in front of each axis; negative ones are cut off
  std::vector<Expr> sizes;        // of the result
  std::string mode = "constant";  // constant: operand 1, or 0; edge: the nearest element; reflect: mirrored without
                                  // repeating the edge; wrap: from the other end
  bool operator==(const Pad&) const = default;
  static constexpr auto fields =
      std::tuple{field("begins", &Pad::begins), field("sizes", &Pad::sizes), field("mode", &Pad::mode)};
};

struct Range {  // of a one-dimensional result
  std::vector<Expr> size;
  bool operator==(const Range&) const = default;
  static constexpr auto fields = std::tuple{field("size", &Range::size)};
};

struct ReverseSequence {
  int64_t batch_axis = 1;
  int64_t time_axis = 0;
  bool operator==(const ReverseSequence&) const = default;
  static constexpr auto fields = std::tuple{field("batch_axis", &ReverseSequence::batch_axis).within(0, 1),
                                            field("time_axis", &ReverseSequence::time_axis).within(0, 1)};
};

struct SliceAt {
  std::vector<Expr> sizes;  // of the result
  bool operator==(const SliceAt&) const = default;
  static constexpr auto fields = std::tuple{field("sizes", &SliceAt::sizes)};
};

struct Repeat {
  std::vector<Expr> repeats;
  bool operator==(const Repeat&) const = default;
  static constexpr auto fields = std::tuple{field("repeats", &Repeat::repeats)};
};

struct Eye {
  ElementType element = ElementType::kF32;
  std::vector<Expr> shape;  // two dimensions
  int64_t diagonal = 0;     // 1 where column - row is this
  bool operator==(const Eye&) const = default;
  static constexpr auto fields =
      std::tuple{field("element", &Eye::element), field("shape", &Eye::shape), field("diagonal", &Eye::diagonal)};
};

struct Trilu {
  bool upper = true;
  bool operator==(const Trilu&) const = default;
  static constexpr auto fields = std::tuple{field("upper", &Trilu::upper)};
};

extern const OpInfo kConcat;
extern const OpInfo kDimensions;
extern const OpInfo kExpand;
extern const OpInfo kEye;
extern const OpInfo kIdentity;
extern const OpInfo kPad;
extern const OpInfo kRange;
extern const OpInfo kReshape;
extern const OpInfo kReverseSequence;
extern const OpInfo kSlice;
extern const OpInfo kSliceAt;
extern const OpInfo kTile;
extern const OpInfo kTranspose;
extern const OpInfo kTrilu;

}  // namespace burin::ir
