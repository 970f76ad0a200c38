// A regular selection along every axis.
#include "ir/base/checked.h"
#include "ir/expr/containment.h"
#include "ir/ops/indexing.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

// Forwards by one, the end is at most the dimension: proven for what ONNX's Slice brings inside, checked for others.
Status require_end(Inference& op, const Slice& slice, size_t axis) {
  if (slice.steps[axis] != 1) return {};
  const Expr dim = op.shape(0)[axis];
  const Expr end = slice.starts[axis] + slice.sizes[axis];
  if (contained(end, op.pool().integer(INT64_MIN / 2), dim + 1) == Containment::kProven) return {};
  return require_at_most(op, end, dim, fmt::format("{}: dimension {}: end", op.described(0), axis));
}

// Where everything along an axis is a number, the first and the last element selected are inside.
Status require_inside(Inference& op, const Slice& slice, size_t axis) {
  const std::optional<int64_t> dim = constant_integer(op.shape(0)[axis]);
  const std::optional<int64_t> start = constant_integer(slice.starts[axis]);
  const std::optional<int64_t> size = constant_integer(slice.sizes[axis]);
  if (size && *size < 0) return op.fault("negative-dimension", "size {}: expected at least 0, found {}", axis, *size);
  if (size && *size == 0) return {};
  if (!dim || !start || !size) return require_end(op, slice, axis);
  const std::optional<int64_t> way = checked_mul(*size - 1, slice.steps[axis]);
  const std::optional<int64_t> last = way ? checked_add(*start, *way) : std::nullopt;
  if (last && *start >= 0 && *start < *dim && *last >= 0 && *last < *dim) return {};
  return op.fault("attribute-range", "axis {}: expected a selection within {} elements, found {} from {} by {}", axis,
                  *dim, *size, *start, slice.steps[axis]);
}

Status infer(Inference& op) {
  const Slice& slice = op.attributes<Slice>();
  const auto rank = static_cast<size_t>(op.rank(0));
  if (slice.starts.size() != rank || slice.steps.size() != rank || slice.sizes.size() != rank) {
    return op.fault("rank-mismatch", "attributes: expected {} starts, steps and sizes, found {}, {} and {}", rank,
                    slice.starts.size(), slice.steps.size(), slice.sizes.size());
  }
  for (int64_t step : slice.steps) {
    if (step == 0) return op.fault("attribute-range", "attribute \"steps\": expected steps other than 0, found 0");
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    if (Status status = require_inside(op, slice, axis); !status) return status;
  }
  op.set_result(0, op.element(0), slice.sizes);
  return {};
}

void lower(Lowering& op) {
  const Slice& slice = op.attributes<Slice>();
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  std::vector<Expr> from;
  for (size_t i = 0; i < index.size(); ++i) from.push_back(index[i] * slice.steps[i] + slice.starts[i]);
  nest.write(op.result(0), index, op.at(0, from));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kSlice{
    .name = "slice",
    .doc =
        "y[i] = x[starts + steps * i] for i below `sizes`, along every axis; steps may be negative. ONNX Slice-13, "
        "Split-18.",
    .outside = "an end outside is refused when compiling or by `prepare`",
    .schema = &schema_of<Slice>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
