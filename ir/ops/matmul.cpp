// Matrix products with NumPy's broadcasting of the leading dimensions.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// Where the rows, the columns and the depth of one factor are among its dimensions; a vector has only a depth.
struct FactorShape {
  std::optional<size_t> outer;  // the rows of the left, the columns of the right factor
  size_t depth;
  size_t batch_rank;
};

FactorShape left_factor(size_t rank, const MatMul& attributes) {
  if (rank == 1) return {{}, 0, 0};
  const size_t transposed = attributes.transpose_left ? 1 : 0;
  return {rank - 2 + transposed, rank - 1 - transposed, rank - 2};
}
FactorShape right_factor(size_t rank, const MatMul& attributes) {
  if (rank == 1) return {{}, 0, 0};
  const size_t transposed = attributes.transpose_right ? 1 : 0;
  return {rank - 1 - transposed, rank - 2 + transposed, rank - 2};
}

Shape batch_of(const Shape& shape, const FactorShape& factor) {
  return {shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(factor.batch_rank)};
}

// The result's shape.
Result<Shape> product_shape(Inference& op, const MatMul& attributes) {
  for (int operand : {0, 1}) {
    if (Status status = op.require_rank(operand, 1, INT32_MAX); !status) return status.faults();
  }
  const FactorShape left = left_factor(op.shape(0).size(), attributes);
  const FactorShape right = right_factor(op.shape(1).size(), attributes);
  Status status = op.require_same_dimension(0, left.depth, 1, right.depth);
  if (!status) return status.faults();
  std::vector<RelatedDimensions> assumed;
  std::optional<Shape> shape = broadcast(batch_of(op.shape(0), left), batch_of(op.shape(1), right), assumed);
  if (!shape) {
    return op.fault("shape-mismatch", "expected leading dimensions that broadcast, found {} and {}", op.described(0),
                    op.described(1));
  }
  if (status = op.require(assumed, "broadcast"); !status) return status.faults();
  if (left.outer) shape->push_back(op.shape(0)[*left.outer]);
  if (right.outer) shape->push_back(op.shape(1)[*right.outer]);
  return *std::move(shape);
}

Status infer_matmul(Inference& op) {
  if (Status status = op.require_same_element(0, 1); !status) return status;
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  Result<Shape> shape = product_shape(op, op.attributes<MatMul>());
  if (!shape) return shape.faults();
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

// A zero point has one element, one per row of the left or column of the right factor, or is like the factor with a depth
// of 1. `factor` is 0 or 1, and the zero point two operands behind.
Status require_zero_point(Inference& op, int factor) {
  const int point = factor + 2;
  if (!op.has(point)) return {};
  if (Status status = op.require_same_element(factor, point); !status) return status;
  if (static_element_count(op.shape(point)) == 1) return {};
  if (Status status = op.require_rank(factor, 2, INT32_MAX); !status) return status;
  const auto rank = op.shape(factor).size();
  const size_t outer = factor == 0 ? rank - 2 : rank - 1;
  const auto repeated_to = [&](size_t d, size_t at) {
    return op.require_repeated(point, at, op.shape(factor)[d], fmt::format("{} dimension {}", op.described(factor), d));
  };
  if (op.rank(point) == 1) return repeated_to(outer, 0);
  if (Status status = op.require_rank(point, op.rank(factor), op.rank(factor)); !status) return status;
  const size_t depth = factor == 0 ? rank - 1 : rank - 2;
  for (size_t d = 0; d < rank; ++d) {
    Status status = d == depth ? op.require_dimension(point, d, op.pool().integer(1), "the depth of the product")
                               : repeated_to(d, d);
    if (!status) return status;
  }
  return {};
}

Status infer_matmul_integer(Inference& op) {
  for (int factor : {0, 1}) {
    if (is_integer(op.element(factor))) continue;
    return op.fault("type-mismatch", "operand {}: expected integers, found {}", factor, info(op.element(factor)).name);
  }
  Result<Shape> shape = product_shape(op, {});
  if (!shape) return shape.faults();
  for (int factor : {0, 1}) {
    if (Status status = require_zero_point(op, factor); !status) return status;
  }
  op.set_result(0, ElementType::kI32, *std::move(shape));
  return {};
}

// One element of each factor, at the axes of a nest that has the result's axes and one over the depth.
struct Factors {
  std::vector<Expr> left, right;  // indices
};

Factors factor_indices(const Lowering& op, const MatMul& attributes, std::span<const Expr> i, Expr depth) {
  const FactorShape left = left_factor(op.shape(0).size(), attributes);
  const FactorShape right = right_factor(op.shape(1).size(), attributes);
  const size_t batch_rank = i.size() - (left.outer ? 1 : 0) - (right.outer ? 1 : 0);
  const Shape batch(op.result_shape(0).begin(), op.result_shape(0).begin() + static_cast<std::ptrdiff_t>(batch_rank));
  const auto index_of_factor = [&](int operand, const FactorShape& shape, Expr outer) {
    std::vector<Expr> index = op.broadcast_index(i.first(batch_rank), batch_of(op.shape(operand), shape), batch);
    index.resize(op.shape(operand).size());
    if (shape.outer) index[*shape.outer] = outer;
    index[shape.depth] = depth;
    return index;
  };
  return {index_of_factor(0, left, left.outer ? i[batch_rank] : Expr()),
          index_of_factor(1, right, right.outer ? i.back() : Expr())};
}

Expr depth_axis(const Lowering& op, const MatMul& attributes, NestBuilder& nest) {
  return reduction_axis(nest, "d", op.shape(0)[left_factor(op.shape(0).size(), attributes).depth]);
}

// y[b, m, n] = sum over k of left[b, m, k] * right[b, k, n]
void lower_matmul(Lowering& op) {
  const auto& attributes = op.attributes<MatMul>();
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Factors at = factor_indices(op, attributes, i, depth_axis(op, attributes, nest));
  const Expr a = widen(op.at(0, at.left));
  const Expr b = widen(op.at(1, at.right));
  const Expr sum = nest.accumulate(zero(op.pool(), a->type.element), [&](Expr acc) { return fma(a, b, acc); });
  nest.write(op.result(0), i, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

// The zero point that goes with an element of a factor; `outer` is its row or column.
Expr zero_point(const Lowering& op, int operand, std::span<const Expr> element_index, Expr outer) {
  if (op.shape(operand).size() == 1) {
    const Expr first = op.pool().integer(0);
    const Shape& factor = op.shape(operand - 2);
    const size_t rank = factor.size();
    if (rank < 2) return op.at(operand, {&first, 1});
    return op.broadcast_at(operand, {&outer, 1}, {factor[operand == 2 ? rank - 2 : rank - 1]});
  }
  return op.broadcast_at(operand, element_index, op.shape(operand - 2));
}

// y[b, m, n] = sum over k of (left[b, m, k] - left_zero) * (right[b, k, n] - right_zero), in i32
void lower_matmul_integer(Lowering& op) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Factors at = factor_indices(op, {}, i, depth_axis(op, {}, nest));
  const auto factor = [&](int operand, std::span<const Expr> index, Expr outer) {
    const Expr value = cast(op.at(operand, index), ElementType::kI32);
    if (!op.has(operand + 2)) return value;
    return value - cast(zero_point(op, operand + 2, index, outer), ElementType::kI32);
  };
  const Expr none = op.pool().integer(0);
  const Expr a = factor(0, at.left, at.left.size() > 1 ? at.left[at.left.size() - 2] : none);
  const Expr b = factor(1, at.right, at.right.size() > 1 ? at.right.back() : none);
  nest.write(op.result(0), i,
             nest.accumulate(zero(op.pool(), ElementType::kI32), [&](Expr acc) { return fma(a, b, acc); }));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kMatMul{
    .name = "matmul",
    .doc =
        "The product of two matrices, or stacks of them, each transposed where asked; a vector is a row on "
        "the left and a column on the right. ONNX MatMul, Gemm.",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<MatMul>,
    .infer = infer_matmul,
    .lower = lower_matmul};
constinit const OpInfo kMatMulInteger{
    .name = "matmul_integer",
    .doc =
        "The product of two integer matrices less their zero points (operands 2 and 3, optional), in i32. "
        "ONNX MatMulInteger.",
    .least_operands = 2,
    .most_operands = 4,
    .infer = infer_matmul_integer,
    .lower = lower_matmul_integer};

}  // namespace burin::ir
