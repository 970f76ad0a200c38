// ONNX operators that choose elements by indices or conditions that are data.
#include <algorithm>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/expr/linear.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Status;

// The k-th element of operand 1, where it is a number known now.
std::optional<int64_t> known_index(const NodeImport& node, size_t k) {
  if (const ir::Literal* literal = node.literal(1)) return literal->at(static_cast<int64_t>(k)).integer;
  const std::vector<ir::Expr>* elements = node.elements(1);
  return elements == nullptr ? std::nullopt : ir::constant_integer((*elements)[k]);
}

// A fault unless the indices of operand 1 that are known lie in the dimensions of operand 0, from `axis` on, that they are for
// in turns. What runs brings others inside, or leaves them out. In a branch or a loop, which may never run, they are no fault.
Status require_inside(const NodeImport& node, int64_t axis, int64_t count) {
  const std::optional<int64_t> indices = ir::static_element_count(node.shape(1));
  if (!indices || ir::is_float(node.element(1)) || node.region() != node.graph().body) return {};
  if (node.literal(1) == nullptr && node.elements(1) == nullptr) return {};
  for (int64_t k = 0; k < *indices; ++k) {
    const int64_t d = axis + k % count;
    if (d >= node.rank(0)) return {};  // inference says what is wrong
    const std::optional<int64_t> extent = ir::constant_integer(node.dimension(0, static_cast<size_t>(d)));
    const std::optional<int64_t> index = known_index(node, static_cast<size_t>(k));
    if (!extent || !index || (*index >= -*extent && *index < *extent)) continue;
    return node.fault("index-range", "operand 1: expected indices from {} to {} (dimension {} of operand 0), found {}",
                      -*extent, *extent - 1, d, *index);
  }
  return {};
}

// The number of coordinates that each index of operand 1 has: its last dimension.
int64_t coordinates(const NodeImport& node) {
  if (node.rank(1) == 0) return 1;
  return std::max<int64_t>(ir::constant_integer(node.dimension(1, static_cast<size_t>(node.rank(1) - 1))).value_or(1),
                           1);
}

Status import_gather(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  if (Status status = require_inside(node, *axis, 1); !status) return status;
  node.set_result(0, node.emit(ir::kGather, {node.operand(0), node.operand(1)}, ir::Attributes(ir::Gather{*axis})));
  return {};
}

Status import_gather_elements(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  if (Status status = require_inside(node, *axis, 1); !status) return status;
  node.set_result(
      0, node.emit(ir::kGatherElements, {node.operand(0), node.operand(1)}, ir::Attributes(ir::GatherElements{*axis})));
  return {};
}

Status import_gather_nd(NodeImport& node) {
  const ir::GatherNd attributes{node.integer("batch_dims", 0)};
  if (Status status = require_inside(node, std::max<int64_t>(attributes.batch_dims, 0), coordinates(node)); !status)
    return status;
  node.set_result(0, node.emit(ir::kGatherNd, {node.operand(0), node.operand(1)}, ir::Attributes(attributes)));
  return {};
}

Status import_scatter_elements(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  if (Status status = require_inside(node, *axis, 1); !status) return status;
  ir::Attributes attributes(ir::ScatterElements{*axis, node.text("reduction", "none")});
  node.set_result(
      0, node.emit(ir::kScatterElements, {node.operand(0), node.operand(1), node.operand(2)}, std::move(attributes)));
  return {};
}

Status import_scatter_nd(NodeImport& node) {
  if (Status status = require_inside(node, 0, coordinates(node)); !status) return status;
  ir::Attributes attributes(ir::ScatterNd{node.text("reduction", "none")});
  node.set_result(
      0, node.emit(ir::kScatterNd, {node.operand(0), node.operand(1), node.operand(2)}, std::move(attributes)));
  return {};
}

// The depth is a number of any type; where it is data, what the model declares of the result says it.
Status import_one_hot(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", -1), node.rank(0) + 1);
  if (!axis) return axis.faults();
  ir::ExprPool& pool = *node.graph().pool;
  ir::Expr depth;
  if (const std::vector<ir::Expr>* known = node.elements(1); known != nullptr && known->size() == 1) {
    depth = known->front();
  } else if (const auto number = node.known_numbers(1); number && number->size() == 1) {
    depth = pool.number(number->front(), ir::kIndex);
  } else if (const auto declared = node.declared_dims(0); declared && static_cast<int64_t>(declared->size()) > *axis) {
    depth = pool.integer((*declared)[static_cast<size_t>(*axis)]);
  } else {
    return ir::unsupported(
        "data-dependent", node.where(),
        "operand 1 (depth): expected a value known when the model is compiled or prepared, found data");
  }
  node.set_result(
      0, node.emit(ir::kOneHot, {node.operand(0), node.operand(2)}, ir::Attributes(ir::OneHot{*axis, {depth}})));
  return {};
}

// Of a scalar, one column when it is not 0.
Status import_nonzero(NodeImport& node) {
  const ir::ValueId x =
      node.rank(0) == 0 ? emit_reshape(node, node.operand(0), {node.graph().pool->integer(1)}) : node.operand(0);
  node.set_result(0, node.emit(ir::kNonzero, {x}));
  return {};
}

// The slices of x at the places where the condition holds. What the condition says beyond the end of x does not count.
Status import_compress(NodeImport& node) {
  ir::ExprPool& pool = *node.graph().pool;
  ir::ValueId x = node.operand(0);
  int64_t axis = 0;
  if (node.has_attribute("axis")) {
    const ir::Result<int64_t> given = axis_from_front(node, node.integer("axis", 0), node.rank(0));
    if (!given) return given.faults();
    axis = *given;
  } else {
    x = emit_reshape(node, x, {ir::element_count(node.shape(0), pool)});
  }
  if (Status status = require_rank(node, 1, 1, 1); !status) return status;
  const ir::Expr extent = node.dimension(x, static_cast<size_t>(axis));
  const ir::Expr length = node.dimension(1, 0);
  ir::ValueId condition = node.operand(1);
  if (!ir::provably_nonnegative(extent - length))
    condition = emit_slice(node, condition, 0, pool.integer(0), ir::min(length, extent));
  const ir::ValueId places = node.emit(ir::kNonzero, {condition});
  if (!places.valid()) return {};
  const ir::ValueId indices = emit_reshape(node, places, {node.dimension(places, 1)});
  node.set_result(0, node.emit(ir::kGather, {x, indices}, ir::Attributes(ir::Gather{axis})));
  return {};
}

Status import_non_max_suppression(NodeImport& node) {
  std::vector<ir::ValueId> operands;
  for (int i = 0; i < 5; ++i) operands.push_back(node.operand(i));
  const ir::NonMaxSuppression attributes{node.flag("center_point_box", false)};
  node.set_result(0, node.emit(ir::kNonMaxSuppression, std::move(operands), ir::Attributes(attributes)));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "Compress", 9, import_compress, "11"},
    {"", "Gather", 1, import_gather, "11"},
    {"", "GatherElements", 11, import_gather_elements, "11"},
    {"", "GatherND", 11, import_gather_nd, "11"},
    {"", "NonMaxSuppression", 10, import_non_max_suppression, "11???"},
    {"", "NonZero", 9, import_nonzero},
    {"", "OneHot", 9, import_one_hot, "111"},
    {"", "Scatter", 9, import_scatter_elements, "111"},
    {"", "ScatterElements", 11, import_scatter_elements, "111"},
    {"", "ScatterND", 11, import_scatter_nd, "111"},
};

}  // namespace

std::span<const ImportRow> gather_rows() { return kRows; }

}  // namespace burin::frontend
