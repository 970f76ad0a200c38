// Reductions over axes.
#include <algorithm>
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

std::vector<int64_t> all_axes(int rank) {
  std::vector<int64_t> axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

// Axes counted from the front, sorted.
Result<std::vector<int64_t>> normalized(const NodeImport& node, std::vector<int64_t> axes) {
  const int64_t rank = node.rank(0);
  for (int64_t& axis : axes) {
    if (axis < -rank || axis >= rank) return node.fault("axis-range", "axes: expected {} to {}, found {}", -rank, rank - 1, axis);
    if (axis < 0) axis += rank;
  }
  std::ranges::sort(axes);
  return axes;
}

// The axes from the operand (newer versions) or the attribute; none given means all, or none at all where the node says so.
Result<std::vector<int64_t>> reduced_axes(NodeImport& node) {
  std::vector<int64_t> axes = node.integers("axes");
  if (node.has(1)) {
    const std::optional<std::vector<int64_t>> known = node.known_integers(1);
    if (!known) return node.not_supported("operand 1: axes that depend on data are not supported; make them constant");
    axes = *known;
  }
  if (!axes.empty()) return normalized(node, std::move(axes));
  if (node.integer("noop_with_empty_axes", 0) != 0) return axes;
  return all_axes(node.rank(0));
}

template <const OpInfo& kOp>
Status import_reduce(NodeImport& node) {
  if (!node.operand(0).valid()) return {};
  Result<std::vector<int64_t>> axes = reduced_axes(node);
  if (!axes) return axes.faults();
  const ir::Reduce reduce{*std::move(axes), node.integer("keepdims", 1) != 0};
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(reduce)));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "ReduceL1", 1, import_reduce<ir::kReduceL1>},
    {"", "ReduceL2", 1, import_reduce<ir::kReduceL2>},
    {"", "ReduceLogSum", 1, import_reduce<ir::kReduceLogSum>},
    {"", "ReduceLogSumExp", 1, import_reduce<ir::kReduceLogSumExp>},
    {"", "ReduceMax", 1, import_reduce<ir::kReduceMax>},
    {"", "ReduceMean", 1, import_reduce<ir::kReduceMean>},
    {"", "ReduceMin", 1, import_reduce<ir::kReduceMin>},
    {"", "ReduceProd", 1, import_reduce<ir::kReduceProd>},
    {"", "ReduceSum", 1, import_reduce<ir::kReduceSum>},
    {"", "ReduceSumSquare", 1, import_reduce<ir::kReduceSumSquare>},
});

}  // namespace

std::span<const ImportRow> reduce_rows() { return kRows; }

}  // namespace burin::frontend
