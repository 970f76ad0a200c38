// Pooling: maxima, averages and p-norms of windows over the spatial dimensions.
#include <algorithm>

#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/window.h"

namespace burin::ir {
namespace {

Windows windows_of(const Pool& pool) { return {pool.strides, pool.dilations, pool.pads}; }

// A window that lies in the padding alone has no element to take.
Status require_elements(const Inference& op, size_t d) {
  const auto& pool = op.attributes<Pool>();
  const int64_t reach = (pool.kernel[d] - 1) * pool.dilations[d] + 1;
  for (const Expr pad : {windows_of(pool).before(d), windows_of(pool).after(d)}) {
    if (constant_integer(pad).value_or(0) < reach) continue;
    return op.fault("attribute-range",
                    "attribute \"pads\": expected less than the {} elements that the kernel reaches over, found {}",
                    reach, *constant_integer(pad));
  }
  return {};
}

Result<Shape> pooled_shape(Inference& op) {
  const auto& pool = op.attributes<Pool>();
  if (Status status = op.require_rank(0, 3, INT32_MAX); !status) return status.faults();
  const size_t spatial = op.shape(0).size() - 2;
  if (Status status = require_windows(op, windows_of(pool), spatial); !status) return status.faults();
  if (pool.kernel.size() != spatial) {
    return op.fault("attribute-size", "attribute \"kernel\": expected {} values, found {}", spatial,
                    pool.kernel.size());
  }
  Shape shape{op.shape(0)[0], op.shape(0)[1]};
  for (size_t d = 0; d < spatial; ++d) {
    const Expr kernel = op.pool().integer(pool.kernel[d]);
    const Rounding rounding = pool.round_up ? Rounding::kUp : Rounding::kDown;
    Result<Expr> count = window_count(op, windows_of(pool), d, op.shape(0)[d + 2], kernel, rounding);
    if (!count) return count.faults();
    if (Status status = require_elements(op, d); !status) return status.faults();
    shape.push_back(*count);
  }
  return shape;
}

Status infer_pool(Inference& op) {
  if (Status status = op.require_float(0); !status) return status;
  Result<Shape> shape = pooled_shape(op);
  if (!shape) return shape.faults();
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

Status infer_max_pool(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  Result<Shape> shape = pooled_shape(op);
  if (!shape) return shape.faults();
  if (op.op().results.size() > 1) op.set_result(1, ElementType::kI64, *shape);
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

// The axes of a pooling nest: where the result is written, and which element of x the current tap reads.
struct PoolAxes {
  std::vector<Expr> at, source;
};

PoolAxes pool_axes(const Lowering& op, NestBuilder& nest) {
  const auto& pool = op.attributes<Pool>();
  const Windows windows = windows_of(pool);
  const Shape& y = op.result_shape(0);
  PoolAxes axes;
  axes.at = {parallel_axis(nest, "n", y[0]), parallel_axis(nest, "c", y[1])};
  for (size_t d = 0; d < windows.rank(); ++d) axes.at.push_back(parallel_axis(nest, position_name(d), y[d + 2]));
  axes.source = {axes.at[0], axes.at[1]};
  for (size_t d = 0; d < windows.rank(); ++d) {
    const Expr tap = reduction_axis(nest, tap_name(d), op.pool().integer(pool.kernel[d]));
    axes.source.push_back(window_position(windows, d, axes.at[d + 2], tap));
  }
  return axes;
}

// True where `source` lies within x.
Expr is_inside(const Lowering& op, std::span<const Expr> source) {
  Expr inside = op.pool().boolean(true);
  for (size_t d = 2; d < source.size(); ++d) {
    inside = logical_and(inside, less_equal(op.pool().integer(0), source[d]));
    inside = logical_and(inside, less(source[d], op.shape(0)[d]));
  }
  return inside;
}

// The position of an element of x in its image or in the whole tensor: row-major, or with the spatial dimensions reversed.
Expr element_position(const Lowering& op, std::span<const Expr> source) {
  Shape shape = op.shape(0);
  std::vector<Expr> index(source.begin(), source.end());
  if (op.attributes<Pool>().column_major) {
    std::reverse(shape.begin() + 2, shape.end());
    std::reverse(index.begin() + 2, index.end());
  }
  return row_major_index(index, shape, op.pool());
}

// y, index = the greatest x over the window and where it is; the first of equal ones
void lower_max_with_index(Lowering& op) {
  NestBuilder nest = op.nest();
  const PoolAxes axes = pool_axes(op, nest);
  const Expr least = lowest(op.pool(), compute_type(op.element(0)));
  const Expr x = widen(op.at_or(0, axes.source, lowest(op.pool(), op.element(0))));
  const Expr value = nest.accumulator(least);
  const Expr index = nest.accumulator(op.pool().integer(-1));
  const Expr first = less(index, op.pool().integer(0));
  const Expr better = logical_and(is_inside(op, axes.source), logical_or(first, less(value, x)));
  nest.combine(value, select(better, x, value));
  nest.combine(index, select(better, element_position(op, axes.source), index));
  nest.write(op.result(0), axes.at, narrow(value, op.result_element(0)));
  nest.write(op.result(1), axes.at, max(index, op.pool().integer(0)));
  op.emit(nest);
}

void lower_max_pool(Lowering& op) {
  if (op.result_count() > 1) return lower_max_with_index(op);
  NestBuilder nest = op.nest();
  const PoolAxes axes = pool_axes(op, nest);
  const Expr x = widen(op.at_or(0, axes.source, lowest(op.pool(), op.element(0))));
  const Expr value = nest.accumulate(lowest(op.pool(), x->type.element), [&](Expr acc) { return max(acc, x); });
  nest.write(op.result(0), axes.at, narrow(value, op.result_element(0)));
  op.emit(nest);
}

// How many taps of the window at `p` along dimension `d` count: those within x, or within x and its padding. At least 1: the
// mean of a window that meets no element is 0 / 1, as ONNX Runtime has it.
Expr tap_count(const Lowering& op, size_t d, Expr p) {
  const auto& pool = op.attributes<Pool>();
  const Windows windows = windows_of(pool);
  const Expr kernel = op.pool().integer(pool.kernel[d]);
  const Expr none = op.pool().integer(0);
  const bool padded = !is_constant_value(windows.before(d), 0) || !is_constant_value(windows.after(d), 0);
  if (!pool.round_up && (pool.count_padding || !padded)) return kernel;
  const Expr start = p * windows.strides[d] - windows.before(d);
  const Expr end = op.shape(0)[d + 2] + (pool.count_padding ? windows.after(d) : none);
  const Expr last = min(kernel, ceil_div(end - start, pool.dilations[d]));
  const Expr first = pool.count_padding ? none : max(none, ceil_div(none - start, pool.dilations[d]));
  return max(last - first, op.pool().integer(1));
}

// y = (sum of x over the window) / (number of taps that count)
void lower_average_pool(Lowering& op) {
  NestBuilder nest = op.nest();
  const PoolAxes axes = pool_axes(op, nest);
  const Expr x = widen(op.at_or(0, axes.source, zero(op.pool(), op.element(0))));
  const Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return acc + x; });
  Expr count = op.pool().integer(1);
  for (size_t d = 0; d + 2 < axes.at.size(); ++d) count = count * tap_count(op, d, axes.at[d + 2]);
  nest.write(op.result(0), axes.at, narrow(div(sum, cast(count, x->type.element)), op.result_element(0)));
  op.emit(nest);
}

// y = (sum of |x|^norm over the window) ^ (1 / norm)
void lower_lp_pool(Lowering& op) {
  const auto norm = static_cast<double>(op.attributes<Pool>().norm);
  NestBuilder nest = op.nest();
  const PoolAxes axes = pool_axes(op, nest);
  const Expr x = unary(Opcode::kAbs, widen(op.at_or(0, axes.source, zero(op.pool(), op.element(0)))));
  const Expr power = norm == 1 ? x : norm == 2 ? x * x : binary(Opcode::kPow, x, constant_like(x, norm));
  const Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return acc + power; });
  const Expr root = norm == 1   ? sum
                    : norm == 2 ? unary(Opcode::kSqrt, sum)
                                : binary(Opcode::kPow, sum, constant_like(sum, 1 / norm));
  nest.write(op.result(0), axes.at, narrow(root, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kAveragePool{.name = "average_pool",
                                    .doc = "The mean of each window of x [N, C, ...]. ONNX AveragePool.",
                                    .schema = &schema_of<Pool>,
                                    .infer = infer_pool,
                                    .lower = lower_average_pool};
constinit const OpInfo kLpPool{.name = "lp_pool",
                               .doc = "The p-norm of each window of x [N, C, ...]. ONNX LpPool.",
                               .schema = &schema_of<Pool>,
                               .infer = infer_pool,
                               .lower = lower_lp_pool};
constinit const OpInfo kMaxPool{
    .name = "max_pool",
    .doc =
        "The greatest element of each window of x [N, C, ...], and with two results its position in x. ONNX MaxPool.",
    .schema = &schema_of<Pool>,
    .infer = infer_max_pool,
    .lower = lower_max_pool};

}  // namespace burin::ir
