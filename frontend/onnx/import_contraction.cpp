// Products of tensors: MatMul, Gemm, Conv and their kin.
#include <array>

#include "frontend/onnx/import_rows.h"
#include "frontend/onnx/import_window.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::Expr;
using ir::Result;
using ir::Status;
using ir::ValueId;

Status import_matmul(NodeImport& node) {
  node.set_result(0, node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(ir::MatMul{})));
  return {};
}

ValueId scaled(NodeImport& node, ValueId x, double factor) {
  if (!x.valid() || factor == 1) return x;
  return node.emit(ir::kMul, {x, node.scalar_constant(factor, node.type(x).element)});
}

// alpha * A * B + beta * C
Status import_gemm(NodeImport& node) {
  if (!node.operand(0).valid() || !node.operand(1).valid()) return {};
  for (int i : {0, 1}) {
    if (node.rank(i) != 2) return node.fault("rank-mismatch", "operand {}: expected rank 2, found {}", i, node.rank(i));
  }
  const ir::MatMul transposes{node.integer("transA", 0) != 0, node.integer("transB", 0) != 0};
  ValueId y = node.emit(ir::kMatMul, {node.operand(0), node.operand(1)}, Attributes(transposes));
  y = scaled(node, y, node.number("alpha", 1));
  const double beta = node.number("beta", 1);
  if (node.has(2) && beta != 0) y = node.emit(ir::kAdd, {y, scaled(node, node.operand(2), beta)});
  node.set_result(0, y);
  return {};
}

std::span<const Expr> kernel_of(const NodeImport& node, int weights) {
  const ir::Shape& shape = node.shape(weights);
  return std::span<const Expr>(shape).subspan(std::min<size_t>(2, shape.size()));
}

// A kernel_shape that the weights contradict is a fault; otherwise it says nothing new.
Status require_kernel(NodeImport& node, std::span<const Expr> kernel) {
  const std::vector<int64_t> stated = node.integers("kernel_shape");
  for (size_t d = 0; d < stated.size() && d < kernel.size(); ++d) {
    const std::optional<int64_t> held = ir::constant_integer(kernel[d]);
    if (!held || *held == stated[d]) continue;
    return node.fault("shape-mismatch", "attribute \"kernel_shape\": expected {} (from operand 1), found {}", *held, stated[d]);
  }
  return {};
}

Status import_conv(NodeImport& node) {
  if (!node.operand(0).valid() || !node.operand(1).valid()) return {};
  const std::span<const Expr> kernel = kernel_of(node, 1);
  if (Status status = require_kernel(node, kernel); !status) return status;
  Result<WindowAttributes> window = window_attributes(node, kernel);
  if (!window) return window.faults();
  ir::Conv conv{std::move(window->strides), std::move(window->dilations), std::move(window->pads), node.integer("group", 1)};
  node.set_result(0, node.emit(ir::kConv, {node.operand(0), node.operand(1), node.operand(2)}, Attributes(std::move(conv))));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "Conv", 1, import_conv},
    {"", "Gemm", 1, import_gemm},
    {"", "MatMul", 1, import_matmul},
});

}  // namespace

std::span<const ImportRow> contraction_rows() { return kRows; }

}  // namespace burin::frontend
