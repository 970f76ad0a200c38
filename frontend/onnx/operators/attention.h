// Scaled dot-product attention put together from graph ops, for the operators that are made of it: ONNX's Attention and those
// of com.microsoft. Shapes: B batch, N heads of queries, M heads of keys and values (N is a multiple of M), S queries, T keys,
// H size of a head, V size of a head of values.
#pragma once

#include <optional>

#include "frontend/onnx/graph/node_import.h"

namespace burin::frontend {

struct AttentionOperands {
  ir::ValueId q{};        // [B, N, S, H]
  ir::ValueId k{};        // [B, M, T, H]
  ir::ValueId v{};        // [B, M, T, V]
  ir::ValueId bias{};     // added to the scores, broadcast to [B, N, S, T]; may be absent
  ir::ValueId allowed{};  // bool, broadcast to [B, N, S, T]: a query takes no part of a key where false; may be absent
  double scale = 1;       // of the scores
  double soft_cap = 0;    // c * tanh(x / c) for c other than 0
  std::optional<ir::ElementType> softmax_element{};  // what softmax computes in, when it is not the type of q
};

// Every step of it; scores to weights are [B, N, S, T].
struct AttentionSteps {
  ir::ValueId scores;   // q * k, scaled
  ir::ValueId capped;   // after the soft cap
  ir::ValueId biased;   // with bias, and -inf where not allowed
  ir::ValueId weights;  // after softmax; a row without any key allowed is 0
  ir::ValueId y;        // [B, N, S, V]
};
AttentionSteps emit_attention(NodeImport& node, AttentionOperands operands);

// [B, S, N * H] as [B, N, S, H], and back.
ir::Result<ir::ValueId> split_heads(NodeImport& node, ir::ValueId value, int64_t heads);
ir::ValueId merge_heads(NodeImport& node, ir::ValueId value);

// Positions of queries, `first` + 0, 1, .., as [.., S, 1]; `first` broadcasts with it, or is absent for 0.
ir::ValueId query_positions(NodeImport& node, ir::Expr count, ir::ValueId first);
// True where a key, at 0, 1, .., is not behind its query: [.., S, T].
ir::ValueId causal_mask(NodeImport& node, ir::ValueId queries, ir::Expr keys);
// Both, where both are there.
ir::ValueId both(NodeImport& node, ir::ValueId left, ir::ValueId right);
// The sum of what is there.
ir::ValueId sum_of(NodeImport& node, ir::ValueId left, ir::ValueId right);

}  // namespace burin::frontend
