// ONNX operators that make constants and shapes, and those that only change the shape.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/expr/linear.h"
#include "ir/expr/rational.h"
#include "ir/expr/walk.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Shape;
using ir::Status;
using ir::ValueId;

// --- Constants.

ir::Literal float_list(const std::vector<double>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<float>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(float), &value, sizeof(float));
  }
  return ir::make_literal(ir::ElementType::kF32, {static_cast<int64_t>(values.size())}, std::move(bytes));
}

Status import_constant(NodeImport& node) {
  if (node.has_attribute("value")) {
    ir::Result<ir::Literal> value = node.tensor("value");
    if (!value) return value.faults();
    const ValueId constant = node.constant(std::move(*value));
    node.set_small(constant, node.tensor_data_type("value"));
    node.set_result(0, constant);
  } else if (node.has_attribute("value_float")) {
    node.set_result(0, node.scalar_constant(node.number("value_float", 0), ir::ElementType::kF32));
  } else if (node.has_attribute("value_int")) {
    const int64_t value = node.integer("value_int", 0);
    ir::Literal literal = ir::make_i64_literal({&value, 1});
    literal.dims.clear();
    node.set_result(0, node.constant(std::move(literal)));
  } else if (node.has_attribute("value_floats")) {
    node.set_result(0, node.constant(float_list(node.numbers("value_floats"))));
  } else if (node.has_attribute("value_ints")) {
    node.set_result(0, node.integers_constant(node.integers("value_ints")));
  } else {
    return node.not_supported(
        "operator Constant: expected one of the attributes value, value_float(s), value_int(s), found another");
  }
  return {};
}

// A splat costs nothing however large it is.
Status import_constant_of_shape(NodeImport& node) {
  ir::Result<Shape> shape = required_shape(node, 0);
  if (!shape) return shape.faults();
  ir::ElementType element = ir::ElementType::kF32;
  ir::Scalar value;
  value.number = 0;
  if (node.has_attribute("value")) {
    const ir::Result<ir::Literal> given = node.tensor("value");
    if (!given) return given.faults();
    if (given->element_count() != 1)
      return node.fault("shape-mismatch", "attribute \"value\": expected 1 element, found {}", given->element_count());
    element = given->element;
    value = given->at(0);
  }
  const ValueId scalar = node.constant(ir::make_splat(element, {}, value));
  const ValueId filled = node.emit(ir::kExpand, {scalar}, ir::Attributes(ir::Expand{*shape}));
  const std::optional<std::vector<int64_t>> dims = ir::static_dims(*shape);
  // Inference has checked the size.
  node.set_result(0, filled.valid() && dims ? node.constant(ir::make_splat(element, *dims, value)) : filled);
  return {};
}

// --- Shapes as data.

Status import_shape(NodeImport& node) {
  const auto rank = static_cast<int64_t>(node.rank(0));
  const auto clamped = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  const int64_t start = clamped(node.integer("start", 0));
  const int64_t end = std::max(start, clamped(node.integer("end", rank)));
  const Shape& shape = node.shape(0);
  node.set_result(0, emit_dimensions(node, Shape(shape.begin() + start, shape.begin() + end), 1));
  return {};
}

Status import_size(NodeImport& node) {
  node.set_result(0, emit_dimensions(node, {ir::element_count(node.shape(0), *node.graph().pool)}, 0));
  return {};
}

// --- The same elements under another shape.

struct Wanted {
  std::vector<Expr> dims;
  bool zero_is_zero;  // otherwise 0 means: as the operand has it
};

ir::Result<Shape> resolve(const NodeImport& node, const Wanted& wanted) {
  ir::ExprPool& pool = *node.graph().pool;
  const Shape& from = node.shape(0);
  Shape shape;
  Shape others;
  std::optional<size_t> open;
  for (size_t i = 0; i < wanted.dims.size(); ++i) {
    Expr dim = wanted.dims[i];
    if (ir::is_constant_value(dim, 0) && !wanted.zero_is_zero) {
      if (i >= from.size())
        return node.fault("shape-mismatch",
                          "shape: expected a size for dimension {}, found 0, which stands for a dimension that operand "
                          "0 of rank {} does not have",
                          i, from.size());
      dim = from[i];
    } else if (ir::is_constant_value(dim, -1)) {
      if (open)
        return node.fault("shape-mismatch", "shape: expected at most one -1, found two, at {} and {}", *open, i);
      open = i;
      shape.push_back(dim);
      continue;
    } else if (dim->high < 0) {
      return node.fault("negative-dimension", "shape: expected sizes of at least -1, found {}", dim->high);
    }
    shape.push_back(dim);
    others.push_back(dim);
  }
  if (open) {
    const bool is_empty = std::ranges::any_of(others, [](Expr e) { return ir::is_constant_value(e, 0); });
    shape[*open] = is_empty ? pool.integer(0) : ir::exact_quotient(from, others, pool);
  }
  return shape;
}

Status import_reshape(NodeImport& node) {
  Wanted wanted{{}, node.flag("allowzero", false)};
  if (node.opset() < 5) {
    wanted.dims = numbers_as_shape(node, node.integers("shape"));
  } else {
    ir::Result<std::vector<Expr>> given = required_elements(node, 1, "shape");
    if (!given) {
      const std::optional<std::vector<int64_t>> declared = node.has(1) ? node.declared_dims(0) : std::nullopt;
      if (!declared) return given.faults();
      given = numbers_as_shape(node, *declared);
      wanted.zero_is_zero = true;
    }
    wanted.dims = *given;
  }
  const ir::Result<Shape> shape = resolve(node, wanted);
  if (!shape) return shape.faults();
  node.set_result(0, emit_reshape(node, node.operand(0), *shape));
  return {};
}

Status import_flatten(NodeImport& node) {
  const int64_t rank = node.rank(0);
  int64_t axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return node.fault("axis-range", "attribute \"axis\": expected {} to {}, found {}", -rank, rank, axis);
  if (axis < 0) axis += rank;
  ir::ExprPool& pool = *node.graph().pool;
  const Shape& from = node.shape(0);
  const Shape rows(from.begin(), from.begin() + axis);
  const Shape columns(from.begin() + axis, from.end());
  node.set_result(
      0, emit_reshape(node, node.operand(0), {ir::element_count(rows, pool), ir::element_count(columns, pool)}));
  return {};
}

// Where axes are data, what the model declares of the result: the same elements under its dimensions.
Status reshape_as_declared(NodeImport& node, const ir::Diagnostics& otherwise) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  if (!declared || !node.operand(1).valid() || node.known_integers(1)) return otherwise;
  node.set_result(0, emit_reshape(node, node.operand(0), numbers_as_shape(node, *declared)));
  return {};
}

// Without axes every dimension of 1 goes. A count that only execution finds may be 1, and asks for another rank then.
Status require_no_counts(NodeImport& node, const Shape& shape) {
  for (const Expr dim : shape) {
    for (const ir::VariableId count : node.graph().opaque_symbols) {
      if (dim->low <= 1 && ir::uses_variable(dim, count))
        return node.not_supported("expected axes to squeeze, found none, and a dimension that only execution finds");
    }
  }
  return {};
}

Status import_squeeze(NodeImport& node) {
  const auto axes = optional_axes(node, 1, node.rank(0));
  if (!axes) return reshape_as_declared(node, axes.faults());
  Shape shape;
  for (int i = 0; i < node.rank(0); ++i) {
    const Expr dim = node.dimension(0, static_cast<size_t>(i));
    const bool is_one = ir::is_constant_value(dim, 1);
    const bool goes = *axes ? std::ranges::find(**axes, i) != (*axes)->end() : is_one;
    if (goes && !is_one && ir::constant_integer(dim)) {
      return node.fault("shape-mismatch", "dimension {}: expected 1 to squeeze, found {}", i,
                        *ir::constant_integer(dim));
    }
    if (!goes) shape.push_back(dim);
  }
  if (!*axes) {
    if (Status status = require_no_counts(node, shape); !status) return status;
  }
  node.set_result(0, emit_reshape(node, node.operand(0), std::move(shape)));
  return {};
}

Status import_unsqueeze(NodeImport& node) {
  std::vector<int64_t> given = node.integers("axes");
  if (node.has(1)) {
    const ir::Result<std::vector<int64_t>> operand = required_integers(node, 1, "axes");
    if (!operand) return reshape_as_declared(node, operand.faults());
    given = *operand;
  }
  const auto rank = static_cast<int64_t>(node.rank(0)) + static_cast<int64_t>(given.size());
  if (rank > ir::kMostRank)
    return node.not_supported("expected a result of rank at most {}, found {}", ir::kMostRank, rank);
  const ir::Result<std::vector<int64_t>> axes = axes_from_front(node, std::move(given), static_cast<int>(rank));
  if (!axes) return axes.faults();
  Shape shape;
  size_t next = 0;
  for (int64_t i = 0; i < rank; ++i) {
    const bool is_new = std::ranges::find(*axes, i) != axes->end();
    shape.push_back(is_new ? node.graph().pool->integer(1) : node.dimension(0, next++));
  }
  node.set_result(0, emit_reshape(node, node.operand(0), std::move(shape)));
  return {};
}

Status import_identity(NodeImport& node) {
  node.set_result(0, node.operand(0));
  return {};
}

// --- Made of numbers.

Status import_eye_like(NodeImport& node) {
  ir::ElementType element = node.element(0);
  if (node.has_attribute("dtype")) {
    const ir::Result<ir::ElementType> given =
        element_type_of(static_cast<int32_t>(node.integer("dtype", 0)), node.where());
    if (!given) return given.faults();
    element = *given;
  }
  node.set_result(0, node.emit(ir::kEye, {}, ir::Attributes(ir::Eye{element, node.shape(0), node.integer("k", 0)})));
  return {};
}

// The only element of operand `i` as an expression; invalid when it depends on data.
Expr scalar_operand(const NodeImport& node, int i) {
  const std::optional<std::vector<Expr>>& elements = node.graph().values[node.operand(i)].elements;
  return elements && elements->size() == 1 ? elements->front() : Expr();
}

// ceil(distance / step) of floats, step being a constant above 0; absent when it depends on data.
std::optional<Expr> float_steps(Expr distance, Expr step) {
  if (!is_constant(distance)) return ir::whole_value(ir::unary(ir::Opcode::kCeil, ir::div(distance, step)));
  const double steps = std::ceil(*ir::constant_number(distance) / *ir::constant_number(step));
  return distance->pool->integer(steps > 0 ? static_cast<int64_t>(std::min(steps, 0x1p62)) : 0);
}

// ceil((limit - start) / delta) where that can be known; absent when it depends on data.
std::optional<Expr> range_size(const NodeImport& node) {
  const Expr start = scalar_operand(node, 0);
  const Expr limit = scalar_operand(node, 1);
  const Expr delta = scalar_operand(node, 2);
  if (!start.valid() || !limit.valid() || !delta.valid() || !is_constant(delta)) return std::nullopt;
  const bool falls = *ir::constant_number(delta) < 0;
  const Expr distance = falls ? start - limit : limit - start;
  std::optional<Expr> steps;
  if (ir::is_float(node.element(0))) {
    steps = float_steps(distance, falls ? -delta : delta);
  } else {
    steps = ir::ceil_div(distance, std::abs(std::max(*ir::constant_integer(delta), -INT64_MAX)));
  }
  if (steps) steps = ir::max(*steps, node.graph().pool->integer(0));
  return steps;
}

Status import_range(NodeImport& node) {
  if (const auto delta = node.known_numbers(2); delta && delta->size() == 1 && (*delta)[0] == 0)
    return node.fault("attribute-range", "operand 2: expected a step other than 0, found 0");
  std::optional<Expr> size = range_size(node);
  if (!size) {
    const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
    if (!declared || declared->size() != 1) {
      return ir::unsupported(
          "data-dependent", node.where(),
          "operands of Range: expected values known when the model is compiled or prepared, found data");
    }
    size = node.graph().pool->integer((*declared)[0]);
  }
  node.set_result(0, node.emit(ir::kRange, {node.operand(0), node.operand(2)}, ir::Attributes(ir::Range{{*size}})));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "Constant", 1, import_constant, ""},
    {"", "ConstantOfShape", 9, import_constant_of_shape},
    {"", "EyeLike", 9, import_eye_like},
    {"", "Flatten", 1, import_flatten},
    {"", "Identity", 1, import_identity},
    {"", "Range", 11, import_range, "111"},
    {"", "Reshape", 1, import_reshape},
    {"", "Reshape", 5, import_reshape, "11"},
    {"", "Shape", 1, import_shape},
    {"", "Size", 1, import_size},
    {"", "Squeeze", 1, import_squeeze, "1?"},
    {"", "Unsqueeze", 1, import_unsqueeze},
    {"", "Unsqueeze", 13, import_unsqueeze, "11"},
};

}  // namespace

std::span<const ImportRow> shape_rows() { return kRows; }

}  // namespace burin::frontend
