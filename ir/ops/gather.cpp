// Slices of a tensor chosen by indices that are data.
#include "ir/ops/indexing.h"

namespace burin::ir {
namespace {

// y[a.., i.., b..] = x[a.., indices[i..], b..] with as many a as `axis`.
Status infer(Inference& op) {
  const auto axis = static_cast<int>(op.attributes<Gather>().axis);
  if (Status status = op.require_rank(0, axis + 1, kMostRank); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  Shape shape(op.shape(0).begin(), op.shape(0).begin() + axis);
  shape.insert(shape.end(), op.shape(1).begin(), op.shape(1).end());
  shape.insert(shape.end(), op.shape(0).begin() + axis + 1, op.shape(0).end());
  Status status = require_elements(op, 0, static_cast<size_t>(axis), shape);
  op.set_result(0, op.element(0), std::move(shape));
  return status;
}

void lower(Lowering& op) {
  const auto axis = static_cast<size_t>(op.attributes<Gather>().axis);
  const size_t index_rank = op.shape(1).size();
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  const std::span<const Expr> all(index);
  const Expr chosen = wrapped_index(op.at(1, all.subspan(axis, index_rank)), op.shape(0)[axis]);
  std::vector<Expr> from(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(axis));
  from.push_back(chosen);
  from.insert(from.end(), index.begin() + static_cast<std::ptrdiff_t>(axis + index_rank), index.end());
  nest.write(op.result(0), index, read_checked(op, 0, from));
  op.emit(nest);
}

Status infer_elements(Inference& op) {
  const auto axis = static_cast<size_t>(op.attributes<GatherElements>().axis);
  if (Status status = op.require_rank(0, static_cast<int>(axis) + 1, kMostRank); !status) return status;
  if (Status status = op.require_rank(1, op.rank(0), op.rank(0)); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  if (Status status = require_smaller(op, axis); !status) return status;
  op.set_result(0, op.element(0), op.shape(1));
  return require_elements(op, 0, axis, op.shape(1));
}

void lower_elements(Lowering& op) {
  const auto axis = static_cast<size_t>(op.attributes<GatherElements>().axis);
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  std::vector<Expr> from = index;
  from[axis] = wrapped_index(op.at(1, index), op.shape(0)[axis]);
  nest.write(op.result(0), index, read_checked(op, 0, from));
  op.emit(nest);
}

// The last dimension of the indices holds coordinates of x behind its batch dimensions: y[b.., i.., r..] = x[b.., indices[b.., i..], r..].
Status infer_nd(Inference& op) {
  const auto batch = static_cast<int>(op.attributes<GatherNd>().batch_dims);
  if (Status status = op.require_rank(0, batch + 1, kMostRank); !status) return status;
  if (Status status = op.require_rank(1, batch + 1, kMostRank); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  const std::optional<int64_t> depth = constant_integer(op.shape(1).back());
  if (!depth)
    return op.not_supported("operand 1: expected a last dimension known at compile time, found a symbolic one");
  if (*depth < 1 || *depth > op.rank(0) - batch) {
    return op.fault("shape-mismatch", "operand 1: expected a last dimension of 1 to {}, found {}", op.rank(0) - batch,
                    *depth);
  }
  for (int i = 0; i < batch; ++i) {
    const auto d = static_cast<size_t>(i);
    if (Status status = op.require_same_dimension(0, d, 1, d); !status) return status;
  }
  Shape shape(op.shape(1).begin(), op.shape(1).end() - 1);
  shape.insert(shape.end(), op.shape(0).begin() + batch + *depth, op.shape(0).end());
  Status status;
  for (int64_t k = 0; k < *depth; ++k) status.merge(require_elements(op, 0, static_cast<size_t>(batch + k), shape));
  op.set_result(0, op.element(0), std::move(shape));
  return status;
}

void lower_nd(Lowering& op) {
  const auto batch = static_cast<size_t>(op.attributes<GatherNd>().batch_dims);
  const size_t outer = op.shape(1).size() - 1;
  const auto depth = static_cast<size_t>(*constant_integer(op.shape(1).back()));
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  std::vector<Expr> at(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(outer));
  at.emplace_back();
  std::vector<Expr> from(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(batch));
  for (size_t k = 0; k < depth; ++k) {
    at.back() = op.pool().integer(static_cast<int64_t>(k));
    from.push_back(wrapped_index(op.at(1, at), op.shape(0)[batch + k]));
  }
  from.insert(from.end(), index.begin() + static_cast<std::ptrdiff_t>(outer), index.end());
  nest.write(op.result(0), index, read_checked(op, 0, from));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kGather{
    .name = "gather",
    .doc =
        "y[a.., i.., b..] = x[a.., indices[i..], b..], the index at `axis`. Operands x, indices; a negative index "
        "counts from the back. ONNX Gather-13.",
    .outside = "the nearest element is read; where the axis has no elements, refused when compiling or by `prepare`",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<Gather>,
    .infer = infer,
    .lower = lower,
};

constinit const OpInfo kGatherElements{
    .name = "gather_elements",
    .doc = "y[i..] = x[i.. with indices[i..] at `axis`]. Operands x, indices. ONNX GatherElements-13.",
    .outside =
        "the nearest element is read; where the axis has no elements, refused when compiling or by `prepare`; indices "
        "larger than x along another axis too",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<GatherElements>,
    .infer = infer_elements,
    .lower = lower_elements,
};

constinit const OpInfo kGatherNd{
    .name = "gather_nd",
    .doc =
        "y[b.., i.., r..] = x[b.., indices[b.., i.., :], r..] with `batch_dims` dimensions b. Operands x, indices. "
        "ONNX GatherND-13.",
    .outside = "the nearest element is read; where the axis has no elements, refused when compiling or by `prepare`",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<GatherNd>,
    .infer = infer_nd,
    .lower = lower_nd,
};

}  // namespace burin::ir
