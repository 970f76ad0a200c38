// Shapes: dimensions are integer expressions over symbols, known numbers where the model says so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/expr/expr.h"

namespace burin::ir {

using Shape = std::vector<Expr>;  // one i64 expression per dimension, outermost first; empty for a scalar
inline constexpr int kMostRank = 32;

// The dimensions as numbers; absent when one is not constant.
std::optional<std::vector<int64_t>> static_dims(const Shape& shape);
// Number of elements as an expression, 1 for a scalar.
Expr element_count(const Shape& shape, ExprPool& pool);
// Number of elements; absent when a dimension is not constant or the product does not fit.
std::optional<int64_t> static_element_count(const Shape& shape);
// The value with every symbol at its upper bound; absent when unbounded or too large.
std::optional<int64_t> upper_bound(Expr dimension);
// total / divisor where it is known to divide: equal factors cancel, even symbolic ones.
Expr exact_quotient(const Shape& total, const Shape& divisor, ExprPool& pool);
// Row-major strides in elements.
std::vector<Expr> row_major_strides(const Shape& shape, ExprPool& pool);
// The row-major position of `index` in `shape`.
Expr row_major_index(std::span<const Expr> index, const Shape& shape, ExprPool& pool);
// The index of the element at row-major position `position`, by division and remainder.
std::vector<Expr> delinearize(Expr position, const Shape& shape, ExprPool& pool);

// --- Broadcasting, where sizes are known only at run time.
// What a model needs of two dimensions.
enum class DimensionRelation : uint8_t {
  kEqual,
  kLeftMayBeOne,    // they are equal, or the left one is 1 and repeated
  kEitherMayBeOne,  // they are equal, or one of them is 1 and repeated
};
struct RelatedDimensions {
  Expr left, right;
  DimensionRelation relation = DimensionRelation::kEqual;
};
struct DimensionCheck {
  RelatedDimensions dimensions;
  std::string origin;  // the model's node
};
bool holds(DimensionRelation relation, int64_t left, int64_t right);
// The same as an expression of type bool.
Expr condition_of(const RelatedDimensions& pair);

// The shape after ONNX (NumPy) broadcasting. Absent when two dimensions can never agree. `assumed` gets the pairs on which
// numbers and bounds do not decide.
std::optional<Shape> broadcast(const Shape& a, const Shape& b, std::vector<RelatedDimensions>& assumed);
// What must hold for a dimension `from` to be repeated to `to`; absent where nothing is left to check.
std::optional<RelatedDimensions> repeated(Expr from, Expr to);
// The dimensions that `extent` is the larger of: those that `broadcast` joined, or `extent` alone.
std::vector<Expr> joined_dimensions(Expr extent);

Shape shape_of_dims(std::span<const int64_t> dims, ExprPool& pool);

// `1,3,?`: a shape as diagnostics show it.
std::string text_of(const Shape& shape);

}  // namespace burin::ir
