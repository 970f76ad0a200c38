// ONNX operators that choose elements by indices or conditions that are data.
#include "frontend/onnx/import_common.h"
#include "frontend/onnx/import_rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Status;

Status import_gather(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  node.set_result(0, node.emit(ir::kGather, {node.operand(0), node.operand(1)}, ir::Attributes(ir::Gather{*axis})));
  return {};
}

Status import_gather_elements(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  node.set_result(
      0, node.emit(ir::kGatherElements, {node.operand(0), node.operand(1)}, ir::Attributes(ir::GatherElements{*axis})));
  return {};
}

Status import_gather_nd(NodeImport& node) {
  const ir::GatherNd attributes{node.integer("batch_dims", 0)};
  node.set_result(0, node.emit(ir::kGatherNd, {node.operand(0), node.operand(1)}, ir::Attributes(attributes)));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "Gather", 1, import_gather},
    {"", "GatherElements", 11, import_gather_elements},
    {"", "GatherND", 11, import_gather_nd},
};

}  // namespace

std::span<const ImportRow> gather_rows() { return kRows; }

}  // namespace burin::frontend
