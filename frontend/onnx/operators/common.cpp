#include "frontend/onnx/operators/common.h"

#include <algorithm>
#include <numeric>

#include "ir/ops/rows.h"

namespace burin::frontend {

ir::Result<int64_t> axis_from_front(const NodeImport& node, int64_t axis, int rank, std::string_view what) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return node.fault("axis-range", "{}: expected {} to {}, found {}", what, -rank, rank - 1, axis);
}

ir::Result<std::vector<int64_t>> axes_from_front(const NodeImport& node, std::vector<int64_t> axes, int rank,
                                                 std::string_view what) {
  std::vector<bool> seen(static_cast<size_t>(rank));
  for (int64_t& axis : axes) {
    const ir::Result<int64_t> counted = axis_from_front(node, axis, rank, what);
    if (!counted) return counted.faults();
    axis = *counted;
    if (seen[static_cast<size_t>(axis)])
      return node.fault("axis-range", "{}: expected each axis once, found {} twice", what, axis);
    seen[static_cast<size_t>(axis)] = true;
  }
  return axes;
}

ir::Result<std::optional<std::vector<int64_t>>> optional_axes(const NodeImport& node, int i, int rank) {
  std::vector<int64_t> axes;
  if (node.has(i)) {
    ir::Result<std::vector<int64_t>> given = required_integers(node, i, "axes");
    if (!given) return given.faults();
    axes = *given;
  } else if (node.has_attribute("axes")) {
    axes = node.integers("axes");
  } else {
    return std::optional<std::vector<int64_t>>();
  }
  ir::Result<std::vector<int64_t>> counted = axes_from_front(node, std::move(axes), rank);
  if (!counted) return counted.faults();
  return std::optional(*counted);
}

ir::Result<std::vector<ir::Expr>> required_elements(const NodeImport& node, int i, std::string_view what) {
  if (!node.has(i)) return node.fault("missing-operand", "operand {}: expected {}, found none", i, what);
  if (ir::is_float(node.element(i))) {
    return node.fault("type-mismatch", "operand {} ({}): expected integers, found {}", i, what,
                      ir::info(node.element(i)).name);
  }
  if (const std::vector<ir::Expr>* known = node.elements(i)) return *known;
  if (node.rank(i) > 1)
    return node.fault("rank-mismatch", "operand {} ({}): expected rank 0 or 1, found {}", i, what, node.rank(i));
  return ir::unsupported("data-dependent", node.where(),
                         "operand {} ({}): expected values known when the model is compiled or prepared, found data", i,
                         what);
}

ir::Result<std::vector<int64_t>> required_integers(const NodeImport& node, int i, std::string_view what) {
  const ir::Result<std::vector<ir::Expr>> known = required_elements(node, i, what);
  if (!known) return known.faults();
  if (std::optional<std::vector<int64_t>> integers = node.known_integers(i)) return *std::move(integers);
  return ir::unsupported("data-dependent", node.where(),
                         "operand {} ({}): expected numbers, found values that depend on the shapes of inputs", i,
                         what);
}

ir::Result<int64_t> required_integer(const NodeImport& node, int i, std::string_view what) {
  const ir::Result<std::vector<int64_t>> numbers = required_integers(node, i, what);
  if (!numbers) return numbers.faults();
  if (numbers->size() == 1) return numbers->front();
  return node.fault("shape-mismatch", "operand {} ({}): expected 1 element, found {}", i, what, numbers->size());
}

ir::Result<ir::Shape> required_shape(const NodeImport& node, int i) {
  ir::Result<std::vector<ir::Expr>> known = required_elements(node, i, "shape");
  if (known) {
    for (const ir::Expr e : *known) {
      if (e->high < 0)
        return node.fault("negative-dimension", "operand {}: expected dimensions of at least 0, found {}", i, e->high);
    }
    return known;
  }
  if (node.has(i)) {
    if (const std::optional<std::vector<int64_t>> declared = node.declared_dims(0))
      return numbers_as_shape(node, *declared);
  }
  return known;
}

ir::Status require_rank(const NodeImport& node, int i, int least, int most) {
  if (!node.has(i) || (node.rank(i) >= least && node.rank(i) <= most)) return {};
  if (least == most)
    return node.fault("rank-mismatch", "operand {}: expected rank {}, found {}", i, least, node.rank(i));
  return node.fault("rank-mismatch", "operand {}: expected rank {} to {}, found {}", i, least, most, node.rank(i));
}

ir::Shape numbers_as_shape(const NodeImport& node, std::span<const int64_t> numbers) {
  return ir::shape_of_dims(numbers, *node.graph().pool);
}

ir::ValueId emit_dimensions(NodeImport& node, std::vector<ir::Expr> values, int rank) {
  std::vector<int64_t> numbers;
  for (const ir::Expr e : values) {
    if (const std::optional<int64_t> number = ir::constant_integer(e)) numbers.push_back(*number);
  }
  if (numbers.size() < values.size())
    return node.emit(ir::kDimensions, {}, ir::Attributes(ir::Dimensions{std::move(values), rank}));
  ir::Literal literal = ir::make_i64_literal(numbers);
  if (rank == 0) literal.dims.clear();
  return node.constant(std::move(literal));
}

ir::ValueId emit_reshape(NodeImport& node, ir::ValueId value, ir::Shape shape) {
  if (!value.valid() || node.type(value).shape == shape) return value;
  return node.emit(ir::kReshape, {value}, ir::Attributes(ir::Reshape{std::move(shape)}));
}

ir::ValueId emit_transpose(NodeImport& node, ir::ValueId value, std::vector<int64_t> permutation) {
  std::vector<int64_t> as_it_is(node.type(value).shape.size());
  std::iota(as_it_is.begin(), as_it_is.end(), 0);
  if (!value.valid() || permutation == as_it_is) return value;
  return node.emit(ir::kTranspose, {value}, ir::Attributes(ir::Transpose{std::move(permutation)}));
}

ir::ValueId emit_cast(NodeImport& node, ir::ValueId value, ir::ElementType element) {
  if (!value.valid() || node.type(value).element == element) return value;
  return node.emit(ir::kCast, {value}, ir::Attributes(ir::Cast{element}));
}

ir::ValueId scaled(NodeImport& node, ir::ValueId value, double factor) {
  if (!value.valid() || factor == 1) return value;
  return node.emit(ir::kMul, {value, node.scalar_constant(factor, node.type(value).element)});
}

ir::ValueId emit_expand(NodeImport& node, ir::ValueId value, ir::Shape shape) {
  if (!value.valid() || node.type(value).shape == shape) return value;
  return node.emit(ir::kExpand, {value}, ir::Attributes(ir::Expand{std::move(shape)}));
}

ir::ValueId emit_concat(NodeImport& node, std::vector<ir::ValueId> parts, int64_t axis) {
  if (node.failed()) return {};
  std::erase_if(parts, [](ir::ValueId part) { return !part.valid(); });
  if (parts.size() < 2) return parts.empty() ? ir::ValueId() : parts.front();
  return node.emit(ir::kConcat, std::move(parts), ir::Attributes(ir::Concat{axis}));
}

ir::ValueId emit_slice(NodeImport& node, ir::ValueId value, int64_t axis, ir::Expr start, ir::Expr size) {
  if (!value.valid()) return {};
  const auto at = static_cast<size_t>(axis);
  const ir::Shape& shape = node.type(value).shape;
  if (node.dimension(value, at); node.failed()) return {};
  ir::Slice slice{ir::Shape(shape.size(), node.graph().pool->integer(0)), std::vector<int64_t>(shape.size(), 1), shape};
  slice.starts[at] = start;
  slice.sizes[at] = size;
  return node.emit(ir::kSlice, {value}, ir::Attributes(std::move(slice)));
}

ir::ValueId emit_positions(NodeImport& node, ir::Expr count, size_t axis, size_t rank) {
  ir::Shape shape(rank, node.graph().pool->integer(1));
  shape[axis] = count;
  const ir::ValueId zero = node.scalar_constant(0, ir::ElementType::kI64);
  const ir::ValueId one = node.scalar_constant(1, ir::ElementType::kI64);
  return emit_reshape(node, node.emit(ir::kRange, {zero, one}, ir::Attributes(ir::Range{{count}})), std::move(shape));
}

}  // namespace burin::frontend
