// Convolution over any number of spatial dimensions, in groups.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/window.h"

namespace burin::ir {
namespace {

Windows windows_of(const Conv& conv) { return {conv.strides, conv.dilations, conv.pads}; }

// The result's shape, for x: [N, C, ...] and w: [F, C / groups, ...].
Result<Shape> convolved_shape(Inference& op) {
  const auto& conv = op.attributes<Conv>();
  if (Status status = op.require_rank(0, 3, INT32_MAX); !status) return status.faults();
  if (Status status = op.require_rank(1, op.rank(0), op.rank(0)); !status) return status.faults();
  const size_t spatial = op.shape(0).size() - 2;
  if (Status status = require_windows(op, windows_of(conv), spatial); !status) return status.faults();
  const Shape w = op.shape(1);
  const std::string from = fmt::format("{} dimension 1, times {} groups", op.described(1), conv.groups);
  if (Status status = op.require_dimension(0, 1, w[1] * conv.groups, from); !status) return status.faults();
  if (constant_integer(w[0]).value_or(0) % conv.groups != 0) {
    return op.fault("group-count", "attribute \"groups\": expected a divisor of {} (dimension 0 of w), found {}",
                    text_of({w[0]}), conv.groups);
  }
  Shape shape{op.shape(0)[0], w[0]};
  for (size_t d = 0; d < spatial; ++d) {
    Result<Expr> count = window_count(op, windows_of(conv), d, op.shape(0)[d + 2], w[d + 2], Rounding::kDown);
    if (!count) return count.faults();
    shape.push_back(*count);
  }
  return shape;
}

Status require_per_filter(Inference& op, int operand) {
  if (Status status = op.require_rank(operand, 1, 1); !status) return status;
  return op.require_same_dimension(1, 0, operand, 0);
}

Status infer_conv(Inference& op) {
  if (Status status = op.require_same_element(0, 1); !status) return status;
  if (Status status = op.require_float(0); !status) return status;
  Result<Shape> shape = convolved_shape(op);
  if (!shape) return shape.faults();
  if (op.has(2)) {
    if (Status status = op.require_same_element(0, 2); !status) return status;
    if (Status status = require_per_filter(op, 2); !status) return status;
  }
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

// Operands 2 and 3 are the zero points of x (one element) and w (one element, or one per filter), 4 is the bias in i32.
Status infer_conv_integer(Inference& op) {
  Result<Shape> shape = convolved_shape(op);
  if (!shape) return shape.faults();
  for (int operand : {0, 1}) {
    if (!is_integer(op.element(operand))) {
      return op.fault("type-mismatch", "operand {}: expected integers, found {}", operand,
                      info(op.element(operand)).name);
    }
    const int point = operand + 2;
    if (!op.has(point)) continue;
    if (Status status = op.require_same_element(operand, point); !status) return status;
    if (static_element_count(op.shape(point)) == 1) continue;
    if (operand == 0)
      return op.fault("shape-mismatch", "operand 2: expected one element, found shape [{}]", text_of(op.shape(point)));
    if (Status status = require_per_filter(op, point); !status) return status;
  }
  if (op.has(4)) {
    if (op.element(4) != ElementType::kI32)
      return op.fault("type-mismatch", "operand 4: expected i32, found {}", info(op.element(4)).name);
    if (Status status = require_per_filter(op, 4); !status) return status;
  }
  op.set_result(0, ElementType::kI32, *std::move(shape));
  return {};
}

// The axes of a convolution: where the result is written, and what the current tap reads of x and w.
struct ConvAxes {
  std::vector<Expr> at, source, tap;
  Expr filter() const { return at[1]; }
};

ConvAxes conv_axes(const Lowering& op, NestBuilder& nest) {
  const auto& conv = op.attributes<Conv>();
  const Windows windows = windows_of(conv);
  const Shape& y = op.result_shape(0);
  const Shape& w = op.shape(1);
  ConvAxes axes;
  const Expr n = parallel_axis(nest, "n", y[0]);
  const Expr f = parallel_axis(nest, "f", y[1]);
  axes.at = {n, f};
  for (size_t d = 0; d < windows.rank(); ++d) axes.at.push_back(parallel_axis(nest, position_name(d), y[d + 2]));
  const Expr c = reduction_axis(nest, "c", w[1]);
  const Expr first = conv.groups == 1 ? op.pool().integer(0) : floor_div(f, floor_div(w[0], conv.groups)) * w[1];
  axes.source = {n, first + c};
  axes.tap = {f, c};
  for (size_t d = 0; d < windows.rank(); ++d) {
    axes.tap.push_back(reduction_axis(nest, tap_name(d), w[d + 2]));
    axes.source.push_back(window_position(windows, d, axes.at[d + 2], axes.tap.back()));
  }
  return axes;
}

// y[n, f, p] = sum over c, i of x[n, group(f) + c, p * stride + i * dilation - pad] * w[f, c, i] + bias[f]
void lower_conv(Lowering& op) {
  NestBuilder nest = op.nest();
  const ConvAxes axes = conv_axes(op, nest);
  const Expr x = widen(op.at_or(0, axes.source, zero(op.pool(), op.element(0))));
  const Expr w = widen(op.at(1, axes.tap));
  const Expr filter = axes.filter();
  Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return fma(x, w, acc); });
  // Last, for a large bias would round every term to its own last place.
  if (op.has(2)) sum = sum + widen(op.at(2, {&filter, 1}));
  nest.write(op.result(0), axes.at, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

// The element of operand `operand` for `filter`, or its only one.
Expr per_filter(const Lowering& op, int operand, Expr filter) {
  const Shape& shape = op.shape(operand);
  if (shape.size() == 1) return op.broadcast_at(operand, {&filter, 1}, {op.shape(1)[0]});
  return op.at(operand, std::vector<Expr>(shape.size(), op.pool().integer(0)));
}

// The same in i32, with x - x_zero and w - w_zero; padding counts as x_zero.
void lower_conv_integer(Lowering& op) {
  NestBuilder nest = op.nest();
  const ConvAxes axes = conv_axes(op, nest);
  const Expr padding = op.has(2) ? per_filter(op, 2, op.pool().integer(0)) : zero(op.pool(), op.element(0));
  Expr x = cast(op.at_or(0, axes.source, padding), ElementType::kI32);
  Expr w = cast(op.at(1, axes.tap), ElementType::kI32);
  if (op.has(2)) x = x - cast(padding, ElementType::kI32);
  if (op.has(3)) w = w - cast(per_filter(op, 3, axes.filter()), ElementType::kI32);
  const Expr init = op.has(4) ? per_filter(op, 4, axes.filter()) : zero(op.pool(), ElementType::kI32);
  nest.write(op.result(0), axes.at, nest.accumulate(init, [&](Expr acc) { return fma(x, w, acc); }));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kConv{
    .name = "conv",
    .doc = "The cross-correlation of x [N, C, ...] with w [F, C / groups, ...] plus an optional bias [F]. ONNX Conv.",
    .least_operands = 2,
    .most_operands = 3,
    .schema = &schema_of<Conv>,
    .infer = infer_conv,
    .lower = lower_conv};
constinit const OpInfo kConvInteger{
    .name = "conv_integer",
    .doc =
        "The cross-correlation of integers x and w less their zero points (operands 2 and 3), plus a bias "
        "(operand 4), in i32; the last three are optional. ONNX ConvInteger.",
    .least_operands = 2,
    .most_operands = 5,
    .schema = &schema_of<Conv>,
    .infer = infer_conv_integer,
    .lower = lower_conv_integer};

}  // namespace burin::ir
