// Extremes, order and running sums along an axis.
#include <array>

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

template <const OpInfo& kOp>
Status import_arg_reduce(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  const ir::ArgReduce reduce{*axis, node.flag("keepdims", true), node.flag("select_last_index", false)};
  node.set_result(0, node.emit(kOp, {node.operand(0)}, Attributes(reduce)));
  return {};
}

ValueId emit_cumulative_sum(NodeImport& node, int64_t axis) {
  const ir::CumulativeSum sum{axis, node.flag("exclusive", false), node.flag("reverse", false)};
  return node.emit(ir::kCumulativeSum, {node.operand(0)}, Attributes(sum));
}

// An axis that depends on data: sums along each, of which it chooses one.
Status import_cumulative_sum_by_data(NodeImport& node) {
  constexpr int kMostDimensions = 8;
  if (node.rank(0) > kMostDimensions || node.rank(0) < 1)
    return node.not_supported("operand 1 (axis): expected a known value for rank {}, found data", node.rank(0));
  ValueId y;
  const ValueId given = emit_cast(node, node.operand(1), ir::ElementType::kI64);
  const ValueId axis = emit_reshape(node, given, {});
  for (int64_t d = 0; d < node.rank(0); ++d) {
    const ValueId sum = emit_cumulative_sum(node, d);
    const auto is = [&](int64_t number) {
      return node.emit(ir::kEqual, {axis, node.scalar_constant(static_cast<double>(number), ir::ElementType::kI64)});
    };
    const ValueId chosen = d == 0 ? ValueId() : node.emit(ir::kOr, {is(d), is(d - node.rank(0))});
    y = d == 0 ? sum : node.emit(ir::kSelect, {chosen, sum, y});
  }
  node.set_result(0, y);
  return {};
}

Status import_cumulative_sum(NodeImport& node) {
  if (!node.known_integers(1)) return import_cumulative_sum_by_data(node);
  Result<int64_t> stated = required_integer(node, 1, "axis");
  if (!stated) return stated.faults();
  Result<int64_t> axis = axis_from_front(node, *stated, node.rank(0));
  if (!axis) return axis.faults();
  node.set_result(0, emit_cumulative_sum(node, *axis));
  return {};
}

void emit_top_k(NodeImport& node, ValueId count, int64_t axis) {
  const ir::TopK top{axis, node.flag("largest", true)};
  const std::vector<ValueId> results = node.emit_many(ir::kTopK, {node.operand(0), count}, Attributes(top), 2);
  node.set_result(0, results[0]);
  node.set_result(1, results[1]);
}

// The first version has k as an attribute.
Status import_top_k_1(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  emit_top_k(node, node.integers_constant(std::array{node.integer("k", 0)}), *axis);
  return {};
}

Status import_top_k(NodeImport& node) {
  Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0));
  if (!axis) return axis.faults();
  ValueId count = node.operand(1);
  if (node.elements(1) == nullptr) {  // depends on data: what the model declares of its result
    const std::optional<std::vector<int64_t>> declared = node.declared_dims(node.wants(0) ? 0 : 1);
    if (declared && static_cast<int>(declared->size()) == node.rank(0)) {
      count = node.integers_constant(std::array{(*declared)[static_cast<size_t>(*axis)]});
    }
  }
  emit_top_k(node, count, *axis);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "ArgMax", 1, import_arg_reduce<ir::kArgMax>},
    {"", "ArgMin", 1, import_arg_reduce<ir::kArgMin>},
    {"", "CumSum", 11, import_cumulative_sum, "11"},
    {"", "TopK", 1, import_top_k_1},
    {"", "TopK", 10, import_top_k, "11"},
});

}  // namespace

std::span<const ImportRow> order_rows() { return kRows; }

}  // namespace burin::frontend
