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

Status infer_matmul(Inference& op) {
  const auto& attributes = op.attributes<MatMul>();
  for (int operand : {0, 1}) {
    if (Status status = op.require_rank(operand, 1, INT32_MAX); !status) return status;
  }
  if (Status status = op.require_same_element(0, 1); !status) return status;
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  const FactorShape left = left_factor(op.shape(0).size(), attributes);
  const FactorShape right = right_factor(op.shape(1).size(), attributes);
  if (Status status = op.require_equal(op.shape(0)[left.depth], op.shape(1)[right.depth], "depth of the product"); !status) return status;
  std::vector<std::pair<Expr, Expr>> assumed;
  std::optional<Shape> shape = broadcast(batch_of(op.shape(0), left), batch_of(op.shape(1), right), assumed);
  if (!shape) {
    return op.fault("shape-mismatch", "expected leading dimensions that broadcast, found [{}] and [{}]", text_of(op.shape(0)),
                    text_of(op.shape(1)));
  }
  for (const auto& [a, b] : assumed) {
    if (Status status = op.require_equal(a, b, "broadcast"); !status) return status;
  }
  if (left.outer) shape->push_back(op.shape(0)[*left.outer]);
  if (right.outer) shape->push_back(op.shape(1)[*right.outer]);
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

// y[b, m, n] = sum over k of left[b, m, k] * right[b, k, n]
void lower_matmul(Lowering& op) {
  const auto& attributes = op.attributes<MatMul>();
  const FactorShape left = left_factor(op.shape(0).size(), attributes);
  const FactorShape right = right_factor(op.shape(1).size(), attributes);
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Expr depth = reduction_axis(nest, "d", op.shape(0)[left.depth]);
  const size_t batch_rank = i.size() - (left.outer ? 1 : 0) - (right.outer ? 1 : 0);
  const std::span<const Expr> batch(i.data(), batch_rank);
  const auto factor = [&](int operand, const FactorShape& shape, Expr outer) {
    std::vector<Expr> index = broadcast_index(batch, batch_of(op.shape(operand), shape), op.pool());
    index.resize(op.shape(operand).size());
    if (shape.outer) index[*shape.outer] = outer;
    index[shape.depth] = depth;
    return widen(op.at(operand, index));
  };
  const Expr a = factor(0, left, left.outer ? i[batch_rank] : Expr());
  const Expr b = factor(1, right, right.outer ? i.back() : Expr());
  const Expr sum = nest.accumulate(zero(op.pool(), a->type.element), [&](Expr acc) { return fma(a, b, acc); });
  nest.write(op.result(0), i, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kMatMul{.name = "matmul",
                               .doc = "The product of two matrices, or stacks of them, each transposed where asked; a vector is a row on "
                                      "the left and a column on the right. ONNX MatMul, Gemm.",
                               .least_operands = 2,
                               .most_operands = 2,
                               .schema = &schema_of<MatMul>,
                               .infer = infer_matmul,
                               .lower = lower_matmul};

}  // namespace burin::ir
