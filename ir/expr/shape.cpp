#include "ir/expr/shape.h"

#include <algorithm>

#include "ir/base/checked.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// Factors of a product of dimensions: the constant part and the other factors, multiplications taken apart.
struct Factors {
  int64_t constant = 1;
  std::vector<Expr> others;
  bool overflows = false;
};

void collect_factors(Expr e, Factors& factors) {
  if (std::optional<int64_t> value = constant_integer(e)) {
    const auto product = checked_mul(factors.constant, *value);
    factors.overflows |= !product;
    factors.constant = product.value_or(factors.constant);
  } else if (e->opcode == Opcode::kMul) {
    collect_factors(e->operands[0], factors);
    collect_factors(e->operands[1], factors);
  } else {
    factors.others.push_back(e);
  }
}

Expr product_of(const Factors& factors, ExprPool& pool) {
  Expr product = pool.integer(1);
  for (Expr factor : factors.others) product = product * factor;
  return product * factors.constant;
}

// One of two dimensions where either may be 0: the factor min(d, 1) makes the larger one 0 with it.
bool is_guarded(Expr e) {
  return e->opcode == Opcode::kMul && e->operands[1]->opcode == Opcode::kMin &&
         std::ranges::any_of(e->operands[1]->operands, [](Expr bound) { return is_constant_value(bound, 1); });
}

// True when `part` is among the dimensions that broadcasting joined to `whole`: whatever had to hold of it was assumed then.
bool is_joined_in(Expr part, Expr whole) {
  const std::vector<Expr> joined = joined_dimensions(whole);
  return joined.size() > 1 && std::ranges::find(joined, part) != joined.end();
}

// True where both are computed from one symbol, as both sides of a skip connection are. Whoever wrote the model meant them to be
// equal: a size at which one of them happens to be 1 is not worth a second version of the code.
bool share_a_symbol(Expr a, Expr b) {
  bool shared = false;
  for_each_node(a, [&](Expr node) { shared |= is_variable(node) && uses_variable(b, variable_of(node)); });
  return shared && joined_dimensions(a).size() == 1 && joined_dimensions(b).size() == 1;
}

// True where a size that is found while running decides. Two of those are taken to be equal: what a loop carries, say, is as long
// as what each iteration adds to it. Other than sizes known before, they have no version of the code in which one is 1.
bool is_counted(Expr e) {
  bool counted = false;
  for_each_node(e, [&](Expr node) { counted |= is_variable(node) && (*e->pool)[variable_of(node)].extent.valid(); });
  return counted;
}

bool are_counted(Expr a, Expr b) { return is_counted(a) && is_counted(b); }

// max(left, right), and 0 where one of them is 0: what broadcasting makes of two dimensions of which either may be 1.
Expr larger_of(Expr left, Expr right) {
  Expr extent = max(left, right);
  for (Expr dimension : {left, right}) {
    if (dimension->low < 1) extent = extent * min(dimension, dimension->pool->integer(1));
  }
  return extent;
}

// The extent of two broadcast dimensions; what must hold of them goes to `assumed`.
Expr broadcast_dimension(Expr left, Expr right, std::vector<RelatedDimensions>& assumed) {
  if (is_constant_value(left, 1) || provably_equal(left, right)) return right;
  if (is_constant_value(right, 1)) return left;
  if (is_joined_in(right, left)) return left;
  if (is_joined_in(left, right)) return right;
  if (share_a_symbol(left, right) || are_counted(left, right) || (left->low > 1 && right->low > 1)) {
    assumed.push_back({left, right});
    return constant_integer(left) || (is_variable(left) && !constant_integer(right)) ? left : right;
  }
  // A number, or a dimension that is never 1, is the result's.
  const auto is_wide = [](Expr e) { return e->low > 1 || constant_integer(e); };
  if (is_wide(left) || is_wide(right)) {
    const Expr wide = is_wide(left) ? left : right;
    const Expr narrow = wide == left ? right : left;
    assumed.push_back({narrow, wide, DimensionRelation::kLeftMayBeOne});
    return wide;
  }
  assumed.push_back({left, right, DimensionRelation::kEitherMayBeOne});
  return larger_of(left, right);
}

}  // namespace

std::optional<std::vector<int64_t>> static_dims(const Shape& shape) {
  std::vector<int64_t> dims;
  for (Expr dimension : shape) {
    std::optional<int64_t> value = constant_integer(dimension);
    if (!value) return std::nullopt;
    dims.push_back(*value);
  }
  return dims;
}

Expr element_count(const Shape& shape, ExprPool& pool) {
  Expr count = pool.integer(1);
  for (Expr dimension : shape) count = count * dimension;
  return count;
}

std::optional<int64_t> static_element_count(const Shape& shape) {
  std::optional<std::vector<int64_t>> dims = static_dims(shape);
  return dims ? checked_product(*dims) : std::nullopt;
}

std::optional<int64_t> upper_bound(Expr dimension) {
  if (dimension->high == INT64_MAX) return std::nullopt;
  return dimension->high;
}

Expr exact_quotient(const Shape& total, const Shape& divisor, ExprPool& pool) {
  Factors above;
  Factors below;
  for (Expr e : total) collect_factors(e, above);
  for (Expr e : divisor) collect_factors(e, below);
  for (auto factor = below.others.begin(); factor != below.others.end();) {
    auto found = std::ranges::find(above.others, *factor);
    if (found == above.others.end()) {
      ++factor;
      continue;
    }
    above.others.erase(found);
    factor = below.others.erase(factor);
  }
  if (!above.overflows && !below.overflows && below.constant > 0 && above.constant % below.constant == 0) {
    above.constant /= below.constant;
    below.constant = 1;
  }
  if (below.others.empty() && below.constant == 1) return product_of(above, pool);
  return floor_div(product_of(above, pool), product_of(below, pool));
}

std::vector<Expr> row_major_strides(const Shape& shape, ExprPool& pool) {
  std::vector<Expr> strides(shape.size());
  Expr stride = pool.integer(1);
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride = stride * shape[i];
  }
  return strides;
}

Expr row_major_index(std::span<const Expr> index, const Shape& shape, ExprPool& pool) {
  const std::vector<Expr> strides = row_major_strides(shape, pool);
  Expr position = pool.integer(0);
  for (size_t i = 0; i < index.size(); ++i) position = position + index[i] * strides[i];
  return position;
}

std::vector<Expr> delinearize(Expr position, const Shape& shape, ExprPool& pool) {
  const std::vector<Expr> strides = row_major_strides(shape, pool);
  std::vector<Expr> index(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) {
    const Expr quotient = floor_div(position, strides[i]);
    index[i] = i == 0 ? quotient : mod(quotient, shape[i]);
  }
  return index;
}

bool holds(DimensionRelation relation, int64_t left, int64_t right) {
  if (left == right) return true;
  if (relation == DimensionRelation::kEqual) return false;
  return left == 1 || (right == 1 && relation == DimensionRelation::kEitherMayBeOne);
}

Expr condition_of(const RelatedDimensions& pair) {
  const Expr one = pair.left->pool->integer(1);
  Expr condition = equal(pair.left, pair.right);
  if (pair.relation == DimensionRelation::kEqual) return condition;
  condition = logical_or(condition, equal(pair.left, one));
  return pair.relation == DimensionRelation::kLeftMayBeOne ? condition : logical_or(condition, equal(pair.right, one));
}

std::vector<Expr> joined_dimensions(Expr extent) {
  while (is_guarded(extent)) extent = extent->operands[0];
  if (extent->opcode != Opcode::kMax) return {extent};
  std::vector<Expr> joined = joined_dimensions(extent->operands[0]);
  for (Expr other : joined_dimensions(extent->operands[1])) joined.push_back(other);
  return joined;
}

std::optional<RelatedDimensions> repeated(Expr from, Expr to) {
  if (is_constant_value(from, 1) || provably_equal(from, to) || is_joined_in(from, to)) return std::nullopt;
  const bool must_be_equal =
      from->low > 1 || share_a_symbol(from, to) || are_counted(from, to) || is_constant_value(to, 1);
  return RelatedDimensions{from, to, must_be_equal ? DimensionRelation::kEqual : DimensionRelation::kLeftMayBeOne};
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b, std::vector<RelatedDimensions>& assumed) {
  const size_t rank = std::max(a.size(), b.size());
  Shape result(rank);
  for (size_t i = 0; i < rank; ++i) {
    const Expr left = i + a.size() >= rank ? a[i + a.size() - rank] : Expr();
    const Expr right = i + b.size() >= rank ? b[i + b.size() - rank] : Expr();
    if (!left.valid() || !right.valid()) {
      result[i] = left.valid() ? left : right;
      continue;
    }
    if (constant_integer(left) && constant_integer(right) && left != right && !is_constant_value(left, 1) &&
        !is_constant_value(right, 1))
      return std::nullopt;
    result[i] = broadcast_dimension(left, right, assumed);
  }
  return result;
}

Shape shape_of_dims(std::span<const int64_t> dims, ExprPool& pool) {
  Shape shape;
  for (int64_t dim : dims) shape.push_back(pool.integer(dim));
  return shape;
}

std::string text_of(const Shape& shape) {
  std::string text;
  for (Expr dimension : shape) {
    const std::optional<int64_t> value = constant_integer(dimension);
    text += text.empty() ? "" : ",";
    text += value                    ? std::to_string(*value)
            : is_variable(dimension) ? (*dimension->pool)[variable_of(dimension)].name
                                     : "?";
  }
  return text;
}

}  // namespace burin::ir
