// Between floats and quantized integers: x is near (q - zero_point) * scale.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

Expr rounded(Expr x) { return unary(Opcode::kRoundEven, x); }

// A parameter has one element, one per element of the axis, or one per block.
Status require_parameter(Inference& op, int operand) {
  const auto& quantize = op.attributes<Quantize>();
  const Shape& shape = op.shape(operand);
  if (static_element_count(shape) == 1 && quantize.block == 0) return {};
  if (Status status = require_axes(op, {&quantize.axis, 1}, op.rank(0)); !status) return status;
  const auto axis = static_cast<size_t>(quantize.axis);
  if (quantize.block == 0) {
    if (Status status = op.require_rank(operand, 1, 1); !status) return status;
    return op.require_repeated(operand, 0, op.shape(0)[axis], fmt::format("{} dimension {}", op.described(0), axis));
  }
  if (Status status = op.require_rank(operand, op.rank(0), op.rank(0)); !status) return status;
  for (size_t d = 0; d < shape.size(); ++d) {
    const Expr blocks = ceil_div(op.shape(0)[d], quantize.block);
    Status status = d == axis ? op.require_dimension(operand, d, blocks, fmt::format("blocks of {}", quantize.block))
                              : op.require_same_dimension(0, d, operand, d);
    if (!status) return status;
  }
  return {};
}

Status infer_parameters(Inference& op) {
  if (op.attributes<Quantize>().block > 0) {
    if (Status status = require_axes(op, {&op.attributes<Quantize>().axis, 1}, op.rank(0)); !status) return status;
  }
  if (Status status = op.require_float(1); !status) return status;
  for (int operand = 1; operand < op.operand_count(); ++operand) {
    if (!op.has(operand)) continue;
    if (Status status = require_parameter(op, operand); !status) return status;
  }
  return {};
}

Status infer_to_integers(Inference& op) {
  const ElementType to = op.attributes<Quantize>().to;
  if (to == ElementType::kBool)
    return op.fault("type-mismatch", "attribute \"to\": expected a number type, found {}", info(to).name);
  if (op.has(2) && op.element(2) != to) {
    return op.fault("type-mismatch", "operand 2: expected {} (the result's type), found {}", info(to).name,
                    info(op.element(2)).name);
  }
  if (Status status = infer_parameters(op); !status) return status;
  op.set_result(0, to, op.shape(0));
  return {};
}

Status infer_to_floats(Inference& op) {
  const ElementType to = op.attributes<Quantize>().to;
  if (!is_float(to))
    return op.fault("type-mismatch", "attribute \"to\": expected a floating-point type, found {}", info(to).name);
  if (op.element(0) == ElementType::kBool)
    return op.fault("type-mismatch", "operand 0: expected numbers, found {}", info(op.element(0)).name);
  if (op.has(2)) {
    if (Status status = op.require_same_element(0, 2); !status) return status;
  }
  if (Status status = infer_parameters(op); !status) return status;
  op.set_result(0, to, op.shape(0));
  return {};
}

// Operand `operand` at the place that serves x at `index`.
Expr parameter(const Lowering& op, int operand, std::span<const Expr> index) {
  const auto& quantize = op.attributes<Quantize>();
  const Shape& shape = op.shape(operand);
  if (static_element_count(shape) == 1) return op.at(operand, std::vector<Expr>(shape.size(), op.pool().integer(0)));
  const auto axis = static_cast<size_t>(quantize.axis);
  if (quantize.block == 0) return op.broadcast_at(operand, {&index[axis], 1}, {op.shape(0)[axis]});
  std::vector<Expr> place(index.begin(), index.end());
  place[axis] = floor_div(place[axis], quantize.block);
  return op.at(operand, place);
}

// Adds the zero point and saturates; 32-bit integers and their sums are exact in f64 only.
Expr saturated(const Lowering& op, Expr value, std::span<const Expr> index) {
  if (op.has(2)) value = value + cast(parameter(op, 2, index), value->type.element);
  return cast(value, op.result_element(0));
}

void lower_quantize(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr scale = widen(parameter(op, 1, i));
    const Expr quotient = div(cast(op.at(0, i), scale->type.element), scale);
    return saturated(op, is_float(op.result_element(0)) ? quotient : rounded(quotient), i);
  });
}

void lower_requantize(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr factor = widen(parameter(op, 1, i));
    return saturated(op, rounded(cast(op.at(0, i), factor->type.element) * factor), i);
  });
}

void lower_dequantize(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr scale = widen(parameter(op, 1, i));
    const ElementType inner = is_float(op.element(0)) ? scale->type.element : ElementType::kI32;
    Expr value = cast(op.at(0, i), inner);
    if (op.has(2)) value = value - cast(parameter(op, 2, i), inner);
    return cast(value, scale->type.element) * scale;
  });
}

}  // namespace

constinit const OpInfo kQuantize{
    .name = "quantize",
    .doc =
        "saturate(round(x / scale) + zero_point) of x, scale and an optional zero point, halves rounded to "
        "even; not rounded where the result is of floats. ONNX QuantizeLinear.",
    .least_operands = 2,
    .most_operands = 3,
    .schema = &schema_of<Quantize>,
    .infer = infer_to_integers,
    .lower = lower_quantize};
constinit const OpInfo kRequantize{
    .name = "requantize",
    .doc =
        "saturate(round(x * factor) + zero_point) of integers x, a factor and an optional zero point, halves "
        "rounded to even. The end of ONNX QLinearConv and QLinearMatMul.",
    .least_operands = 2,
    .most_operands = 3,
    .schema = &schema_of<Quantize>,
    .infer = infer_to_integers,
    .lower = lower_requantize};
constinit const OpInfo kDequantize{
    .name = "dequantize",
    .doc = "(x - zero_point) * scale of x, scale and an optional zero point. ONNX DequantizeLinear.",
    .least_operands = 2,
    .most_operands = 3,
    .schema = &schema_of<Quantize>,
    .infer = infer_to_floats,
    .lower = lower_dequantize};

}  // namespace burin::ir
