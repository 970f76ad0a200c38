// A copy of a tensor with updates at indices that are data.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

Status require_reduction(const Inference& op, std::string_view reduction) {
  for (std::string_view known : {"none", "add", "mul", "min", "max"}) {
    if (reduction == known) return {};
  }
  return op.fault("attribute-range", "attribute \"reduction\": expected none, add, mul, min or max, found \"{}\"",
                  reduction);
}

Expr reduced(std::string_view reduction, Expr held, Expr update) {
  const ElementType element = held->type.element;
  if (reduction == "none") return update;
  if (reduction == "add" && element == ElementType::kBool) return logical_or(held, update);
  if (reduction == "mul" && element == ElementType::kBool) return logical_and(held, update);
  const Expr a = widen(held);
  const Expr b = widen(update);
  const auto or_nan = [&](Expr extreme) {
    return is_float(a->type.element) ? select(unary(Opcode::kIsNan, a), a, extreme) : extreme;
  };
  const Expr value = reduction == "add"   ? a + b
                     : reduction == "mul" ? a * b
                     : reduction == "min" ? or_nan(min(a, b))
                                          : or_nan(max(a, b));
  return narrow(value, element);
}

// Updates may fall on one place, so they come one after the other, in order.
std::vector<Expr> sequential_index(NestBuilder& nest, const Shape& shape, ExprPool& pool) {
  return index_over(shape, pool,
                    [&](size_t d, std::string name) { return nest.sequential(std::move(name), shape[d]); });
}

void copy_operand(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) { return op.at(0, i); });
}

// result[to] = result[to] reduced with `update`, where `inside` holds.
void write_update(Lowering& op, NestBuilder& nest, std::vector<Expr> to, Expr update, Expr inside,
                  std::string_view reduction) {
  const Expr none = zero(op.pool(), op.element(0));
  const Expr value =
      reduction == "none" ? update : reduced(reduction, read_or(op.program, op.result(0), to, none), update);
  nest.write(op.result(0), std::move(to), value, inside);
  op.emit(nest);
}

Expr is_inside(Expr index, Expr extent) {
  return logical_and(less_equal(index->pool->integer(0), index), less(index, extent));
}

Status infer_elements(Inference& op) {
  const ScatterElements& attributes = op.attributes<ScatterElements>();
  if (Status status = require_reduction(op, attributes.reduction); !status) return status;
  if (Status status = op.require_rank(0, static_cast<int>(attributes.axis) + 1, kMostRank); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  if (Status status = op.require_same_element(0, 2); !status) return status;
  for (int i = 1; i < 3; ++i) {
    if (Status status = op.require_rank(i, op.rank(0), op.rank(0)); !status) return status;
  }
  for (size_t d = 0; d < op.shape(1).size(); ++d) {
    if (Status status = op.require_same_dimension(1, d, 2, d); !status) return status;
  }
  if (Status status = require_smaller(op, static_cast<size_t>(attributes.axis)); !status) return status;
  return infer_like_operand(op);
}

void lower_elements(Lowering& op) {
  const ScatterElements& attributes = op.attributes<ScatterElements>();
  const auto axis = static_cast<size_t>(attributes.axis);
  copy_operand(op);
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = sequential_index(nest, op.shape(1), op.pool());
  std::vector<Expr> to = index;
  to[axis] = index_from_front(op.at(1, index), op.shape(0)[axis]);
  Expr inside = op.pool().boolean(true);
  for (size_t d = 0; d < to.size(); ++d) inside = logical_and(inside, is_inside(to[d], op.shape(0)[d]));
  write_update(op, nest, to, op.at(2, index), inside, attributes.reduction);
}

// result[indices[i.., :], r..] = updates[i.., r..]
Status infer_nd(Inference& op) {
  if (Status status = require_reduction(op, op.attributes<ScatterNd>().reduction); !status) return status;
  if (Status status = op.require_rank(0, 1, kMostRank); !status) return status;
  if (Status status = op.require_rank(1, 1, kMostRank); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  if (Status status = op.require_same_element(0, 2); !status) return status;
  const std::optional<int64_t> depth = constant_integer(op.shape(1).back());
  if (!depth)
    return op.not_supported("operand 1: expected a last dimension known at compile time, found a symbolic one");
  if (*depth < 0 || *depth > op.rank(0)) {
    return op.fault("shape-mismatch", "operand 1: expected a last dimension of 0 to {}, found {}", op.rank(0), *depth);
  }
  Shape updates(op.shape(1).begin(), op.shape(1).end() - 1);
  updates.insert(updates.end(), op.shape(0).begin() + *depth, op.shape(0).end());
  if (Status status = op.require_rank(2, static_cast<int>(updates.size()), static_cast<int>(updates.size())); !status)
    return status;
  for (size_t d = 0; d < updates.size(); ++d) {
    const bool is_index = d + 1 < op.shape(1).size();
    const size_t behind = d + 1 - op.shape(1).size() + static_cast<size_t>(*depth);
    Status status = is_index ? op.require_same_dimension(1, d, 2, d) : op.require_same_dimension(0, behind, 2, d);
    if (!status) return status;
  }
  return infer_like_operand(op);
}

void lower_nd(Lowering& op) {
  const size_t outer = op.shape(1).size() - 1;
  const auto depth = static_cast<size_t>(*constant_integer(op.shape(1).back()));
  copy_operand(op);
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = sequential_index(nest, op.shape(2), op.pool());
  std::vector<Expr> at(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(outer));
  at.emplace_back();
  std::vector<Expr> to;
  Expr inside = op.pool().boolean(true);
  for (size_t k = 0; k < depth; ++k) {
    at.back() = op.pool().integer(static_cast<int64_t>(k));
    to.push_back(index_from_front(op.at(1, at), op.shape(0)[k]));
    inside = logical_and(inside, is_inside(to.back(), op.shape(0)[k]));
  }
  to.insert(to.end(), index.begin() + static_cast<std::ptrdiff_t>(outer), index.end());
  write_update(op, nest, to, op.at(2, index), inside, op.attributes<ScatterNd>().reduction);
}

}  // namespace

constinit const OpInfo kScatterElements{
    .name = "scatter_elements",
    .doc =
        "x with y[i.. with indices[i..] at `axis`] = updates[i..], in order, by `reduction`. Operands x, indices, "
        "updates. ONNX ScatterElements-18.",
    .outside =
        "the update is left out; indices larger than x along another axis are refused when compiling or by `prepare`",
    .least_operands = 3,
    .most_operands = 3,
    .schema = &schema_of<ScatterElements>,
    .infer = infer_elements,
    .lower = lower_elements,
};

constinit const OpInfo kScatterNd{
    .name = "scatter_nd",
    .doc =
        "x with y[indices[i.., :], r..] = updates[i.., r..], in order, by `reduction`. Operands x, indices, updates. "
        "ONNX ScatterND-18.",
    .outside = "the update is left out",
    .least_operands = 3,
    .most_operands = 3,
    .schema = &schema_of<ScatterNd>,
    .infer = infer_nd,
    .lower = lower_nd,
};

}  // namespace burin::ir
