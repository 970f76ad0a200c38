// Reductions over axes.
#include <array>
#include <numeric>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
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

// Axes that depend on data: every choice of as many as operand 1 has that leads to the result's shape, which the model
// declares. Dimensions of 1 make no difference to a choice with dimensions kept, so few remain.
std::vector<std::vector<int64_t>> possible_axes(const NodeImport& node) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  const std::optional<std::vector<int64_t>> dims = ir::static_dims(node.shape(0));
  const std::optional<int64_t> count = ir::static_element_count(node.shape(1));
  constexpr size_t kMostDimensions = 8;
  if (!declared || !dims || !count || dims->size() > kMostDimensions) return {};
  const bool keeps = node.flag("keepdims", true);
  std::vector<std::vector<int64_t>> possible;
  for (uint32_t choice = 0; choice < (1u << dims->size()); ++choice) {
    std::vector<int64_t> axes, result;
    for (size_t d = 0; d < dims->size(); ++d) {
      const bool reduced = (choice >> d & 1) != 0;
      if (reduced) axes.push_back(static_cast<int64_t>(d));
      if (!reduced || keeps) result.push_back(reduced ? 1 : (*dims)[d]);
    }
    if (result == *declared && static_cast<int64_t>(axes.size()) == *count) possible.push_back(axes);
  }
  return possible;
}

// The axes of operand 1 as a set: the sum of 2^axis, which a table gives for each, counted from either end.
ValueId set_of_axes(NodeImport& node) {
  std::vector<int64_t> powers;
  for (int d = 0; d < node.rank(0); ++d) powers.push_back(int64_t{1} << d);
  const ValueId chosen =
      node.emit(ir::kGather, {node.integers_constant(powers), node.operand(1)}, Attributes(ir::Gather{0}));
  return node.emit(ir::kReduceSum, {chosen}, Attributes(ir::Reduce{all_axes(node.rank(1)), false}));
}

int64_t set_of(std::span<const int64_t> axes) {
  int64_t set = 0;
  for (const int64_t axis : axes) set |= int64_t{1} << axis;
  return set;
}

// The axes from the operand (newer versions) or the attribute; none given means all, or none at all where the node says so.
Result<std::vector<int64_t>> reduced_axes(NodeImport& node) {
  Result<std::optional<std::vector<int64_t>>> axes = optional_axes(node, 1, node.rank(0));
  if (!axes) return axes.faults();
  if (*axes && !(*axes)->empty()) return **axes;
  if (node.flag("noop_with_empty_axes", false)) return std::vector<int64_t>();
  return all_axes(node.rank(0));
}

// Reduced over all choices of axes; operand 1 says which one counts.
ValueId reduced_by_data(NodeImport& node, const OpInfo& op, const std::vector<std::vector<int64_t>>& choices) {
  const bool keeps = node.flag("keepdims", true);
  ValueId y;
  const ValueId set = choices.size() > 1 ? set_of_axes(node) : ValueId();
  for (const std::vector<int64_t>& axes : choices) {
    const ValueId value = node.emit(op, {node.operand(0)}, Attributes(ir::Reduce{axes, keeps}));
    if (!y.valid()) {
      y = value;
      continue;
    }
    const ValueId expected = node.scalar_constant(static_cast<double>(set_of(axes)), ir::ElementType::kI64);
    y = node.emit(ir::kSelect, {node.emit(ir::kEqual, {set, expected}), value, y});
  }
  return y;
}

template <const OpInfo& kOp>
Status import_reduce(NodeImport& node) {
  if (node.has(1) && !node.known_integers(1)) {
    if (const auto choices = possible_axes(node); !choices.empty()) {
      node.set_result(0, reduced_by_data(node, kOp, choices));
      return {};
    }
  }
  Result<std::vector<int64_t>> axes = reduced_axes(node);
  if (!axes) return axes.faults();
  const ir::Reduce reduce{*std::move(axes), node.flag("keepdims", true)};
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(reduce)));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "ReduceL1", 1, import_reduce<ir::kReduceL1>, "1?"},
    {"", "ReduceL2", 1, import_reduce<ir::kReduceL2>, "1?"},
    {"", "ReduceLogSum", 1, import_reduce<ir::kReduceLogSum>, "1?"},
    {"", "ReduceLogSumExp", 1, import_reduce<ir::kReduceLogSumExp>, "1?"},
    {"", "ReduceMax", 1, import_reduce<ir::kReduceMax>, "1?"},
    {"", "ReduceMean", 1, import_reduce<ir::kReduceMean>, "1?"},
    {"", "ReduceMin", 1, import_reduce<ir::kReduceMin>, "1?"},
    {"", "ReduceProd", 1, import_reduce<ir::kReduceProd>, "1?"},
    {"", "ReduceSum", 1, import_reduce<ir::kReduceSum>, "1?"},
    {"", "ReduceSumSquare", 1, import_reduce<ir::kReduceSumSquare>, "1?"},
});

}  // namespace

std::span<const ImportRow> reduce_rows() { return kRows; }

}  // namespace burin::frontend
