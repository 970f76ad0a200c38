#include "frontend/onnx/operators/attention.h"

#include <cmath>
#include <limits>

#include "frontend/onnx/operators/common.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::Expr;
using ir::Shape;
using ir::ValueId;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The same by index, for a number of heads that is known only at run time.
ValueId gather_heads(NodeImport& node, ValueId value, Expr heads, Expr queries) {
  const Expr served = ir::floor_div(queries, ir::max(heads, heads->pool->integer(1)));
  node.graph().assumptions.push_back({{queries, heads * served}, node.where()});
  const ValueId from = node.emit(ir::kDiv, {emit_positions(node, queries, 0, 1), emit_dimensions(node, {served}, 0)});
  return node.emit(ir::kGather, {value, from}, Attributes(ir::Gather{1}));
}

// Each head of keys or values serves `queries` / M heads of queries in a row: [B, M, T, H] as [B, N, T, H].
ValueId repeat_heads(NodeImport& node, ValueId value, Expr queries) {
  if (!value.valid()) return value;
  const Shape shape = node.dimensions(value, 4);
  const std::optional<int64_t> heads = ir::constant_integer(shape[1]);
  if (shape[1] == queries || (heads && *heads < 1)) return value;
  if (!heads) return gather_heads(node, value, shape[1], queries);
  Shape apart{shape[0], shape[1], node.graph().pool->integer(1), shape[2], shape[3]};
  const ValueId grouped = emit_reshape(node, value, apart);
  apart[2] = ir::floor_div(queries, *heads);
  const ValueId repeated = emit_expand(node, grouped, apart);
  return emit_reshape(node, repeated, {shape[0], queries, shape[2], shape[3]});
}

ValueId soft_capped(NodeImport& node, ValueId x, double cap) {
  return scaled(node, node.emit(ir::kTanh, {scaled(node, x, 1 / cap)}), cap);
}

ValueId masked(NodeImport& node, ValueId x, ValueId allowed) {
  if (!allowed.valid() || !x.valid()) return x;
  return node.emit(ir::kSelect, {allowed, x, node.scalar_constant(-kInfinity, node.type(x).element)});
}

// Softmax over the keys. Where a query has none, the greatest of its scores is -inf, and its weights are made 0.
ValueId weights_of(NodeImport& node, ValueId scores, bool may_lack_keys) {
  if (!scores.valid()) return {};
  const ValueId weights = node.emit(ir::kSoftmax, {scores}, Attributes(ir::OverAxes{{3}}));
  if (!may_lack_keys) return weights;
  const ElementType element = node.type(scores).element;
  const ValueId greatest = node.emit(ir::kReduceMax, {scores}, Attributes(ir::Reduce{{3}, true}));
  const ValueId lacks = node.emit(ir::kEqual, {greatest, node.scalar_constant(-kInfinity, element)});
  return node.emit(ir::kSelect, {lacks, node.scalar_constant(0, element), weights});
}

}  // namespace

AttentionSteps emit_attention(NodeImport& node, AttentionOperands operands) {
  if (!operands.q.valid() || !operands.k.valid() || !operands.v.valid()) return {};
  const ElementType element = node.type(operands.q).element;
  const Expr heads = node.dimension(operands.q, 1);
  const ValueId keys = repeat_heads(node, operands.k, heads);
  AttentionSteps steps;
  steps.scores = node.emit(ir::kMatMul, {scaled(node, operands.q, operands.scale), keys},
                           Attributes(ir::MatMul{.transpose_right = true}));
  steps.capped = operands.soft_cap == 0 ? steps.scores : soft_capped(node, steps.scores, operands.soft_cap);
  steps.biased = masked(node, sum_of(node, steps.capped, operands.bias), operands.allowed);
  const ElementType inner = operands.softmax_element.value_or(element);
  const bool may_lack_keys = operands.bias.valid() || operands.allowed.valid();
  steps.weights = emit_cast(node, weights_of(node, emit_cast(node, steps.biased, inner), may_lack_keys), element);
  steps.y = node.emit(ir::kMatMul, {steps.weights, repeat_heads(node, operands.v, heads)}, Attributes(ir::MatMul{}));
  return steps;
}

ir::Result<ValueId> split_heads(NodeImport& node, ValueId value, int64_t heads) {
  if (!value.valid()) return value;
  const Shape shape = node.type(value).shape;
  if (shape.size() != 3)
    return node.fault("rank-mismatch", "expected rank 3 where heads are split, found {}", shape.size());
  const std::optional<int64_t> hidden = ir::constant_integer(shape[2]);
  if (heads < 1 || heads > INT32_MAX || (hidden && *hidden % heads != 0)) {
    return node.fault("attribute-range", "number of heads: expected a divisor of {}, found {}", hidden.value_or(1),
                      heads);
  }
  ir::ExprPool& pool = *node.graph().pool;
  const Shape apart{shape[0], shape[1], pool.integer(heads), ir::floor_div(shape[2], heads)};
  return emit_transpose(node, emit_reshape(node, value, apart), {0, 2, 1, 3});
}

ValueId merge_heads(NodeImport& node, ValueId value) {
  if (!value.valid()) return value;
  const ValueId apart = emit_transpose(node, value, {0, 2, 1, 3});
  if (!apart.valid()) return apart;
  const Shape shape = node.dimensions(apart, 4);
  return emit_reshape(node, apart, {shape[0], shape[1], shape[2] * shape[3]});
}

ValueId query_positions(NodeImport& node, Expr count, ValueId first) {
  return sum_of(node, emit_positions(node, count, 0, 2), first);
}

ValueId causal_mask(NodeImport& node, ValueId queries, Expr keys) {
  return node.emit(ir::kLessEqual, {emit_positions(node, keys, 0, 1), queries});
}

ValueId both(NodeImport& node, ValueId left, ValueId right) {
  if (node.failed()) return {};
  if (!left.valid()) return right;
  return right.valid() ? node.emit(ir::kAnd, {left, right}) : left;
}

ValueId sum_of(NodeImport& node, ValueId left, ValueId right) {
  if (node.failed()) return {};
  if (!left.valid()) return right;
  return right.valid() ? node.emit(ir::kAdd, {left, right}) : left;
}

}  // namespace burin::frontend
