#include "ir/ops/movement.h"

namespace burin::ir {

Expr wrapped_index(Expr index, Expr extent) {
  const Expr wide = cast(index, ElementType::kI64);
  const Expr zero = wide->pool->integer(0);
  const Expr from_front = is_unsigned(index->type.element) ? wide : select(less(wide, zero), wide + extent, wide);
  return min(max(from_front, zero), extent - 1);
}

}  // namespace burin::ir
