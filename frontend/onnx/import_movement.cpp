// ONNX operators that move elements along regular patterns.
#include <algorithm>
#include <numeric>

#include "frontend/onnx/import_common.h"
#include "frontend/onnx/import_rows.h"
#include "ir/linear.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Shape;
using ir::Status;
using ir::ValueId;

Status import_transpose(NodeImport& node) {
  std::vector<int64_t> permutation(static_cast<size_t>(node.rank(0)));
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  permutation = node.integers("perm", std::move(permutation));
  for (int64_t& axis : permutation) {
    if (axis < 0) axis += node.rank(0);
  }
  node.set_result(0, emit_transpose(node, node.operand(0), std::move(permutation)));
  return {};
}

Status import_concat(NodeImport& node) {
  if (node.operand_count() == 0) return node.fault("operand-count", "expected at least 1 operand, found 0");
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 1), node.rank(0));
  if (!axis) return axis.faults();
  std::vector<ValueId> operands;
  for (int i = 0; i < node.operand_count(); ++i) {
    if (node.has(i)) operands.push_back(node.operand(i));
  }
  node.set_result(0, operands.size() == 1
                         ? operands[0]
                         : node.emit(ir::kConcat, std::move(operands), ir::Attributes(ir::Concat{*axis})));
  return {};
}

// --- Slice.

// One axis of a slice as ONNX writes it.
struct Range {
  Expr start, end;
  int64_t step;
};

// `bound` counted from the front and brought between `least` and `most`.
Expr clamped_bound(Expr bound, Expr dim, Expr least, Expr most) {
  if (const std::optional<int64_t> number = ir::constant_integer(bound)) {
    // Exporters write 2^63-1 for "to the end", which sums would overflow on.
    if (dim->high != INT64_MAX && *number >= dim->high) return most;
    if (dim->high != INT64_MAX && *number <= -dim->high - 1) return least;
  }
  const Expr zero = dim->pool->integer(0);
  const Expr from_front = bound->low >= 0   ? bound
                          : bound->high < 0 ? bound + dim
                                            : ir::select(ir::less(bound, zero), bound + dim, bound);
  return ir::min(ir::max(from_front, least), most);
}

// Start and size of the elements that `range` selects from `dim`.
std::pair<Expr, Expr> resolve(const Range& range, Expr dim) {
  ir::ExprPool& pool = *dim->pool;
  const Expr zero = pool.integer(0);
  if (range.step > 0) {
    const Expr start = clamped_bound(range.start, dim, zero, dim);
    const Expr end = clamped_bound(range.end, dim, zero, dim);
    return {start, ir::max(ir::ceil_div(end - start, range.step), zero)};
  }
  const Expr start = clamped_bound(range.start, dim, zero, dim - 1);
  const Expr end = clamped_bound(range.end, dim, pool.integer(-1), dim - 1);
  // A step of -2^63 and one that is 1 less far select the same single element.
  return {start, ir::max(ir::ceil_div(start - end, range.step == INT64_MIN ? INT64_MAX : -range.step), zero)};
}

Status emit_ranges(NodeImport& node, const std::vector<Expr>& starts, const std::vector<Expr>& ends,
                   std::vector<int64_t> axes, const std::vector<int64_t>& steps) {
  if (starts.size() != ends.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    return node.fault("shape-mismatch", "expected as many starts, ends, axes and steps, found {}, {}, {} and {}",
                      starts.size(), ends.size(), axes.size(), steps.size());
  }
  const ir::Result<std::vector<int64_t>> counted = axes_from_front(node, std::move(axes), node.rank(0));
  if (!counted) return counted.faults();
  const Shape& shape = node.shape(0);
  ir::Slice slice{Shape(shape.size(), node.graph().pool->integer(0)), std::vector<int64_t>(shape.size(), 1), shape};
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<size_t>((*counted)[i]);
    if (steps[i] == 0)
      return node.fault("attribute-range", "steps: expected steps other than 0, found 0 for axis {}", axis);
    slice.steps[axis] = steps[i];
    std::tie(slice.starts[axis], slice.sizes[axis]) = resolve({starts[i], ends[i], steps[i]}, shape[axis]);
  }
  const bool is_whole =
      slice.sizes == shape && std::ranges::all_of(slice.steps, [](int64_t step) { return step == 1; });
  node.set_result(
      0, is_whole ? node.operand(0) : node.emit(ir::kSlice, {node.operand(0)}, ir::Attributes(std::move(slice))));
  return {};
}

std::vector<int64_t> first_axes(size_t count) {
  std::vector<int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Status import_slice_attributes(NodeImport& node) {
  const std::vector<int64_t> starts = node.integers("starts");
  const std::vector<int64_t> ends = node.integers("ends");
  return emit_ranges(node, numbers_as_shape(node, starts), numbers_as_shape(node, ends),
                     node.integers("axes", first_axes(starts.size())), std::vector<int64_t>(starts.size(), 1));
}

Status import_slice(NodeImport& node) {
  const ir::Result<std::vector<Expr>> starts = required_elements(node, 1, "starts");
  if (!starts) return starts.faults();
  const ir::Result<std::vector<Expr>> ends = required_elements(node, 2, "ends");
  if (!ends) return ends.faults();
  std::vector<int64_t> axes = first_axes(starts->size());
  std::vector<int64_t> steps(starts->size(), 1);
  if (node.has(3)) {
    const ir::Result<std::vector<int64_t>> given = required_integers(node, 3, "axes");
    if (!given) return given.faults();
    axes = *given;
  }
  if (node.has(4)) {
    const ir::Result<std::vector<int64_t>> given = required_integers(node, 4, "steps");
    if (!given) return given.faults();
    steps = *given;
  }
  return emit_ranges(node, *starts, *ends, std::move(axes), steps);
}

// --- Split.

// The sizes of the parts: given, or equal with a smaller last one.
ir::Result<std::vector<Expr>> split_sizes(const NodeImport& node, Expr dim) {
  if (node.has(1)) return required_elements(node, 1, "split");
  if (node.has_attribute("split")) return numbers_as_shape(node, node.integers("split"));
  const int64_t parts = node.integer("num_outputs", node.result_count());
  if (parts < 1 || parts != node.result_count())
    return node.fault("attribute-range", "expected as many parts as outputs, {}, found {}", node.result_count(), parts);
  const std::optional<int64_t> whole = ir::constant_integer(dim);
  if (whole && *whole % parts != 0 && !node.has_attribute("num_outputs")) {
    return node.fault("shape-mismatch", "expected a dimension that {} parts divide, found {}", parts, *whole);
  }
  const Expr size = ir::ceil_div(dim, parts);
  std::vector<Expr> sizes(static_cast<size_t>(parts), size);
  // Where ceil(dim / parts) * (parts - 1) goes beyond the end, the last part is empty.
  sizes.back() = ir::max(dim - size * (parts - 1), dim->pool->integer(0));
  return sizes;
}

Status import_split(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  const Expr dim = node.shape(0)[static_cast<size_t>(*axis)];
  const ir::Result<std::vector<Expr>> sizes = split_sizes(node, dim);
  if (!sizes) return sizes.faults();
  if (sizes->size() != static_cast<size_t>(node.result_count())) {
    return node.fault("operand-count", "expected {} outputs, as many as parts, found {}", sizes->size(),
                      node.result_count());
  }
  Expr start = dim->pool->integer(0);
  for (size_t i = 0; i < sizes->size(); ++i) {
    if ((*sizes)[i]->high < 0)
      return node.fault("negative-dimension", "split: expected sizes of at least 0, found {}", (*sizes)[i]->high);
    if (node.wants(static_cast<int>(i)))
      node.set_result(static_cast<int>(i), emit_slice(node, node.operand(0), *axis, start, (*sizes)[i]));
    start = start + (*sizes)[i];
  }
  if (!ir::provably_equal(start, dim) && ir::constant_integer(start) && ir::constant_integer(dim)) {
    return node.fault("shape-mismatch", "split: expected sizes that add up to {}, found {}", *ir::constant_integer(dim),
                      *ir::constant_integer(start));
  }
  if (!ir::provably_equal(start, dim)) node.graph().assumptions.push_back({start, dim, node.where()});
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "Concat", 1, import_concat}, {"", "Slice", 1, import_slice_attributes}, {"", "Slice", 10, import_slice},
    {"", "Split", 1, import_split},   {"", "Transpose", 1, import_transpose},
};

}  // namespace

std::span<const ImportRow> movement_rows() { return kRows; }

}  // namespace burin::frontend
