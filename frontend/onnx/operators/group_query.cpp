// com.microsoft.GroupQueryAttention: attention of decoders with a cache of keys and values, each batch filled to a length of
// its own. Letters as in frontend/onnx/operators/attention.h; P places of the past cache.
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

enum Operand {
  kQuery,
  kKey,
  kValue,
  kPastKey,
  kPastValue,
  kLastKey,
  kTotal,
  kCosines,
  kSines,
  kPositions,
  kBias,
  kSink
};

// Queries, keys and values as heads; without operands 1 and 2 they lie in operand 0 one after the other.
Result<std::array<ValueId, 3>> parts_of(NodeImport& node, int64_t heads, int64_t shared_heads) {
  std::array<ValueId, 3> parts{node.operand(kQuery), node.operand(kKey), node.operand(kValue)};
  const std::array<int64_t, 3> counts{heads, shared_heads, shared_heads};
  if (!node.has(kKey)) {
    ir::ExprPool& pool = *node.graph().pool;
    const Expr head = ir::floor_div(node.dimension(kQuery, 2), heads + 2 * shared_heads);
    Expr from = pool.integer(0);
    for (size_t i = 0; i < 3; ++i) {
      parts[i] = emit_slice(node, node.operand(kQuery), 2, from, head * counts[i]);
      from = from + head * counts[i];
    }
  }
  for (size_t i = 0; i < 3; ++i) {
    const Result<ValueId> split = split_heads(node, parts[i], counts[i]);
    if (!split) return split.faults();
    parts[i] = *split;
  }
  return parts;
}

// The number of keys before the queries of each batch, [B, 1, 1, 1]. A first prompt has none, though it may be padded: its
// last key then lies before its last query.
ValueId keys_before(NodeImport& node, Expr queries) {
  ir::ExprPool& pool = *node.graph().pool;
  const ValueId last = emit_cast(node, node.operand(kLastKey), ElementType::kI64);
  const ValueId before = node.emit(ir::kSub, {last, emit_dimensions(node, {queries - 1}, 0)});
  const ValueId count = node.emit(ir::kMax, {before, node.scalar_constant(0, ElementType::kI64)});
  return emit_reshape(node, count, {node.dimension(kQuery, 0), pool.integer(1), pool.integer(1), pool.integer(1)});
}

// The cache with the new keys (or values) behind the `before` ones that each batch has, and zeros behind them:
// [B, M, places, H].
ValueId filled(NodeImport& node, ValueId past, ValueId fresh, ValueId before, Expr places) {
  if (!fresh.valid() || !past.valid()) return fresh;
  const Shape shape = node.dimensions(fresh, 4);
  const Expr held = node.dimension(past, 2);
  const ValueId all = node.emit(ir::kConcat, {past, fresh}, Attributes(ir::Concat{2}));
  const ValueId place = emit_positions(node, places, 2, 4);
  const ValueId behind = node.emit(ir::kAdd, {node.emit(ir::kSub, {place, before}), emit_dimensions(node, {held}, 0)});
  const ValueId is_old = node.emit(ir::kLess, {place, before});
  const ValueId from = node.emit(ir::kSelect, {is_old, place, behind});
  const ValueId taken =
      node.emit(ir::kGatherElements, {all, emit_expand(node, from, {shape[0], shape[1], places, shape[3]})},
                Attributes(ir::GatherElements{2}));
  const ValueId end = node.emit(ir::kAdd, {before, emit_dimensions(node, {shape[2]}, 0)});
  return node.emit(ir::kSelect,
                   {node.emit(ir::kLess, {place, end}), taken, node.scalar_constant(0, node.type(fresh).element)});
}

// A key is seen by queries that are not before it, and no more than the window behind it; padding is not seen.
ValueId visible(NodeImport& node, ValueId before, Expr queries, Expr keys) {
  const ValueId positions = node.emit(ir::kAdd, {before, emit_positions(node, queries, 2, 4)});
  const Shape per_batch = node.type(before).shape;
  const ValueId last = emit_reshape(node, emit_cast(node, node.operand(kLastKey), ElementType::kI64), per_batch);
  const ValueId causal = causal_mask(node, node.emit(ir::kMin, {positions, last}), keys);
  const int64_t window = node.integer("local_window_size", -1);
  if (window < 0) return causal;
  const ValueId first =
      node.emit(ir::kSub, {positions, emit_dimensions(node, {node.graph().pool->integer(window)}, 0)});
  return both(node, causal, node.emit(ir::kLess, {first, emit_positions(node, keys, 0, 1)}));
}

Status turn(NodeImport& node, std::array<ValueId, 3>& parts, ValueId before) {
  if (!node.flag("do_rotary", false)) return {};
  const Shape shape = node.dimensions(parts[0], 4);
  ir::ExprPool& pool = *node.graph().pool;
  ValueId positions = node.operand(kPositions);
  if (!positions.valid()) {
    const ValueId first = emit_reshape(node, before, {shape[0], pool.integer(1)});
    positions = node.emit(ir::kAdd, {first, emit_positions(node, shape[2], 1, 2)});
  }
  if (node.rank(kCosines) != 2)
    return node.fault("rank-mismatch", "operand 7 (cosines): expected rank 2 with do_rotary, found {}",
                      node.rank(kCosines));
  const std::optional<int64_t> half = ir::constant_integer(node.dimension(kCosines, 1));
  if (!half) return node.not_supported("operand 7: expected a size known at compile time, found a symbolic one");
  const RotaryPairs pairs = node.flag("rotary_interleaved", false) ? RotaryPairs::kNeighbours : RotaryPairs::kHalves;
  for (const size_t i : {0, 1}) {
    const Result<ValueId> y =
        rotated(node, {parts[i], node.operand(kCosines), node.operand(kSines), positions, 0, 2 * *half, pairs});
    if (!y) return y.faults();
    parts[i] = *y;
  }
  return {};
}

Status require_plain(const NodeImport& node) {
  if (!node.has(kLastKey) || !node.has(kTotal))
    return node.fault("missing-operand", "expected seqlens_k and total_sequence_length, found none");
  Status status = require_rank(node, kQuery, 3, 3);
  status.merge(require_rank(node, kPastKey, 4, 4));
  status.merge(require_rank(node, kPastValue, 4, 4));
  if (!status) return status;
  if (node.has(kPastKey) != node.has(kPastValue))
    return node.fault("missing-operand", "expected past_key and past_value together, found one of them");
  if (node.has(kSink) || node.integer("smooth_softmax", 0) == 1)
    return node.not_supported("a softmax with a sink (head_sink, smooth_softmax) is not supported");
  for (const std::string_view name : {"k_quant_type", "v_quant_type"}) {
    if (node.has_attribute(name) && node.text(name, "NONE") != "NONE")
      return node.not_supported("attribute \"{}\": expected NONE, found {}", name, node.text(name, ""));
  }
  return {};
}

// The places of the present cache: as many as the past has, or as the keys need.
Result<Expr> places_of(NodeImport& node, Expr queries) {
  const Result<std::vector<Expr>> total = required_elements(node, kTotal, "total_sequence_length");
  const Expr held = node.has(kPastKey) ? node.dimension(kPastKey, 2) : node.graph().pool->integer(0);
  if (total && total->size() == 1) return ir::max(total->front(), node.has(kPastKey) ? held : queries);
  if (!node.has(kPastKey)) return queries;
  return total.faults();
}

Status import_group_query_attention(NodeImport& node) {
  if (Status status = require_plain(node); !status) return status;
  const int64_t heads = node.integer("num_heads", 0);
  const int64_t shared_heads = node.integer("kv_num_heads", 0);
  if (heads < 1 || shared_heads < 1 || heads > INT32_MAX || shared_heads > heads || heads % shared_heads != 0)
    return node.fault("attribute-range", "attribute \"kv_num_heads\": expected a divisor of {}, found {}", heads,
                      shared_heads);
  Result<std::array<ValueId, 3>> parts = parts_of(node, heads, shared_heads);
  if (!parts) return parts.faults();
  if (!(*parts)[0].valid() || !(*parts)[1].valid() || !(*parts)[2].valid()) return {};
  const Expr queries = node.dimension((*parts)[0], 2);
  const Result<Expr> places = places_of(node, queries);
  if (!places) return places.faults();
  const ValueId before = keys_before(node, queries);
  if (Status status = turn(node, *parts, before); !status) return status;

  AttentionOperands operands{.q = (*parts)[0]};
  operands.k = filled(node, node.operand(kPastKey), (*parts)[1], before, *places);
  operands.v = filled(node, node.operand(kPastValue), (*parts)[2], before, *places);
  if (!operands.k.valid()) return {};
  operands.bias = node.operand(kBias);
  operands.allowed = visible(node, before, queries, node.dimension(operands.k, 2));
  const std::optional<int64_t> size = ir::constant_integer(node.dimension(operands.q, 3));
  if (!size) return node.not_supported("expected a head size known at compile time, found a symbolic one");
  const double scale = node.number("scale", 0);
  operands.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<double>(*size));
  operands.soft_cap = node.number("softcap", 0);
  node.set_result(0, merge_heads(node, emit_attention(node, operands).y));
  node.set_result(1, operands.k);
  node.set_result(2, operands.v);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"com.microsoft", "GroupQueryAttention", 1, import_group_query_attention, "1????11?????????"},
});

}  // namespace

std::span<const ImportRow> group_query_rows() { return kRows; }

}  // namespace burin::frontend
