#include "frontend/onnx/operators/rotary.h"

#include "frontend/onnx/operators/attention.h"
#include "frontend/onnx/operators/common.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::Expr;
using ir::Result;
using ir::Shape;
using ir::ValueId;

// Cosines or sines of the places in x: [B or 1, 1, S, R / 2].
Result<ValueId> angles(NodeImport& node, ValueId cache, ValueId positions) {
  if (!cache.valid()) return cache;
  const ValueId chosen =
      positions.valid() ? node.emit(ir::kGather, {cache, positions}, Attributes(ir::Gather{0})) : cache;
  if (!chosen.valid()) return chosen;
  Shape shape = node.type(chosen).shape;
  if (shape.size() != 3)
    return node.fault("rank-mismatch", "cosines and sines: expected rank {} {}, found {}", positions.valid() ? 2 : 3,
                      positions.valid() ? "with positions" : "without positions", node.type(cache).shape.size());
  shape.insert(shape.begin() + 1, node.graph().pool->integer(1));
  return emit_reshape(node, chosen, std::move(shape));
}

// The first and second elements of every pair along the last dimension, [.., R] as two of [.., R / 2]; and their inverse.
struct Pairs {
  ValueId a, b;
};
Pairs apart(NodeImport& node, ValueId x, int64_t count, RotaryPairs pairs) {
  ir::ExprPool& pool = *node.graph().pool;
  const Expr half = pool.integer(count / 2);
  if (pairs == RotaryPairs::kHalves)
    return {emit_slice(node, x, 3, pool.integer(0), half), emit_slice(node, x, 3, half, half)};
  Shape shape = node.dimensions(x, 4);
  const Shape result{shape[0], shape[1], shape[2], half};
  shape.back() = half;
  shape.push_back(pool.integer(2));
  const ValueId paired = emit_reshape(node, x, shape);
  const auto side = [&](int64_t i) {
    return emit_reshape(node, emit_slice(node, paired, 4, pool.integer(i), pool.integer(1)), result);
  };
  return {side(0), side(1)};
}

ValueId together(NodeImport& node, const Pairs& turned, Shape shape, RotaryPairs pairs) {
  if (!turned.a.valid() || !turned.b.valid()) return {};
  if (pairs == RotaryPairs::kHalves) return emit_concat(node, {turned.a, turned.b}, 3);
  Shape single = node.type(turned.a).shape;
  single.push_back(node.graph().pool->integer(1));
  const ValueId paired =
      emit_concat(node, {emit_reshape(node, turned.a, single), emit_reshape(node, turned.b, single)}, 4);
  return emit_reshape(node, paired, std::move(shape));
}

}  // namespace

Result<ValueId> rotated(NodeImport& node, const RotaryOperands& operands) {
  if (!operands.x.valid()) return operands.x;
  const bool is_split = node.type(operands.x).shape.size() == 4;
  Result<ValueId> x = is_split ? operands.x : split_heads(node, operands.x, operands.heads);
  if (!x || !x->valid()) return x;
  const std::optional<int64_t> size = ir::constant_integer(node.dimension(*x, 3));
  if (!size) return node.not_supported("expected a head size known at compile time, found a symbolic one");
  const int64_t count = operands.turned == 0 ? *size : operands.turned;
  if (count < 2 || count > *size || count % 2 != 0)
    return node.fault("attribute-range", "rotary dimensions: expected an even number up to {}, found {}", *size, count);
  Result<ValueId> cosines = angles(node, operands.cosines, operands.positions);
  Result<ValueId> sines = angles(node, operands.sines, operands.positions);
  if (!cosines) return cosines;
  if (!sines) return sines;

  ir::ExprPool& pool = *node.graph().pool;
  const ValueId head = emit_slice(node, *x, 3, pool.integer(0), pool.integer(count));
  if (!head.valid()) return head;
  const Pairs given = apart(node, head, count, operands.pairs);
  const auto product = [&](ValueId left, ValueId right) { return node.emit(ir::kMul, {left, right}); };
  const Pairs turned{node.emit(ir::kSub, {product(given.a, *cosines), product(given.b, *sines)}),
                     node.emit(ir::kAdd, {product(given.b, *cosines), product(given.a, *sines)})};
  ValueId y = together(node, turned, node.type(head).shape, operands.pairs);
  if (count < *size)
    y = emit_concat(node, {y, emit_slice(node, *x, 3, pool.integer(count), pool.integer(*size - count))}, 3);
  return is_split ? y : merge_heads(node, y);
}

}  // namespace burin::frontend
