#include "ir/ops/indexing.h"

namespace burin::ir {

Expr index_from_front(Expr index, Expr extent) {
  const Expr wide = cast(index, ElementType::kI64);
  if (is_unsigned(index->type.element)) return wide;
  return select(less(wide, wide->pool->integer(0)), wide + extent, wide);
}

Expr wrapped_index(Expr index, Expr extent) {
  return min(max(index_from_front(index, extent), extent->pool->integer(0)), extent - 1);
}

Status require_indices(const Inference& op, int i) {
  if (op.element(i) == ElementType::kI32 || op.element(i) == ElementType::kI64) return {};
  return op.fault("type-mismatch", "operand {}: expected i32 or i64, found {}", i, info(op.element(i)).name);
}

}  // namespace burin::ir
