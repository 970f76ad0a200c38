// ONNX operators that move elements along regular patterns.
#include <algorithm>
#include <numeric>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/expr/linear.h"
#include "ir/ops/lowering.h"
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
  if (permutation.size() != static_cast<size_t>(node.rank(0))) {
    return node.fault("rank-mismatch", "attribute \"perm\": expected {} axes, found {}", node.rank(0),
                      permutation.size());
  }
  const ir::Result<std::vector<int64_t>> axes =
      axes_from_front(node, std::move(permutation), node.rank(0), "attribute \"perm\"");
  if (!axes) return axes.faults();
  node.set_result(0, emit_transpose(node, node.operand(0), *axes));
  return {};
}

Status import_concat(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 1), node.rank(0));
  if (!axis) return axis.faults();
  std::vector<ValueId> operands;
  for (int i = 0; i < node.operand_count(); ++i) operands.push_back(node.operand(i));
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

// Starts that are data, where the model declares the size of the result.
Status import_slice_at_data(NodeImport& node, const ir::Diagnostics& otherwise) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  if (!declared || !node.has(1)) return otherwise;
  std::vector<ValueId> operands{node.operand(0), node.operand(1), node.operand(3), node.operand(4)};
  node.set_result(
      0, node.emit(ir::kSliceAt, std::move(operands), ir::Attributes(ir::SliceAt{numbers_as_shape(node, *declared)})));
  return {};
}

Status import_slice(NodeImport& node) {
  const ir::Result<std::vector<Expr>> starts = required_elements(node, 1, "starts");
  if (!starts) return import_slice_at_data(node, starts.faults());
  const ir::Result<std::vector<Expr>> ends = required_elements(node, 2, "ends");
  if (!ends) return import_slice_at_data(node, ends.faults());
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
ir::Result<std::vector<Expr>> split_sizes(const NodeImport& node, Expr dim, int64_t axis) {
  if (node.has(1)) {
    ir::Result<std::vector<Expr>> given = required_elements(node, 1, "split");
    if (given) return given;
    // Where the model declares the parts, their dimensions say how large they are.
    std::vector<Expr> sizes;
    for (int i = 0; i < node.result_count(); ++i) {
      const std::optional<std::vector<int64_t>> declared = node.declared_dims(i);
      if (!declared || declared->size() != node.shape(0).size()) return given;
      sizes.push_back(dim->pool->integer((*declared)[static_cast<size_t>(axis)]));
    }
    return sizes;
  }
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
  const Expr dim = node.dimension(0, static_cast<size_t>(*axis));
  const ir::Result<std::vector<Expr>> sizes = split_sizes(node, dim, *axis);
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
  if (!ir::provably_equal(start, dim)) node.graph().assumptions.push_back({{start, dim}, node.where()});
  return {};
}

// --- Pad.

// `pads`: all begins, then all ends, of `axes`.
Status emit_pad(NodeImport& node, const std::vector<Expr>& pads, const std::vector<int64_t>& axes, ValueId value) {
  ir::ExprPool& pool = *node.graph().pool;
  if (pads.size() != 2 * axes.size())
    return node.fault("shape-mismatch", "pads: expected {} numbers, found {}", 2 * axes.size(), pads.size());
  ir::Pad pad{Shape(node.shape(0).size(), pool.integer(0)), node.shape(0), node.text("mode", "constant")};
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    pad.begins[axis] = pads[i];
    pad.sizes[axis] = pad.sizes[axis] + pads[i] + pads[i + axes.size()];
  }
  const bool is_shifted = !std::ranges::all_of(pad.begins, [](Expr begin) { return ir::is_constant_value(begin, 0); });
  if (pad.sizes == node.shape(0) && !is_shifted) {
    node.set_result(0, node.operand(0));
    return {};
  }
  std::vector<ValueId> operands{node.operand(0)};
  if (value.valid() && pad.mode == "constant") operands.push_back(value);
  node.set_result(0, node.emit(ir::kPad, std::move(operands), ir::Attributes(std::move(pad))));
  return {};
}

Status import_pad_attributes(NodeImport& node) {
  const std::vector<int64_t> pads = node.integers(node.opset() < 2 ? "paddings" : "pads");
  const double number = node.number("value", 0);
  const ValueId value = number == 0 ? ValueId() : node.scalar_constant(number, node.element(0));
  return emit_pad(node, numbers_as_shape(node, pads), first_axes(node.shape(0).size()), value);
}

// --- Pads that depend on data: the result's shape is what the model declares, and the elements are chosen by place, one axis
// after the other.

// Places of the operand along an axis of `dim` elements for those of the result, which `place` counts from the operand's first.
ValueId place_inside(NodeImport& node, ValueId place, Expr dim, const std::string& mode) {
  const auto number = [&](Expr e) { return emit_dimensions(node, {e}, 0); };
  const auto constant = [&](double value) { return node.scalar_constant(value, ir::ElementType::kI64); };
  const auto modulo = [&](ValueId value, Expr divisor) { return node.emit(ir::kMod, {value, number(divisor)}); };
  if (mode == "wrap") return modulo(place, dim);
  if (mode == "reflect") {
    const Expr period = ir::max((dim - 1) * 2, dim->pool->integer(1));
    const ValueId folded = modulo(place, period);
    return node.emit(ir::kMin, {folded, node.emit(ir::kSub, {number(period), folded})});
  }
  const ValueId from_first = node.emit(ir::kMax, {place, constant(0)});
  return node.emit(ir::kMin, {from_first, number(dim - 1)});
}

// `x` with `size` places along `axis`, of which the first `begin` (a number) are padding.
ValueId padded_by_data(NodeImport& node, ValueId x, int64_t axis, ValueId begin, Expr size, ValueId value) {
  if (!x.valid()) return x;
  const Expr dim = node.dimension(x, static_cast<size_t>(axis));
  const std::string mode = node.text("mode", "constant");
  const ValueId zero = node.scalar_constant(0, ir::ElementType::kI64);
  const ValueId one = node.scalar_constant(1, ir::ElementType::kI64);
  const ValueId counted = node.emit(ir::kRange, {zero, one}, ir::Attributes(ir::Range{{size}}));
  const ValueId place = node.emit(ir::kSub, {counted, begin});
  const ValueId taken =
      node.emit(ir::kGather, {x, place_inside(node, place, dim, mode)}, ir::Attributes(ir::Gather{axis}));
  if (mode != "constant" || !taken.valid()) return taken;
  const ValueId inside = node.emit(ir::kAnd, {node.emit(ir::kLessEqual, {zero, place}),
                                              node.emit(ir::kLess, {place, emit_dimensions(node, {dim}, 0)})});
  Shape along(node.type(x).shape.size() - static_cast<size_t>(axis), node.graph().pool->integer(1));
  along.front() = size;
  return node.emit(ir::kSelect, {emit_reshape(node, inside, along), taken, value});
}

Status import_pad_by_data(NodeImport& node, const std::vector<int64_t>& axes, const ir::Diagnostics& otherwise) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  const std::optional<int64_t> count = ir::static_element_count(node.shape(1));
  // An axis without elements has none to repeat or mirror.
  const bool is_empty = ir::static_element_count(node.shape(0)) == 0;
  if (is_empty || !declared || declared->size() != node.shape(0).size() ||
      count != 2 * static_cast<int64_t>(axes.size()))
    return otherwise;
  ir::ExprPool& pool = *node.graph().pool;
  const ValueId pads = emit_cast(node, node.operand(1), ir::ElementType::kI64);
  ValueId value = node.has(2) ? emit_reshape(node, node.operand(2), {}) : ValueId();
  if (!value.valid()) value = node.scalar_constant(0, node.element(0));
  ValueId y = node.operand(0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const ValueId begin =
        emit_reshape(node, emit_slice(node, pads, 0, pool.integer(static_cast<int64_t>(i)), pool.integer(1)), {});
    y = padded_by_data(node, y, axes[i], begin, pool.integer((*declared)[static_cast<size_t>(axes[i])]), value);
  }
  node.set_result(0, y);
  return {};
}

Status import_pad(NodeImport& node) {
  std::vector<int64_t> axes = first_axes(node.shape(0).size());
  if (node.has(3)) {
    const auto given = optional_axes(node, 3, node.rank(0));
    if (!given) return given.faults();
    axes = **given;
  }
  const ir::Result<std::vector<Expr>> pads = required_elements(node, 1, "pads");
  if (!pads) return import_pad_by_data(node, axes, pads.faults());
  return emit_pad(node, *pads, axes, node.operand(2));
}

// --- Repetition.

Status import_expand(NodeImport& node) {
  ir::Result<Shape> to = required_shape(node, 1);
  if (!to) return to.faults();
  std::vector<ir::RelatedDimensions> assumed;
  // Dimensions of the operand win over 1: the two shapes broadcast both ways.
  std::optional<Shape> shape = ir::broadcast(node.shape(0), *to, assumed);
  if (!shape)
    return node.fault("shape-mismatch", "operand 1: expected a shape that [{}] broadcasts with, found [{}]",
                      ir::text_of(node.shape(0)), ir::text_of(*to));
  for (const ir::RelatedDimensions& pair : assumed) node.graph().assumptions.push_back({pair, node.where()});
  node.set_result(0, *shape == node.shape(0)
                         ? node.operand(0)
                         : node.emit(ir::kExpand, {node.operand(0)}, ir::Attributes(ir::Expand{*std::move(shape)})));
  return {};
}

Status import_tile(NodeImport& node) {
  ir::Result<std::vector<Expr>> repeats = required_elements(node, 1, "repeats");
  if (!repeats) {
    // Where the model declares the result, its dimensions say how often.
    const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
    if (!declared || declared->size() != node.shape(0).size()) return repeats.faults();
    repeats = numbers_as_shape(node, *declared);
    for (size_t i = 0; i < repeats->size(); ++i)
      (*repeats)[i] = ir::floor_div((*repeats)[i], ir::max(node.dimension(0, i), node.graph().pool->integer(1)));
  }
  node.set_result(0, node.emit(ir::kTile, {node.operand(0)}, ir::Attributes(ir::Repeat{*repeats})));
  return {};
}

// Tile-1: `tiles` copies along one axis.
Status import_tile_axis(NodeImport& node) {
  const ir::Result<int64_t> tiles = required_integer(node, 1, "tiles");
  if (!tiles) return tiles.faults();
  const ir::Result<int64_t> axis = required_integer(node, 2, "axis");
  if (!axis) return axis.faults();
  const ir::Result<int64_t> at = axis_from_front(node, *axis, node.rank(0), "operand 2");
  if (!at) return at.faults();
  ir::Repeat tile{Shape(node.shape(0).size(), node.graph().pool->integer(1))};
  tile.repeats[static_cast<size_t>(*at)] = node.graph().pool->integer(*tiles);
  node.set_result(0, node.emit(ir::kTile, {node.operand(0)}, ir::Attributes(std::move(tile))));
  return {};
}

// --- Between channels and places.

ir::Result<int64_t> block_size(const NodeImport& node) {
  const int64_t block = node.integer("blocksize", 0);
  if (node.rank(0) != 4) return node.fault("rank-mismatch", "operand 0: expected rank 4, found {}", node.rank(0));
  if (block < 1 || block > INT32_MAX)
    return node.fault("attribute-range", "attribute \"blocksize\": expected 1 to {}, found {}", INT32_MAX, block);
  return block;
}

// The channel is [block, block, C'] (DCR) or [C', block, block] (CRD).
// Whether the depth of a pixel is made of blocks of channels (depth, column, row) or of channels of blocks.
ir::Result<bool> blocks_come_first(const NodeImport& node) {
  const std::string mode = node.text("mode", "DCR");
  if (mode == "DCR" || mode == "CRD") return mode == "DCR";
  return node.fault("attribute-range", "attribute \"mode\": expected DCR or CRD, found \"{}\"", mode);
}

Status import_depth_to_space(NodeImport& node) {
  const ir::Result<int64_t> block = block_size(node);
  if (!block) return block.faults();
  const ir::Result<bool> blocks_first = blocks_come_first(node);
  if (!blocks_first) return blocks_first.faults();
  const Shape x = node.dimensions(0, 4);
  const Expr b = node.graph().pool->integer(*block);
  const Expr depth = ir::exact_quotient({x[1]}, {b, b}, *node.graph().pool);
  ValueId value =
      emit_reshape(node, node.operand(0),
                   *blocks_first ? Shape{x[0], b, b, depth, x[2], x[3]} : Shape{x[0], depth, b, b, x[2], x[3]});
  value = emit_transpose(
      node, value, *blocks_first ? std::vector<int64_t>{0, 3, 4, 1, 5, 2} : std::vector<int64_t>{0, 1, 4, 2, 5, 3});
  node.set_result(0, emit_reshape(node, value, {x[0], depth, x[2] * b, x[3] * b}));
  return {};
}

Status import_space_to_depth(NodeImport& node) {
  const ir::Result<int64_t> block = block_size(node);
  if (!block) return block.faults();
  const ir::Result<bool> blocks_first = blocks_come_first(node);
  if (!blocks_first) return blocks_first.faults();
  ir::ExprPool& pool = *node.graph().pool;
  const Shape x = node.dimensions(0, 4);
  const Expr b = pool.integer(*block);
  const Expr height = ir::exact_quotient({x[2]}, {b}, pool);
  const Expr width = ir::exact_quotient({x[3]}, {b}, pool);
  ValueId value = emit_reshape(node, node.operand(0), {x[0], x[1], height, b, width, b});
  value = emit_transpose(
      node, value, *blocks_first ? std::vector<int64_t>{0, 3, 5, 1, 2, 4} : std::vector<int64_t>{0, 1, 3, 5, 2, 4});
  node.set_result(0, emit_reshape(node, value, {x[0], x[1] * *block * *block, height, width}));
  return {};
}

// --- Crops.

// What the model declares of the result along `axes`; `otherwise` where it declares nothing.
ir::Result<Shape> declared_sizes(const NodeImport& node, const std::vector<int64_t>& axes,
                                 const ir::Result<Shape>& otherwise) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  if (!declared || declared->size() != node.shape(0).size()) return otherwise;
  Shape sizes;
  for (const int64_t axis : axes) sizes.push_back(node.graph().pool->integer((*declared)[static_cast<size_t>(axis)]));
  return sizes;
}

// Centre `axes` at `shape`: cut off or padded with 0, the odd element at the end.
Status import_center_crop_pad(NodeImport& node) {
  std::vector<int64_t> axes = first_axes(node.shape(0).size());
  const auto given = optional_axes(node, -1, node.rank(0));
  if (!given) return given.faults();
  if (*given) axes = **given;
  ir::Result<Shape> wanted = required_elements(node, 1, "shape");
  if (!wanted) wanted = declared_sizes(node, axes, wanted);
  if (!wanted) return wanted.faults();
  if (wanted->size() != axes.size())
    return node.fault("shape-mismatch", "operand 1: expected {} sizes, found {}", axes.size(), wanted->size());
  ir::Pad pad{Shape(node.shape(0).size(), node.graph().pool->integer(0)), node.shape(0), "constant"};
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    const Expr have = node.dimension(0, axis);
    const Expr want = (*wanted)[i];
    const Expr zero = node.graph().pool->integer(0);
    pad.begins[axis] = ir::floor_div(ir::max(want - have, zero), 2) - ir::floor_div(ir::max(have - want, zero), 2);
    pad.sizes[axis] = want;
  }
  node.set_result(0, node.emit(ir::kPad, {node.operand(0)}, ir::Attributes(std::move(pad))));
  return {};
}

// Crop, from before opset 1 was fixed: `border` is left, top, right, bottom of [N,C,H,W], or with `scale` the size that stays.
Status import_crop(NodeImport& node) {
  const std::vector<int64_t> border = node.integers("border");
  const std::vector<int64_t> scale = node.integers("scale");
  if (node.rank(0) != 4) return node.fault("rank-mismatch", "operand 0: expected rank 4, found {}", node.rank(0));
  if (border.size() != 4 || (!scale.empty() && scale.size() != 2)) {
    return node.fault("attribute-range",
                      "attributes: expected 4 numbers of border and 0 or 2 of scale, found {} and {}", border.size(),
                      scale.size());
  }
  ir::ExprPool& pool = *node.graph().pool;
  const Shape x = node.dimensions(0, 4);
  const Expr height = scale.empty() ? x[2] - border[1] - border[3] : pool.integer(scale[0]);
  const Expr width = scale.empty() ? x[3] - border[0] - border[2] : pool.integer(scale[1]);
  ir::Pad pad{{pool.integer(0), pool.integer(0), pool.integer(0) - border[1], pool.integer(0) - border[0]},
              {x[0], x[1], height, width},
              "constant"};
  node.set_result(0, node.emit(ir::kPad, {node.operand(0)}, ir::Attributes(std::move(pad))));
  return {};
}

Status import_reverse_sequence(NodeImport& node) {
  const ir::ReverseSequence attributes{node.integer("batch_axis", 1), node.integer("time_axis", 0)};
  node.set_result(0, node.emit(ir::kReverseSequence, {node.operand(0), node.operand(1)}, ir::Attributes(attributes)));
  return {};
}

Status import_trilu(NodeImport& node) {
  const ir::Trilu attributes{node.flag("upper", true)};
  node.set_result(0, node.emit(ir::kTrilu, {node.operand(0), node.operand(1)}, ir::Attributes(attributes)));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "CenterCropPad", 18, import_center_crop_pad, "11"},
    {"", "Concat", 1, import_concat, "11*"},
    {"", "Crop", 1, import_crop, "1", Takes::kTensors, "border scale"},
    {"", "DepthToSpace", 1, import_depth_to_space},
    {"", "Expand", 8, import_expand, "11"},
    {"", "Pad", 1, import_pad_attributes},
    {"", "Pad", 11, import_pad, "11??"},
    {"", "ReverseSequence", 10, import_reverse_sequence, "11"},
    {"", "Slice", 1, import_slice_attributes},
    {"", "Slice", 10, import_slice, "111??"},
    {"", "SpaceToDepth", 1, import_space_to_depth},
    {"", "Split", 1, import_split, "1?"},
    {"", "Tile", 1, import_tile_axis, "111"},
    {"", "Tile", 6, import_tile, "11"},
    {"", "Transpose", 1, import_transpose},
    {"", "Trilu", 14, import_trilu, "1?"},
};

}  // namespace

std::span<const ImportRow> movement_rows() { return kRows; }

}  // namespace burin::frontend
