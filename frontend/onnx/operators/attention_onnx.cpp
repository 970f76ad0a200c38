// ONNX's Attention and RotaryEmbedding. The rotation serves com.microsoft's operators too.
#include <array>
#include <cmath>

#include "frontend/onnx/operators/attention.h"
#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rotary.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
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

enum Operand { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidKeys };
enum Output { kY, kPresentKey, kPresentValue, kScores };

Result<ValueId> heads_of(NodeImport& node, int operand, std::string_view count) {
  if (node.rank(operand) == 4) return node.operand(operand);
  const int64_t heads = node.integer(count, 0);
  if (heads < 1)
    return node.fault("attribute-range", "attribute \"{}\": expected 1 or more for operands of rank 3, found {}", count,
                      heads);
  return split_heads(node, node.operand(operand), heads);
}

// The mask under as many keys as there are: keys behind its end take no part.
ValueId padded_mask(NodeImport& node, Expr keys) {
  const ValueId mask = node.operand(kMask);
  if (!mask.valid() || node.rank(kMask) == 0) return mask;
  Shape shape = node.shape(kMask);
  if (shape.back() == keys || ir::is_constant_value(shape.back(), 1)) return mask;
  ir::ExprPool& pool = *node.graph().pool;
  const ir::Pad pad{Shape(shape.size(), pool.integer(0)), {}, "constant"};
  shape.back() = keys;
  ir::Pad padded = pad;
  padded.sizes = shape;
  const ElementType element = node.element(kMask);
  const double none = element == ElementType::kBool ? 0 : -HUGE_VAL;
  return node.emit(ir::kPad, {mask, node.scalar_constant(none, element)}, Attributes(std::move(padded)));
}

// Number of keys in front of the queries of each batch: absent where there are none.
ValueId first_query(NodeImport& node, Expr queries) {
  if (node.has(kPastKey)) return emit_dimensions(node, {node.dimension(kPastKey, 2)}, 0);
  if (!node.has(kValidKeys)) return {};
  const Shape per_batch{node.dimension(kValidKeys, 0), node.graph().pool->integer(1), node.graph().pool->integer(1),
                        node.graph().pool->integer(1)};
  const ValueId valid = emit_reshape(node, node.operand(kValidKeys), per_batch);
  return node.emit(ir::kSub, {valid, emit_dimensions(node, {queries}, 0)});
}

// What may take part by the attribute is_causal and the number of valid keys.
ValueId allowed_keys(NodeImport& node, Expr queries, Expr keys) {
  ValueId allowed;
  if (node.flag("is_causal", false))
    allowed = causal_mask(node, query_positions(node, queries, first_query(node, queries)), keys);
  if (!node.has(kValidKeys)) return allowed;
  ir::ExprPool& pool = *node.graph().pool;
  const Shape per_batch{node.dimension(kValidKeys, 0), pool.integer(1), pool.integer(1), pool.integer(1)};
  const ValueId valid = emit_reshape(node, node.operand(kValidKeys), per_batch);
  return both(node, allowed, node.emit(ir::kLess, {emit_positions(node, keys, 0, 1), valid}));
}

Status require_operands(const NodeImport& node) {
  for (const int i : {kKey, kValue}) {
    if (node.rank(i) != node.rank(kQuery))
      return node.fault("rank-mismatch", "operand {}: expected rank {} (as operand 0), found {}", i, node.rank(kQuery),
                        node.rank(i));
  }
  ir::Status status = require_rank(node, kQuery, 3, 4);
  status.merge(require_rank(node, kPastKey, 4, 4));
  status.merge(require_rank(node, kPastValue, 4, 4));
  status.merge(require_rank(node, kValidKeys, 1, 1));
  if (!status) return status;
  if (node.has(kPastKey) != node.has(kPastValue))
    return node.fault("missing-operand", "expected past_key and past_value together, found one of them");
  for (const std::string_view name : {"left_window_size", "right_window_size"}) {
    if (node.integer(name, -1) >= 0)
      return node.not_supported("attribute \"{}\": expected -1 (no window), found {}", name, node.integer(name, -1));
  }
  return {};
}

Result<AttentionOperands> attention_operands(NodeImport& node) {
  const Result<ValueId> q = heads_of(node, kQuery, "q_num_heads");
  const Result<ValueId> k = heads_of(node, kKey, "kv_num_heads");
  const Result<ValueId> v = heads_of(node, kValue, "kv_num_heads");
  if (!q) return q.faults();
  if (!k) return k.faults();
  if (!v) return v.faults();
  AttentionOperands operands;
  operands.q = *q;
  operands.k = emit_concat(node, {node.operand(kPastKey), *k}, 2);
  operands.v = emit_concat(node, {node.operand(kPastValue), *v}, 2);
  if (!operands.q.valid() || !operands.k.valid() || !operands.v.valid()) return operands;
  const Shape shape = node.dimensions(operands.q, 4);
  const Expr keys = node.dimension(operands.k, 2);
  operands.allowed = allowed_keys(node, shape[2], keys);
  const ValueId mask = padded_mask(node, keys);
  if (mask.valid() && node.type(mask).element == ElementType::kBool) {
    operands.allowed = both(node, operands.allowed, mask);
  } else {
    operands.bias = emit_cast(node, mask, node.element(kQuery));
  }
  const std::optional<int64_t> size = ir::constant_integer(shape[3]);
  if (!node.has_attribute("scale") && !size)
    return node.not_supported("expected a head size known at compile time, found a symbolic one");
  operands.scale = node.has_attribute("scale") ? node.number("scale", 1) : 1 / std::sqrt(static_cast<double>(*size));
  operands.soft_cap = node.number("softcap", 0);
  if (const int64_t precision = node.integer("softmax_precision", 0); precision != 0) {
    const Result<ElementType> element = element_type_of(static_cast<int32_t>(precision), node.where());
    if (!element) return element.faults();
    operands.softmax_element = *element;
  }
  return operands;
}

Status import_attention(NodeImport& node) {
  if (Status status = require_operands(node); !status) return status;
  const Result<AttentionOperands> operands = attention_operands(node);
  if (!operands) return operands.faults();
  const AttentionSteps steps = emit_attention(node, *operands);
  node.set_result(kY, node.rank(kQuery) == 3 ? merge_heads(node, steps.y) : steps.y);
  node.set_result(kPresentKey, operands->k);
  node.set_result(kPresentValue, operands->v);
  // As ONNX 1.23 words it, for all versions: errata turned cap and mask round in the text of Attention-23 and -24.
  const int64_t mode = node.integer("qk_matmul_output_mode", 0);
  const std::array<ValueId, 4> stages{steps.scores, steps.capped, steps.biased, steps.weights};
  if (mode < 0 || mode >= static_cast<int64_t>(stages.size()))
    return node.fault("attribute-range", "attribute \"qk_matmul_output_mode\": expected 0 to 3, found {}", mode);
  node.set_result(kScores, stages[static_cast<size_t>(mode)]);
  return {};
}

// Operands: x, cosines, sines, positions.
Status import_rotary_embedding(NodeImport& node) {
  const Result<ValueId> y =
      rotated(node, {node.operand(0), node.operand(1), node.operand(2), node.operand(3), node.integer("num_heads", 0),
                     node.integer("rotary_embedding_dim", 0),
                     node.flag("interleaved", false) ? RotaryPairs::kNeighbours : RotaryPairs::kHalves});
  if (!y) return y.faults();
  node.set_result(0, *y);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Attention", 23, import_attention, "111????"},
    {"", "RotaryEmbedding", 23, import_rotary_embedding, "111?"},
});

}  // namespace

std::span<const ImportRow> attention_rows() { return kRows; }

}  // namespace burin::frontend
