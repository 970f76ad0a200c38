// Reductions over axes.
#include <array>
#include <numeric>

#include "frontend/onnx/import_common.h"
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

// Axes that depend on data, from the result's shape that the model declares: the only ones that lead to it.
std::optional<std::vector<int64_t>> declared_axes(const NodeImport& node) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  const std::optional<std::vector<int64_t>> dims = ir::static_dims(node.shape(0));
  constexpr size_t kMostDimensions = 8;
  if (!declared || !dims || dims->size() > kMostDimensions) return std::nullopt;
  const bool keeps = node.integer("keepdims", 1) != 0;
  std::optional<std::vector<int64_t>> found;
  for (uint32_t choice = 0; choice < (1u << dims->size()); ++choice) {
    std::vector<int64_t> axes, result;
    for (size_t d = 0; d < dims->size(); ++d) {
      const bool reduced = (choice >> d & 1) != 0;
      if (reduced) axes.push_back(static_cast<int64_t>(d));
      if (!reduced || keeps) result.push_back(reduced ? 1 : (*dims)[d]);
    }
    if (result != *declared) continue;
    if (found) return std::nullopt;
    found = axes;
  }
  return found;
}

// The axes from the operand (newer versions) or the attribute; none given means all, or none at all where the node says so.
Result<std::vector<int64_t>> reduced_axes(NodeImport& node) {
  if (node.has(1) && !node.known_integers(1)) {
    if (std::optional<std::vector<int64_t>> axes = declared_axes(node)) return *std::move(axes);
  }
  Result<std::optional<std::vector<int64_t>>> axes = optional_axes(node, 1, node.rank(0));
  if (!axes) return axes.faults();
  if (*axes && !(*axes)->empty()) return **axes;
  if (node.integer("noop_with_empty_axes", 0) != 0) return std::vector<int64_t>();
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
