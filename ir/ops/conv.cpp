// Convolution over any number of spatial dimensions, in groups.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/window.h"

namespace burin::ir {
namespace {

Windows windows_of(const Conv& conv) { return {conv.strides, conv.dilations, conv.pads}; }

// x: [N, C, ...], w: [F, C / groups, ...], bias: [F], all of one type.
Status infer_conv(Inference& op) {
  const auto& conv = op.attributes<Conv>();
  if (Status status = op.require_rank(0, 3, INT32_MAX); !status) return status;
  if (Status status = op.require_rank(1, op.rank(0), op.rank(0)); !status) return status;
  const size_t spatial = op.shape(0).size() - 2;
  if (Status status = require_windows(op, windows_of(conv), spatial); !status) return status;
  if (Status status = op.require_same_element(0, 1); !status) return status;
  if (Status status = op.require_float(0); !status) return status;
  const Shape& w = op.shape(1);
  if (Status status = op.require_equal(op.shape(0)[1], w[1] * conv.groups, "channels of x and of w times groups"); !status) return status;
  if (constant_integer(w[0]).value_or(0) % conv.groups != 0) {
    return op.fault("group-count", "attribute \"groups\": expected a divisor of {} (dimension 0 of w), found {}", text_of({w[0]}), conv.groups);
  }
  if (op.has(2)) {
    if (Status status = op.require_same_element(0, 2); !status) return status;
    if (Status status = op.require_rank(2, 1, 1); !status) return status;
    if (Status status = op.require_equal(w[0], op.shape(2)[0], "bias"); !status) return status;
  }
  Shape shape{op.shape(0)[0], w[0]};
  for (size_t d = 0; d < spatial; ++d) {
    Result<Expr> count = window_count(op, windows_of(conv), d, op.shape(0)[d + 2], w[d + 2], Rounding::kDown);
    if (!count) return count.faults();
    shape.push_back(*count);
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

// y[n, f, p] = bias[f] + sum over c, i of x[n, group(f) + c, p * stride + i * dilation - pad] * w[f, c, i]
void lower_conv(Lowering& op) {
  const auto& conv = op.attributes<Conv>();
  const Windows windows = windows_of(conv);
  const Shape& y = op.result_shape(0);
  const Shape& w = op.shape(1);
  NestBuilder nest = op.nest();
  const Expr n = parallel_axis(nest, "n", y[0]);
  const Expr f = parallel_axis(nest, "f", y[1]);
  std::vector<Expr> at{n, f};
  for (size_t d = 0; d < windows.rank(); ++d) at.push_back(parallel_axis(nest, position_name(d), y[d + 2]));
  const Expr c = reduction_axis(nest, "c", w[1]);
  const Expr first = conv.groups == 1 ? op.pool().integer(0) : floor_div(f, floor_div(w[0], conv.groups)) * w[1];
  std::vector<Expr> source{n, first + c};
  std::vector<Expr> tap{f, c};
  for (size_t d = 0; d < windows.rank(); ++d) {
    tap.push_back(reduction_axis(nest, tap_name(d), w[d + 2]));
    source.push_back(window_position(windows, d, at[d + 2], tap.back()));
  }
  const Expr x = widen(op.at_or(0, source, zero(op.pool(), op.element(0))));
  const Expr weight = widen(op.at(1, tap));
  const Expr init = op.has(2) ? widen(op.at(2, {&f, 1})) : zero(op.pool(), x->type.element);
  const Expr sum = nest.accumulate(init, [&](Expr acc) { return fma(x, weight, acc); });
  nest.write(op.result(0), at, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kConv{.name = "conv",
                             .doc = "The cross-correlation of x [N, C, ...] with w [F, C / groups, ...] plus an optional bias [F]. ONNX Conv.",
                             .least_operands = 2,
                             .most_operands = 3,
                             .schema = &schema_of<Conv>,
                             .infer = infer_conv,
                             .lower = lower_conv};

}  // namespace burin::ir
