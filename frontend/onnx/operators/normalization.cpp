// Normalizations and softmax.
#include <array>
#include <numeric>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::OpInfo;
using ir::Result;
using ir::Status;
using ir::ValueId;

std::vector<int64_t> axes_from(int64_t first, int64_t rank) {
  std::vector<int64_t> axes(static_cast<size_t>(std::max<int64_t>(rank - first, 0)));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

// Over one axis; before opset 13, over all axes from one on, taken together.
template <const OpInfo& kOp>
Status import_softmax(NodeImport& node) {
  constexpr int kOneAxisSince = 13;
  const bool flattens = node.opset() < kOneAxisSince;
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", flattens ? 1 : -1), node.rank(0));
  if (!axis) return axis.faults();
  const ir::OverAxes over{flattens ? axes_from(*axis, node.rank(0)) : std::vector<int64_t>{*axis}};
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(over)));
  return {};
}

Status import_lrn(NodeImport& node) {
  const ir::LocalResponse response{node.integer("size", 0), node.number("alpha", 1e-4), node.number("beta", 0.75),
                                   node.number("bias", 1)};
  node.set_result(0, node.emit(ir::kLocalResponse, {node.operand(0)}, Attributes(response)));
  return {};
}

// x over the axes of `reduce`: its mean, and the mean square of what remains.
struct Statistics {
  ValueId mean, centered, variance;
};

Statistics statistics_of(NodeImport& node, ValueId x, const ir::Reduce& kept) {
  Statistics statistics;
  statistics.mean = node.emit(ir::kReduceMean, {x}, Attributes(kept));
  statistics.centered = node.emit(ir::kSub, {x, statistics.mean});
  const ValueId square = node.emit(ir::kMul, {statistics.centered, statistics.centered});
  statistics.variance = node.emit(ir::kReduceMean, {square}, Attributes(kept));
  return statistics;
}

// scale, bias, mean and variance are operands 1 to 4. In training mode the statistics are the batch's own, and results 1 and 2
// are the operands' moved toward them.
Status import_batch_norm(NodeImport& node) {
  constexpr int kTrainingModeSince = 14;
  const Attributes norm(ir::BatchNorm{node.number("epsilon", 1e-5)});
  const bool training = node.opset() >= kTrainingModeSince && node.flag("training_mode", false);
  if (!training) {
    node.set_result(
        0, node.emit(ir::kBatchNorm,
                     {node.operand(0), node.operand(1), node.operand(2), node.operand(3), node.operand(4)}, norm));
    return {};
  }
  if (node.rank(0) < 2)
    return node.fault("rank-mismatch", "operand 0: expected rank 2 or more, found {}", node.rank(0));
  ir::Reduce over{axes_from(1, node.rank(0)), true};
  over.axes.front() = 0;
  const Statistics batch = statistics_of(node, node.operand(0), over);
  const ValueId mean = emit_reshape(node, batch.mean, node.shape(1));
  const ValueId variance = emit_reshape(node, batch.variance, node.shape(1));
  node.set_result(0,
                  node.emit(ir::kBatchNorm, {node.operand(0), node.operand(1), node.operand(2), mean, variance}, norm));
  const double momentum = node.number("momentum", 0.9);
  const auto moved = [&](ValueId running, ValueId current) {
    if (!running.valid()) return ValueId{};
    const ir::ElementType element = node.type(running).element;
    const ValueId old_part = node.emit(ir::kMul, {running, node.scalar_constant(momentum, element)});
    return node.emit(ir::kAdd, {old_part, node.emit(ir::kMul, {current, node.scalar_constant(1 - momentum, element)})});
  };
  node.set_result(1, moved(node.operand(3), mean));
  node.set_result(2, moved(node.operand(4), variance));
  return {};
}

Status import_instance_norm(NodeImport& node) {
  if (node.rank(0) < 2)
    return node.fault("rank-mismatch", "operand 0: expected rank 2 or more, found {}", node.rank(0));
  const ir::Normalize normalize{axes_from(2, node.rank(0)), {1}, node.number("epsilon", 1e-5), true};
  node.set_result(
      0, node.emit(ir::kNormalize, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(normalize)));
  return {};
}

// The axes of x that scale or bias, of fewer dimensions, stands for: the last ones.
std::vector<int64_t> trailing_axes(const NodeImport& node, int operand) {
  return axes_from(std::max(node.rank(0) - node.rank(operand), 0), node.rank(0));
}

// ONNX has it from opset 17 on; ONNX Runtime had it before, for any opset.
Status import_layer_norm(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  if (node.has(2) && node.rank(2) != node.rank(1)) {
    return node.not_supported("operand 2: expected rank {} (as operand 1), found {}", node.rank(1), node.rank(2));
  }
  const ir::Normalize normalize{axes_from(*axis, node.rank(0)), trailing_axes(node, 1), node.number("epsilon", 1e-5),
                                true};
  const int results = node.wants(2) ? 3 : node.wants(1) ? 2 : 1;
  const std::vector<ValueId> values = node.emit_many(
      ir::kNormalize, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(normalize), results);
  // Mean and inverse deviation have the type of the stage that computes them.
  const Result<ElementType> stage = element_type_of(static_cast<int32_t>(node.integer("stash_type", 1)), node.where());
  if (!stage) return stage.faults();
  node.set_result(0, values[0]);
  for (int i = 1; i < results; ++i) node.set_result(i, emit_cast(node, values[static_cast<size_t>(i)], *stage));
  return {};
}

Status import_rms_norm(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  const ir::Normalize normalize{axes_from(*axis, node.rank(0)), trailing_axes(node, 1), node.number("epsilon", 1e-5),
                                false};
  node.set_result(0, node.emit(ir::kNormalize, {node.operand(0), node.operand(1)}, Attributes(normalize)));
  return {};
}

// A simplified (root-mean-square) or full normalization over the last dimension, as com.microsoft has them: operands 0 and 1
// are added first, scale is operand 2. The sum is the last result. Inside, floats narrower than f32 are f32: a sum that is
// rounded has lost what the normalization magnifies.
enum class Centering { kMean, kNone };

Status import_skip_norm(NodeImport& node, Centering centering, int bias) {
  const ElementType element = node.element(0);
  const ElementType inner = ir::compute_type(element);
  const auto operand = [&](int i) { return emit_cast(node, node.operand(i), inner); };
  ValueId sum = node.emit(ir::kAdd, {operand(0), operand(1)});
  if (node.has(bias)) sum = node.emit(ir::kAdd, {sum, operand(bias)});
  const bool centers = centering == Centering::kMean;
  const ir::Normalize normalize{axes_from(node.rank(0) - 1, node.rank(0)), trailing_axes(node, 2),
                                node.number("epsilon", 1e-12), centers};
  const ValueId beta = centers ? operand(3) : ValueId{};
  const std::vector<ValueId> results =
      node.emit_many(ir::kNormalize, {sum, operand(2), beta}, Attributes(normalize), 3);
  node.set_result(0, emit_cast(node, results[0], element));
  if (centers) node.set_result(1, results[1]);
  node.set_result(2, results[2]);
  node.set_result(3, emit_cast(node, sum, element));
  return {};
}
Status import_skip_layer_norm(NodeImport& node) { return import_skip_norm(node, Centering::kMean, 4); }
Status import_skip_simplified_norm(NodeImport& node) { return import_skip_norm(node, Centering::kNone, 3); }

// Groups of channels, dimension 1. Scale and bias are per group before opset 21, then per channel.
Status import_group_norm(NodeImport& node) {
  if (node.rank(0) < 2)
    return node.fault("rank-mismatch", "operand 0: expected rank 2 or more, found {}", node.rank(0));
  const int64_t groups = node.integer("num_groups", 0);
  const ir::Shape shape = node.shape(0);
  const ir::Expr channels = node.dimension(0, 1);
  if (groups < 1 || ir::constant_integer(channels).value_or(0) % groups != 0) {
    return node.fault("group-count", "attribute \"num_groups\": expected a divisor of {}, found {}",
                      ir::constant_integer(channels).value_or(1), groups);
  }
  constexpr int kPerChannelSince = 21;
  const bool per_channel = node.opset() >= kPerChannelSince;
  ir::Shape grouped = shape;
  grouped[1] = ir::floor_div(channels, groups);
  const ir::Shape parameters{node.graph().pool->integer(groups), grouped[1]};
  grouped.insert(grouped.begin() + 1, parameters[0]);
  const auto parameter = [&](int i) {
    return per_channel ? emit_reshape(node, node.operand(i), parameters) : node.operand(i);
  };
  const ir::Normalize normalize{axes_from(2, node.rank(0) + 1),
                                per_channel ? std::vector<int64_t>{1, 2} : std::vector<int64_t>{1},
                                node.number("epsilon", 1e-5), true};
  const ValueId value = emit_reshape(node, node.operand(0), grouped);
  const ValueId y = node.emit(ir::kNormalize, {value, parameter(1), parameter(2)}, Attributes(normalize));
  node.set_result(0, emit_reshape(node, y, shape));
  return {};
}

// x / norm, and 0 where the norm is 0.
Status import_lp_norm(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  const int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2) return node.fault("attribute-range", "attribute \"p\": expected 1 or 2, found {}", p);
  const Attributes reduce(ir::Reduce{{*axis}, true});
  const ValueId norm = node.emit(p == 1 ? ir::kReduceL1 : ir::kReduceL2, {node.operand(0)}, reduce);
  if (!norm.valid()) return {};
  const ElementType element = node.element(0);
  const ValueId is_zero = node.emit(ir::kEqual, {norm, node.scalar_constant(0, element)});
  const ValueId divisor = node.emit(ir::kSelect, {is_zero, node.scalar_constant(1, element), norm});
  node.set_result(0, node.emit(ir::kDiv, {node.operand(0), divisor}));
  return {};
}

// (x - mean) / (sqrt(variance) + 1e-9)
Status import_mean_variance_norm(NodeImport& node) {
  Result<std::vector<int64_t>> axes = axes_from_front(node, node.integers("axes", {0, 2, 3}), node.rank(0));
  if (!axes) return axes.faults();
  const Statistics statistics = statistics_of(node, node.operand(0), {*std::move(axes), true});
  const ValueId deviation = node.emit(ir::kSqrt, {statistics.variance});
  const ValueId divisor = node.emit(ir::kAdd, {deviation, node.scalar_constant(1e-9, node.element(0))});
  node.set_result(0, node.emit(ir::kDiv, {statistics.centered, divisor}));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "BatchNormalization", 1, import_batch_norm, "11111"},
    {"", "GroupNormalization", 18, import_group_norm, "111"},
    {"", "Hardmax", 1, import_softmax<ir::kHardmax>},
    {"", "InstanceNormalization", 1, import_instance_norm, "111"},
    {"", "LRN", 1, import_lrn},
    {"", "LayerNormalization", 1, import_layer_norm, "11?"},
    {"", "LogSoftmax", 1, import_softmax<ir::kLogSoftmax>},
    {"", "LpNormalization", 1, import_lp_norm},
    {"", "MeanVarianceNormalization", 9, import_mean_variance_norm},
    {"", "RMSNormalization", 23, import_rms_norm, "11"},
    {"", "SimplifiedLayerNormalization", 1, import_rms_norm, "11", Takes::kTensors, "axis epsilon stash_type"},
    {"", "Softmax", 1, import_softmax<ir::kSoftmax>},
    {"com.microsoft", "SkipLayerNormalization", 1, import_skip_layer_norm, "111??"},
    {"com.microsoft", "SkipSimplifiedLayerNormalization", 1, import_skip_simplified_norm, "111?"},
});

}  // namespace

std::span<const ImportRow> normalization_rows() { return kRows; }

}  // namespace burin::frontend
