// Normalizations and softmax.
#include <array>
#include <numeric>

#include "frontend/onnx/import_rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::OpInfo;
using ir::Result;
using ir::Status;
using ir::ValueId;

Result<int64_t> axis_of(const NodeImport& node, std::string_view name, int64_t otherwise) {
  const int64_t rank = node.rank(0);
  const int64_t axis = node.integer(name, otherwise);
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return node.fault("axis-range", "attribute \"{}\": expected {} to {}, found {}", name, -rank, rank - 1, axis);
}

std::vector<int64_t> axes_from(int64_t first, int64_t rank) {
  std::vector<int64_t> axes(static_cast<size_t>(std::max<int64_t>(rank - first, 0)));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

// Over one axis; before opset 13, over all axes from one on, taken together.
template <const OpInfo& kOp>
Status import_softmax(NodeImport& node) {
  if (!node.operand(0).valid()) return {};
  constexpr int kOneAxisSince = 13;
  const bool flattens = node.opset() < kOneAxisSince;
  Result<int64_t> axis = axis_of(node, "axis", flattens ? 1 : -1);
  if (!axis) return axis.faults();
  const ir::OverAxes over{flattens ? axes_from(*axis, node.rank(0)) : std::vector<int64_t>{*axis}};
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(over)));
  return {};
}

Status import_lrn(NodeImport& node) {
  const ir::LocalResponse response{node.integer("size", 0), node.number("alpha", 1e-4), node.number("beta", 0.75), node.number("bias", 1)};
  node.set_result(0, node.emit(ir::kLocalResponse, {node.operand(0)}, Attributes(response)));
  return {};
}

// scale, bias, mean and variance are operands 1 to 4.
Status import_batch_norm(NodeImport& node) {
  if (!node.operand(0).valid()) return {};
  constexpr int kTrainingModeSince = 14;
  const bool training = node.opset() >= kTrainingModeSince && node.integer("training_mode", 0) != 0;
  if (training) return node.not_supported("batch normalization in training mode is not supported; set training_mode to 0");
  const ir::BatchNorm norm{node.number("epsilon", 1e-5)};
  node.set_result(0, node.emit(ir::kBatchNorm,
                               {node.operand(0), node.operand(1), node.operand(2), node.operand(3), node.operand(4)}, Attributes(norm)));
  return {};
}

Status import_instance_norm(NodeImport& node) {
  if (!node.operand(0).valid()) return {};
  if (node.rank(0) < 2) return node.fault("rank-mismatch", "operand 0: expected rank 2 or more, found {}", node.rank(0));
  const ir::Normalize normalize{axes_from(2, node.rank(0)), {1}, node.number("epsilon", 1e-5), true};
  node.set_result(0, node.emit(ir::kNormalize, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(normalize)));
  return {};
}

// The axes of x that scale or bias, of fewer dimensions, stands for: the last ones.
std::vector<int64_t> trailing_axes(const NodeImport& node, int operand) {
  return axes_from(std::max(node.rank(0) - node.rank(operand), 0), node.rank(0));
}

Status import_layer_norm(NodeImport& node) {
  if (!node.operand(0).valid() || !node.operand(1).valid()) return {};
  Result<int64_t> axis = axis_of(node, "axis", -1);
  if (!axis) return axis.faults();
  if (node.has(2) && node.rank(2) != node.rank(1)) {
    return node.not_supported("operand 2: expected rank {} (as operand 1), found {}", node.rank(1), node.rank(2));
  }
  const ir::Normalize normalize{axes_from(*axis, node.rank(0)), trailing_axes(node, 1), node.number("epsilon", 1e-5), true};
  const int results = node.wants(2) ? 3 : node.wants(1) ? 2 : 1;
  const std::vector<ValueId> values =
      node.emit_many(ir::kNormalize, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(normalize), results);
  for (int i = 0; i < results; ++i) node.set_result(i, values[static_cast<size_t>(i)]);
  return {};
}

Status import_rms_norm(NodeImport& node) {
  if (!node.operand(0).valid() || !node.operand(1).valid()) return {};
  Result<int64_t> axis = axis_of(node, "axis", -1);
  if (!axis) return axis.faults();
  const ir::Normalize normalize{axes_from(*axis, node.rank(0)), trailing_axes(node, 1), node.number("epsilon", 1e-5), false};
  node.set_result(0, node.emit(ir::kNormalize, {node.operand(0), node.operand(1)}, Attributes(normalize)));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "BatchNormalization", 1, import_batch_norm},
    {"", "InstanceNormalization", 1, import_instance_norm},
    {"", "LRN", 1, import_lrn},
    {"", "LayerNormalization", 17, import_layer_norm},
    {"", "LogSoftmax", 1, import_softmax<ir::kLogSoftmax>},
    {"", "RMSNormalization", 23, import_rms_norm},
    {"", "Softmax", 1, import_softmax<ir::kSoftmax>},
});

}  // namespace

std::span<const ImportRow> normalization_rows() { return kRows; }

}  // namespace burin::frontend
