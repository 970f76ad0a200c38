// Pooling over windows, and over the whole image.
#include <array>
#include <numeric>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/operators/window.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::OpInfo;
using ir::Result;
using ir::Status;
using ir::ValueId;

template <const OpInfo& kOp>
Status import_pool(NodeImport& node) {
  Result<ir::Pool> pool = pool_attributes(node);
  if (!pool) return pool.faults();
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(*std::move(pool))));
  return {};
}

Status import_max_pool(NodeImport& node) {
  Result<ir::Pool> pool = pool_attributes(node);
  if (!pool) return pool.faults();
  const std::vector<ValueId> results =
      node.emit_many(ir::kMaxPool, {node.operand(0)}, Attributes(*std::move(pool)), node.wants(1) ? 2 : 1);
  for (size_t i = 0; i < results.size(); ++i) node.set_result(static_cast<int>(i), results[i]);
  return {};
}

// com.microsoft: x is [B, H, W, C].
Status import_nhwc_max_pool(NodeImport& node) {
  if (node.rank(0) != 4) return node.fault("rank-mismatch", "operand 0: expected rank 4, found {}", node.rank(0));
  const Result<AutoPad> mode = auto_pad(node);
  if (!mode) return mode.faults();
  if (*mode == AutoPad::kSameLower || *mode == AutoPad::kSameUpper)
    return node.not_supported("attribute \"auto_pad\": expected NOTSET or VALID with channels last, found SAME");
  Result<ir::Pool> pool = pool_attributes(node);
  if (!pool) return pool.faults();
  const ValueId channels_first = emit_transpose(node, node.operand(0), {0, 3, 1, 2});
  const ValueId y = node.emit(ir::kMaxPool, {channels_first}, Attributes(*std::move(pool)));
  node.set_result(0, emit_transpose(node, y, {0, 2, 3, 1}));
  return {};
}

// All dimensions after the first two, kept as 1.
ir::Reduce over_image(const NodeImport& node) {
  ir::Reduce reduce{{}, true};
  for (int d = 2; d < node.rank(0); ++d) reduce.axes.push_back(d);
  return reduce;
}

template <const OpInfo& kOp>
Status import_global(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(over_image(node))));
  return {};
}

Status import_global_lp(NodeImport& node) {
  const double p = node.opset() < 2 ? node.number("p", 2) : static_cast<double>(node.integer("p", 2));
  if (p <= 0) return node.fault("attribute-range", "attribute \"p\": expected a positive number, found {}", p);
  if (p == 1) return import_global<ir::kReduceL1>(node);
  if (p == 2) return import_global<ir::kReduceL2>(node);
  const auto constant = [&](double value) { return node.scalar_constant(value, node.element(0)); };
  const ValueId power = node.emit(ir::kPow, {node.emit(ir::kAbs, {node.operand(0)}), constant(p)});
  const ValueId sum = node.emit(ir::kReduceSum, {power}, Attributes(over_image(node)));
  node.set_result(0, node.emit(ir::kPow, {sum, constant(1 / p)}));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "AveragePool", 1, import_pool<ir::kAveragePool>},
    {"", "GlobalAveragePool", 1, import_global<ir::kReduceMean>},
    {"", "GlobalLpPool", 1, import_global_lp},
    {"", "GlobalMaxPool", 1, import_global<ir::kReduceMax>},
    {"", "LpPool", 2, import_pool<ir::kLpPool>},
    {"", "MaxPool", 1, import_max_pool},
    {"com.microsoft", "NhwcMaxPool", 1, import_nhwc_max_pool},
});

}  // namespace

std::span<const ImportRow> pool_rows() { return kRows; }

}  // namespace burin::frontend
