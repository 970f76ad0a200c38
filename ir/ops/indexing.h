// Ops whose reads or writes are at indices that are data: gathers, scatters, one-hot, the places of nonzero elements.
// Indices are i32 or i64; negative ones count from the back. One outside is taken to the nearest element by reads, and left
// out by writes: there is no run-time error for it. An axis without elements has no nearest one: where something would be read
// from it, the shapes are at fault, when compiling or in `prepare`; where only execution finds the shapes, zeros are read.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "ir/graph/attributes.h"
#include "ir/graph/op.h"

namespace burin::ir {

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

// How an update meets what is there.
struct ScatterElements {
  int64_t axis = 0;
  std::string reduction = "none";  // none, add, mul, min, max
  bool operator==(const ScatterElements&) const = default;
  static constexpr auto fields = std::tuple{field("axis", &ScatterElements::axis).within(0, kMostRank - 1),
                                            field("reduction", &ScatterElements::reduction)};
};

struct ScatterNd {
  std::string reduction = "none";
  bool operator==(const ScatterNd&) const = default;
  static constexpr auto fields = std::tuple{field("reduction", &ScatterNd::reduction)};
};

struct NonMaxSuppression {
  bool centered = false;  // boxes are center and size, otherwise two opposite corners
  bool operator==(const NonMaxSuppression&) const = default;
  static constexpr auto fields = std::tuple{field("centered", &NonMaxSuppression::centered)};
};

struct OneHot {
  int64_t axis = 0;         // of the result
  std::vector<Expr> depth;  // one number
  bool operator==(const OneHot&) const = default;
  static constexpr auto fields =
      std::tuple{field("axis", &OneHot::axis).within(0, kMostRank - 1), field("depth", &OneHot::depth)};
};

extern const OpInfo kGather;
extern const OpInfo kGatherElements;
extern const OpInfo kGatherNd;
extern const OpInfo kNonMaxSuppression;
extern const OpInfo kNonzero;
extern const OpInfo kOneHot;
extern const OpInfo kScatterElements;
extern const OpInfo kScatterNd;

// An index into a dimension of `extent`, as ONNX has it: counted from the back when negative. One outside is brought to the
// nearest element, so that a read at it is inside whenever there is anything to read.
Expr wrapped_index(Expr index, Expr extent);

// States that `value` is at most `limit`: provably, or to be checked at run time. A fault when it never is. Where one of them
// depends on a count that only execution finds nothing is checked, and lowering must not rely on it (has_counts).
Status require_at_most(Inference& op, Expr value, Expr limit, std::string_view what);
// A fault, or a check at run time, unless dimension `axis` of operand `i` has an element wherever `result` has any.
Status require_elements(Inference& op, int i, size_t axis, const Shape& result);
// The same unless operand 1 is at most as large as operand 0 in every dimension but `axis`.
Status require_smaller(Inference& op, size_t axis);
// Whether dimensions of operand `i` or of the first result depend on counts that only execution finds, which no check has seen.
bool has_counts(const Lowering& op, int i);
// Operand `i` at `index`, which the checks of inference keep inside; 0 outside where dimensions are counts that they have not seen.
Expr read_checked(const Lowering& op, int i, std::span<const Expr> index);

// i64, counted from the front; not brought inside.
Expr index_from_front(Expr index, Expr extent);
// A fault unless operand `i` is of a type that indices have.
Status require_indices(const Inference& op, int i);

}  // namespace burin::ir
