#include "ir/expr/shape.h"

#include <algorithm>

#include "ir/base/checked.h"
#include "ir/expr/linear.h"

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

std::optional<Shape> broadcast(const Shape& a, const Shape& b, std::vector<std::pair<Expr, Expr>>& assumed) {
  const size_t rank = std::max(a.size(), b.size());
  Shape result(rank);
  for (size_t i = 0; i < rank; ++i) {
    const Expr left = i + a.size() >= rank ? a[i + a.size() - rank] : Expr();
    const Expr right = i + b.size() >= rank ? b[i + b.size() - rank] : Expr();
    if (!left.valid() || !right.valid()) {
      result[i] = left.valid() ? left : right;
      continue;
    }
    if (is_constant_value(left, 1) || provably_equal(left, right)) {
      result[i] = right;
    } else if (is_constant_value(right, 1)) {
      result[i] = left;
    } else {
      if (constant_integer(left) && constant_integer(right)) return std::nullopt;
      assumed.emplace_back(left, right);
      result[i] = constant_integer(left) || (is_variable(left) && !constant_integer(right)) ? left : right;
    }
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
