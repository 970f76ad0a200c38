// The attention of com.microsoft but for GroupQueryAttention (group_query.cpp): Attention, MultiHeadAttention and what goes with
// them, as ONNX Runtime's optimizer and model builder write them. Letters as in frontend/onnx/operators/attention.h; P past keys.
#include <array>
#include <cmath>

#include "frontend/onnx/operators/attention.h"
#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rotary.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::Expr;
using ir::Result;
using ir::Shape;
using ir::Status;
using ir::ValueId;

Expr number(NodeImport& node, int64_t value) { return node.graph().pool->integer(value); }

ValueId with_bias(NodeImport& node, ValueId x, ValueId bias, Expr from, Expr size) {
  return sum_of(node, x, emit_slice(node, bias, 0, from, size));
}

// The scale of the scores: 1 / sqrt(H) unless the attribute says another.
Result<double> score_scale(NodeImport& node, ValueId q) {
  if (const double scale = node.number("scale", 0); scale != 0) return scale;
  if (!q.valid()) return 1.0;
  const std::optional<int64_t> size = ir::constant_integer(node.dimension(q, 3));
  if (!size) return node.not_supported("expected a head size known at compile time, found a symbolic one");
  return 1 / std::sqrt(static_cast<double>(*size));
}

// --- Masks of keys. They add mask_filter_value to the scores of what they leave out, so that a query left without any key
// still weighs all of them.

ValueId filter_bias(NodeImport& node, ValueId keeps, ElementType element) {
  if (!keeps.valid()) return {};
  const ValueId none = node.scalar_constant(0, element);
  const ValueId filter = node.scalar_constant(node.number("mask_filter_value", -10000), element);
  return node.emit(ir::kSelect, {keeps, none, filter});
}

// True for keys of [start, end) of each batch, where ends and starts follow each other in one operand of B or 2 B numbers.
ValueId keys_between(NodeImport& node, ValueId mask, Expr batch, Expr keys) {
  const Expr given = node.dimension(mask, 0);
  const Shape per_batch{batch, number(node, 1), number(node, 1), number(node, 1)};
  const ValueId numbers = emit_cast(node, mask, ElementType::kI64);
  const ValueId positions = emit_positions(node, keys, 0, 1);
  const auto part = [&](Expr from) { return emit_reshape(node, emit_slice(node, numbers, 0, from, batch), per_batch); };
  const ValueId before_end = node.emit(ir::kLess, {positions, part(number(node, 0))});
  if (given == batch) return before_end;
  return both(node, before_end, node.emit(ir::kLessEqual, {part(batch), positions}));
}

// What a mask of integers leaves in: [B] or [2 B] as above, [B, T], [B, S, T], or the last S rows of [B, 1, M, M].
Result<ValueId> kept_keys(NodeImport& node, int operand, Expr queries, Expr keys) {
  const ValueId mask = node.operand(operand);
  if (!mask.valid()) return mask;
  const Shape shape = node.type(mask).shape;
  const Expr one = number(node, 1);
  const Expr batch = node.dimension(0, 0);
  if (shape.size() == 1) {
    if (shape[0] == batch || shape[0] == batch * 2) return keys_between(node, mask, batch, keys);
    return node.not_supported("operand {}: expected one or two numbers for each batch, found another count", operand);
  }
  const ValueId kept = node.emit(ir::kLess, {node.scalar_constant(0, node.type(mask).element), mask});
  if (shape.size() == 2) return emit_reshape(node, kept, {shape[0], one, one, shape[1]});
  if (shape.size() == 3) return emit_reshape(node, kept, {shape[0], one, shape[1], shape[2]});
  if (shape.size() != 4)
    return node.fault("rank-mismatch", "operand {}: expected rank 1 to 4, found {}", operand, shape.size());
  const ValueId rows = emit_slice(node, kept, 2, keys - queries, queries);
  return emit_slice(node, rows, 3, number(node, 0), keys);
}

// Bias and causality of Attention and MultiHeadAttention: the padding mask, then what is added as it is.
Status add_masks(NodeImport& node, AttentionOperands& operands, int padding, int bias) {
  if (!operands.q.valid() || !operands.k.valid()) return {};
  const Expr queries = node.dimension(operands.q, 2);
  const Expr keys = node.dimension(operands.k, 2);
  const Result<ValueId> kept = kept_keys(node, padding, queries, keys);
  if (!kept) return kept.faults();
  operands.bias = sum_of(node, filter_bias(node, *kept, node.type(operands.q).element), node.operand(bias));
  if (node.flag("unidirectional", false)) {
    const ValueId first = emit_dimensions(node, {keys - queries}, 0);
    operands.allowed = causal_mask(node, query_positions(node, queries, first), keys);
  }
  return {};
}

// --- Attention: one product makes queries, keys and values.

enum AttentionOperand { kInput, kWeights, kProjectionBias, kMaskIndex, kPast, kAttentionBias };

Status import_attention(NodeImport& node) {
  Status status = require_rank(node, kInput, 3, 3);
  status.merge(require_rank(node, kWeights, 2, 2));
  status.merge(require_rank(node, kPast, 5, 5));
  if (!status) return status;
  if (node.flag("do_rotary", false)) return node.not_supported("attribute \"do_rotary\": expected 0, found 1");
  if (node.flag("past_present_share_buffer", false))
    return node.not_supported("attribute \"past_present_share_buffer\": expected 0, found 1");
  const int64_t heads = node.integer("num_heads", 0);
  ValueId product = node.emit(ir::kMatMul, {node.operand(kInput), node.operand(kWeights)}, Attributes(ir::MatMul{}));
  product = sum_of(node, product, node.operand(kProjectionBias));
  const Expr third = ir::floor_div(node.dimension(kWeights, 1), 3);
  std::array<Expr, 3> sizes{third, third, third};
  if (const std::vector<int64_t> given = node.integers("qkv_hidden_sizes"); !given.empty()) {
    if (given.size() != 3)
      return node.fault("shape-mismatch", "attribute \"qkv_hidden_sizes\": expected 3 numbers, found {}", given.size());
    for (size_t i = 0; i < 3; ++i) {
      if (given[i] < 1 || given[i] > INT32_MAX)
        return node.fault("attribute-range", "attribute \"qkv_hidden_sizes\": expected 1 to {}, found {}", INT32_MAX,
                          given[i]);
      sizes[i] = number(node, given[i]);
    }
  }
  std::array<ValueId, 3> parts;
  Expr from = number(node, 0);
  for (size_t i = 0; i < 3; ++i) {
    const Result<ValueId> part = split_heads(node, emit_slice(node, product, 2, from, sizes[i]), heads);
    if (!part) return part.faults();
    parts[i] = *part;
    from = from + sizes[i];
  }
  if (!parts[2].valid()) return {};
  // Past and present hold keys and values in one tensor: [2, B, N, P, H].
  const auto past = [&](int64_t which) -> ValueId {
    if (!node.has(kPast)) return {};
    const Shape shape = node.dimensions(kPast, 5);
    return emit_reshape(node, emit_slice(node, node.operand(kPast), 0, number(node, which), number(node, 1)),
                        {shape[1], shape[2], shape[3], shape[4]});
  };
  AttentionOperands operands{.q = parts[0]};
  operands.k = emit_concat(node, {past(0), parts[1]}, 2);
  operands.v = emit_concat(node, {past(1), parts[2]}, 2);
  const Result<double> scale = score_scale(node, parts[0]);
  if (!scale) return scale.faults();
  operands.scale = *scale;
  if (status = add_masks(node, operands, kMaskIndex, kAttentionBias); !status) return status;
  node.set_result(0, merge_heads(node, emit_attention(node, operands).y));
  if (!node.wants(1) || !operands.k.valid() || !operands.v.valid()) return {};
  const auto stacked = [&](ValueId value) {
    Shape shape = node.type(value).shape;
    shape.insert(shape.begin(), number(node, 1));
    return emit_reshape(node, value, shape);
  };
  node.set_result(1, emit_concat(node, {stacked(operands.k), stacked(operands.v)}, 0));
  return {};
}

// --- MultiHeadAttention: queries, keys and values are operands, packed together or apart.

enum MultiHeadOperand {
  kQuery,
  kKey,
  kValue,
  kBias,
  kPadding,
  kScoreBias,
  kPastKey,
  kPastValue,
  kPastLength,
  kIndirection
};

// Part `which` of [B, S, N, parts, H] as [B, N, S, H].
ValueId unpacked(NodeImport& node, ValueId packed, int64_t which) {
  const Shape shape = node.dimensions(packed, 5);
  const ValueId part = emit_slice(node, packed, 3, number(node, which), number(node, 1));
  return emit_transpose(node, emit_reshape(node, part, {shape[0], shape[1], shape[2], shape[4]}), {0, 2, 1, 3});
}

// Queries, keys and values with their part of the bias, as heads. Keys that are heads already have no bias.
Result<std::array<ValueId, 3>> multi_head_parts(NodeImport& node, int64_t heads) {
  std::array<ValueId, 3> parts;
  if (node.rank(kQuery) == 5 || (node.has(kKey) && node.rank(kKey) == 5)) {
    if (node.has(kBias)) return node.not_supported("operand 3: expected no bias where operands are packed, found one");
    if (node.rank(kQuery) == 5) {
      for (int64_t i = 0; i < 3; ++i) parts[static_cast<size_t>(i)] = unpacked(node, node.operand(kQuery), i);
      return parts;
    }
    const Result<ValueId> q = split_heads(node, node.operand(kQuery), heads);
    if (!q) return q.faults();
    return std::array{*q, unpacked(node, node.operand(kKey), 0), unpacked(node, node.operand(kKey), 1)};
  }
  if (!node.has(kKey) || !node.has(kValue))
    return node.fault("missing-operand", "expected key and value, or packed operands of rank 5, found neither");
  Expr from = number(node, 0);
  for (const int i : {kQuery, kKey, kValue}) {
    auto& part = parts[static_cast<size_t>(i)];
    part = node.operand(i);
    if (node.rank(i) == 4) continue;
    const Expr size = node.dimension(i, 2);
    const Result<ValueId> split = split_heads(node, with_bias(node, part, node.operand(kBias), from, size), heads);
    if (!split) return split.faults();
    part = *split;
    from = from + size;
  }
  return parts;
}

Status import_multi_head_attention(NodeImport& node) {
  if (node.has(kPastLength) || node.has(kIndirection))
    return node.not_supported("operands 8 and 9 (cache of a decoder that writes in place): expected none, found one");
  Status status = require_rank(node, kQuery, 3, 5);
  status.merge(require_rank(node, kKey, 3, 5));
  status.merge(require_rank(node, kValue, 3, 4));
  status.merge(require_rank(node, kBias, 1, 1));
  status.merge(require_rank(node, kPastKey, 4, 4));
  status.merge(require_rank(node, kPastValue, 4, 4));
  if (!status) return status;
  const Result<std::array<ValueId, 3>> parts = multi_head_parts(node, node.integer("num_heads", 0));
  if (!parts) return parts.faults();
  for (const ValueId part : *parts) {
    if (!part.valid()) return {};
  }
  AttentionOperands operands{.q = (*parts)[0]};
  operands.k = emit_concat(node, {node.operand(kPastKey), (*parts)[1]}, 2);
  operands.v = emit_concat(node, {node.operand(kPastValue), (*parts)[2]}, 2);
  const Result<double> scale = score_scale(node, operands.q);
  if (!scale) return scale.faults();
  operands.scale = *scale;
  if (status = add_masks(node, operands, kPadding, kScoreBias); !status) return status;
  const AttentionSteps steps = emit_attention(node, operands);
  node.set_result(0, merge_heads(node, steps.y));
  node.set_result(1, operands.k);
  node.set_result(2, operands.v);
  return {};
}

// --- EmbedLayerNormalization: rows of two or three tables added up and normalized.

enum EmbedOperand { kWords, kSegments, kWordTable, kPositionTable, kSegmentTable, kGamma, kBeta, kKeeps, kPositions };

Status import_embed_layer_norm(NodeImport& node) {
  if (Status status = require_rank(node, kWords, 2, 2); !status) return status;
  const Shape words = node.dimensions(kWords, 2);
  const auto rows = [&](int table, ValueId indices) {
    return node.emit(ir::kGather, {node.operand(table), indices}, Attributes(ir::Gather{0}));
  };
  const ValueId positions = node.has(kPositions) ? node.operand(kPositions) : emit_positions(node, words[1], 1, 2);
  ValueId sum = node.emit(ir::kAdd, {rows(kWordTable, node.operand(kWords)), rows(kPositionTable, positions)});
  if (node.has(kSegments)) sum = node.emit(ir::kAdd, {sum, rows(kSegmentTable, node.operand(kSegments))});
  const ir::Normalize normalize{{2}, {2}, node.number("epsilon", 1e-12), true};
  node.set_result(0,
                  node.emit(ir::kNormalize, {sum, node.operand(kGamma), node.operand(kBeta)}, Attributes(normalize)));
  node.set_result(2, sum);
  if (!node.wants(1)) return {};
  if (node.has(kKeeps)) {
    node.set_result(1, node.emit(ir::kReduceSum, {node.operand(kKeeps)}, Attributes(ir::Reduce{{1}, false})));
  } else {
    node.set_result(1, emit_expand(node, node.scalar_constant(0, ElementType::kI32), {words[0]}));
  }
  return {};
}

// --- RotaryEmbedding: operands x, positions, cosines, sines. A single position is that of the first token.
Status import_rotary_embedding(NodeImport& node) {
  Status status = require_rank(node, 0, 3, 4);
  status.merge(require_rank(node, 1, 1, 2));
  status.merge(require_rank(node, 2, 2, 2));
  if (!status) return status;
  if (node.flag("is_packed_batching", false))
    return node.not_supported("attribute \"is_packed_batching\": expected 0, found 1");
  ValueId positions = node.operand(1);
  if (node.rank(1) == 1) {
    const Expr tokens = node.dimension(0, node.rank(0) == 4 ? 2 : 1);
    positions = sum_of(node, emit_positions(node, tokens, 1, 2), emit_cast(node, positions, ElementType::kI64));
  }
  const int64_t turned = node.integer("rotary_embedding_dim", 0);
  int64_t heads = node.integer("num_heads", 0);
  // Without a number of heads their size is that of the angles.
  const std::optional<int64_t> hidden = ir::constant_integer(node.dimension(0, static_cast<size_t>(node.rank(0) - 1)));
  const std::optional<int64_t> half = ir::constant_integer(node.dimension(2, 1));
  if (heads == 0 && hidden && half && *half > 0) heads = *hidden / (2 * *half);
  const Result<ValueId> y =
      rotated(node, {node.operand(0), node.operand(2), node.operand(3), positions, heads, turned,
                     node.flag("interleaved", false) ? RotaryPairs::kNeighbours : RotaryPairs::kHalves});
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"com.microsoft", "Attention", 1, import_attention, "11?????"},
    {"com.microsoft", "EmbedLayerNormalization", 1, import_embed_layer_norm, "1?11?11??"},
    {"com.microsoft", "MultiHeadAttention", 1, import_multi_head_attention, "1?????????"},
    {"com.microsoft", "RotaryEmbedding", 1, import_rotary_embedding, "1111"},
});

}  // namespace

std::span<const ImportRow> attention_microsoft_rows() { return kRows; }

}  // namespace burin::frontend
