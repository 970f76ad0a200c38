#include "ir/ops/indexing.h"

#include <algorithm>

#include "ir/expr/containment.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/ops/lowering.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

// Whether `e` depends on a count that only execution finds.
bool depends_on_counts(const Graph& graph, Expr e) {
  bool found = false;
  for_each_node(e, [&](Expr node) {
    if (is_variable(node))
      found |= std::ranges::find(graph.opaque_symbols, variable_of(node)) != graph.opaque_symbols.end();
  });
  return found;
}

}  // namespace

bool has_counts(const Lowering& op, int i) {
  const auto depends = [&](Expr dimension) { return depends_on_counts(op.graph(), dimension); };
  return std::ranges::any_of(op.shape(i), depends) || std::ranges::any_of(op.result_shape(0), depends);
}

Expr index_from_front(Expr index, Expr extent) {
  const Expr wide = cast(index, ElementType::kI64);
  if (is_unsigned(index->type.element)) return wide;
  return select(less(wide, wide->pool->integer(0)), wide + extent, wide);
}

Expr wrapped_index(Expr index, Expr extent) {
  return min(max(index_from_front(index, extent), extent->pool->integer(0)), extent - 1);
}

Status require_at_most(Inference& op, Expr value, Expr limit, std::string_view what) {
  if (provably_nonnegative(limit - value)) return {};
  if (provably_less(limit, value))
    return op.fault("shape-mismatch", "{}: expected at most {}, found {}", what, text_of(limit), text_of(value));
  if (depends_on_counts(op.graph(), value) || depends_on_counts(op.graph(), limit)) return {};
  return op.require_equal(limit, max(value, limit), what);
}

Status require_elements(Inference& op, int i, size_t axis, const Shape& result) {
  const Expr extent = op.shape(i)[axis];
  if (extent->low >= 1) return {};
  Expr needed = op.pool().integer(1);
  for (const Expr dimension : result) {
    if (dimension->low < 1) needed = min(needed, dimension);
  }
  const std::string what = fmt::format("{}: dimension {}", op.described(i), axis);
  if (is_constant_value(extent, 0) && is_constant_value(needed, 1))
    return op.fault("shape-mismatch", "{}: expected elements to choose from, found none", what);
  return require_at_most(op, needed, extent, what);
}

Status require_smaller(Inference& op, size_t axis) {
  for (size_t d = 0; d < op.shape(0).size(); ++d) {
    const std::string what = fmt::format("{}: dimension {}", op.described(1), d);
    if (d == axis) continue;
    if (Status status = require_at_most(op, op.shape(1)[d], op.shape(0)[d], what); !status) return status;
  }
  return {};
}

Expr read_checked(const Lowering& op, int i, std::span<const Expr> index) {
  if (!has_counts(op, i)) return op.at(i, index);
  for (size_t d = 0; d < index.size(); ++d) {
    if (contained(index[d], op.pool().integer(0), op.shape(i)[d]) != Containment::kProven)
      return op.at_or(i, index, zero(op.pool(), op.element(i)));
  }
  return op.at(i, index);
}

Status require_indices(const Inference& op, int i) {
  if (op.element(i) == ElementType::kI32 || op.element(i) == ElementType::kI64) return {};
  return op.fault("type-mismatch", "operand {}: expected i32 or i64, found {}", i, info(op.element(i)).name);
}

}  // namespace burin::ir
