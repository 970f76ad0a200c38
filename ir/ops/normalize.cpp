// Normalization by statistics of the operand itself: layer, instance, group and root-mean-square normalization.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// Scale and bias have a dimension per parameter axis, equal to x's or 1.
Status require_parameter(Inference& op, int operand) {
  const auto& axes = op.attributes<Normalize>().parameter_axes;
  const auto count = static_cast<int>(axes.size());
  if (Status status = op.require_rank(operand, count, count); !status) return status;
  if (Status status = op.require_float(operand); !status) return status;
  for (size_t d = 0; d < axes.size(); ++d) {
    const auto axis = static_cast<size_t>(axes[d]);
    const std::string from = fmt::format("{} dimension {}", op.described(0), axis);
    if (Status status = op.require_repeated(operand, d, op.shape(0)[axis], from); !status) return status;
  }
  return {};
}

Status infer_normalize(Inference& op) {
  const auto& normalize = op.attributes<Normalize>();
  if (Status status = infer_float(op); !status) return status;
  for (const auto* axes : {&normalize.axes, &normalize.parameter_axes}) {
    if (Status status = require_axes(op, *axes, op.rank(0)); !status) return status;
  }
  for (int operand : {1, 2}) {
    if (!op.has(operand)) continue;
    if (Status status = require_parameter(op, operand); !status) return status;
  }
  Shape statistics = op.shape(0);
  for (int64_t axis : normalize.axes) statistics[static_cast<size_t>(axis)] = op.pool().integer(1);
  for (int i = 1; i < static_cast<int>(op.op().results.size()); ++i) {
    if (i > 2) return op.fault("result-count", "expected 1 to 3 results, found {}", op.op().results.size());
    op.set_result(i, compute_type(op.element(0)), statistics);
  }
  return {};
}

Expr parameter(const Lowering& op, int operand, std::span<const Expr> index) {
  std::vector<Expr> selected;
  Shape extents;
  for (int64_t axis : op.attributes<Normalize>().parameter_axes) {
    selected.push_back(index[static_cast<size_t>(axis)]);
    extents.push_back(op.shape(0)[static_cast<size_t>(axis)]);
  }
  return cast(op.broadcast_at(operand, selected, extents), compute_type(op.element(0)));
}

// mean[] = sum over k of x[k] / n
void add_mean(Lowering& op, GroupBuilder& group, const Rows& rows, TensorId mean) {
  const ElementType type = op.program.tensors[mean].element;
  NestBuilder nest = op.nest();
  const std::vector<Expr> k = rows.reduce(nest);
  const Expr sum = nest.accumulate(zero(op.pool(), type), [&](Expr acc) { return acc + widen(op.at(0, k)); });
  const Expr value = div(sum, cast(rows.row_count(), type));
  nest.write(mean, {}, value);
  if (op.result_count() > 1) nest.write(op.result(1), rows.row(), value);
  group.add(nest);
}

// inverse[] = 1 / sqrt(sum over k of (x[k] - mean[])^2 / n + epsilon); two passes, since E[x^2] - E[x]^2 cancels
void lower_normalize(Lowering& op) {
  const auto& normalize = op.attributes<Normalize>();
  const ElementType type = compute_type(op.element(0));
  GroupBuilder group(op);
  const Rows rows(group, op.shape(0), normalize.axes, op.pool());
  const TensorId mean = op.temporary("mean", type, {});
  const TensorId inverse = op.temporary("inverse", type, {});
  if (normalize.center) add_mean(op, group, rows, mean);
  const auto centered = [&](std::span<const Expr> index) {
    const Expr x = widen(op.at(0, index));
    return normalize.center ? x - read(op.program, mean, {}) : x;
  };

  NestBuilder deviation = op.nest();
  const std::vector<Expr> k = rows.reduce(deviation);
  const Expr difference = centered(k);
  const Expr sum =
      deviation.accumulate(zero(op.pool(), type), [&](Expr acc) { return fma(difference, difference, acc); });
  const Expr variance = div(sum, cast(rows.row_count(), type));
  const Expr root = unary(Opcode::kSqrt, variance + constant_like(variance, normalize.epsilon));
  const Expr value = div(constant_like(root, 1), root);
  deviation.write(inverse, {}, value);
  if (op.result_count() > 2) deviation.write(op.result(2), rows.row(), value);
  group.add(deviation);

  NestBuilder result = op.nest();
  const std::vector<Expr> i = rows.walk(result);
  Expr y = centered(i) * read(op.program, inverse, {});
  if (op.has(1)) y = y * parameter(op, 1, i);
  if (op.has(2)) y = y + parameter(op, 2, i);
  result.write(op.result(0), i, narrow(y, op.result_element(0)));
  group.add(result);
  group.emit();
}

}  // namespace

constinit const OpInfo kNormalize{.name = "normalize",
                                  .doc =
                                      "(x - mean) / sqrt(variance + epsilon) * scale + bias of x, scale and bias (both "
                                      "optional), with mean and variance over "
                                      "`axes`; more results are the mean and the factor. ONNX LayerNormalization, "
                                      "InstanceNormalization, GroupNormalization, "
                                      "and RMSNormalization, which does not subtract the mean.",
                                  .least_operands = 1,
                                  .most_operands = 3,
                                  .schema = &schema_of<Normalize>,
                                  .infer = infer_normalize,
                                  .lower = lower_normalize};

}  // namespace burin::ir
