#include "frontend/onnx/operators/window.h"

#include "ir/ops/numeric.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Result;

Result<size_t> spatial_rank(const NodeImport& node) {
  if (node.rank(0) >= 3) return static_cast<size_t>(node.rank(0) - 2);
  return node.fault("rank-mismatch", "operand 0: expected rank 3 or more, found {}", node.rank(0));
}

Result<std::vector<int64_t>> factors(const NodeImport& node, std::string_view name, size_t count) {
  std::vector<int64_t> values = node.integers(name, std::vector<int64_t>(count, 1));
  if (values.empty()) values.assign(count, 1);
  if (values.size() != count) {
    return node.fault("attribute-size", "attribute \"{}\": expected {} values, found {}", name, count, values.size());
  }
  for (int64_t value : values) {
    if (value >= 1 && value <= ir::kLargestFactor) continue;
    return node.fault("attribute-range", "attribute \"{}\": expected 1 to {}, found {}", name, ir::kLargestFactor,
                      value);
  }
  return values;
}

// What is missing for ceil(extent / stride) windows, shared between both ends; an odd one goes to the end that is named.
void pad_to_same(WindowAttributes& window, size_t d, Expr extent, Expr kernel, AutoPad end) {
  ir::ExprPool& pool = *extent->pool;
  const size_t count = window.strides.size();
  const Expr reach = (kernel - 1) * window.dilations[d] + 1;
  const Expr windows = ir::ceil_div(extent, window.strides[d]);
  const Expr total = ir::max((windows - 1) * window.strides[d] + reach - extent, pool.integer(0));
  const Expr lesser = ir::floor_div(total, 2);
  window.pads[d] = end == AutoPad::kSameUpper ? lesser : total - lesser;
  window.pads[count + d] = total - window.pads[d];
}

}  // namespace

Result<AutoPad> auto_pad(const NodeImport& node) {
  const std::string text = node.text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::kNotSet;
  if (text == "SAME_UPPER") return AutoPad::kSameUpper;
  if (text == "SAME_LOWER") return AutoPad::kSameLower;
  if (text == "VALID") return AutoPad::kValid;
  return node.fault("attribute-value",
                    "attribute \"auto_pad\": expected NOTSET, SAME_UPPER, SAME_LOWER or VALID, found \"{}\"", text);
}

ir::Shape kernel_of(const NodeImport& node, int weights) {
  const ir::Shape& shape = node.shape(weights);
  return {shape.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(2, shape.size())), shape.end()};
}

Result<std::vector<int64_t>> kernel_shape(NodeImport& node) {
  Result<size_t> spatial = spatial_rank(node);
  if (!spatial) return spatial.faults();
  if (!node.has_attribute("kernel_shape")) {
    return node.fault("missing-attribute", "expected an attribute \"kernel_shape\" with {} values, found none",
                      *spatial);
  }
  if (*spatial > 0 && node.integers("kernel_shape", {1}).empty()) {
    return node.fault("attribute-size", "attribute \"kernel_shape\": expected {} values, found 0", *spatial);
  }
  return factors(node, "kernel_shape", *spatial);
}

Result<WindowAttributes> window_attributes(NodeImport& node, std::span<const Expr> kernel) {
  Result<size_t> spatial = spatial_rank(node);
  if (!spatial) return spatial.faults();
  if (kernel.size() != *spatial) {
    return node.fault("rank-mismatch", "expected a kernel of {} spatial dimensions, found {}", *spatial, kernel.size());
  }
  Result<std::vector<int64_t>> strides = factors(node, "strides", *spatial);
  if (!strides) return strides.faults();
  Result<std::vector<int64_t>> dilations = factors(node, "dilations", *spatial);
  if (!dilations) return dilations.faults();
  Result<AutoPad> mode = auto_pad(node);
  if (!mode) return mode.faults();
  std::vector<int64_t> pads = node.integers("pads", std::vector<int64_t>(2 * *spatial, 0));
  if (pads.empty() || *mode != AutoPad::kNotSet) pads.assign(2 * *spatial, 0);
  if (pads.size() != 2 * *spatial) {
    return node.fault("attribute-size", "attribute \"pads\": expected {} values, found {}", 2 * *spatial, pads.size());
  }
  for (const int64_t pad : pads) {
    if (pad < 0) return node.fault("attribute-range", "attribute \"pads\": expected 0 or more, found {}", pad);
  }
  WindowAttributes window{{}, *std::move(strides), *std::move(dilations), {}};
  for (int64_t pad : pads) window.pads.push_back(node.graph().pool->integer(pad));
  if (*mode == AutoPad::kSameUpper || *mode == AutoPad::kSameLower) {
    for (size_t d = 0; d < *spatial; ++d) pad_to_same(window, d, node.dimension(0, d + 2), kernel[d], *mode);
  }
  return window;
}

Result<ir::Pool> pool_attributes(NodeImport& node) {
  Result<std::vector<int64_t>> kernel = kernel_shape(node);
  if (!kernel) return kernel.faults();
  const ir::Shape extents = ir::shape_of_dims(*kernel, *node.graph().pool);
  Result<WindowAttributes> window = window_attributes(node, extents);
  if (!window) return window.faults();
  const Result<AutoPad> mode = auto_pad(node);
  const bool gives_pads = mode && *mode == AutoPad::kNotSet;
  for (size_t i = 0; i < window->pads.size() && gives_pads; ++i) {
    const int64_t extent = (*kernel)[i % kernel->size()];
    const std::optional<int64_t> pad = ir::constant_integer(window->pads[i]);
    if (pad && *pad >= extent)
      return node.fault("attribute-range", "attribute \"pads\": expected less than {} (the kernel's extent), found {}",
                        extent, *pad);
  }
  ir::Pool pool;
  pool.kernel = *std::move(kernel);
  pool.strides = std::move(window->strides);
  pool.dilations = std::move(window->dilations);
  pool.pads = std::move(window->pads);
  pool.round_up = node.flag("ceil_mode", false);
  pool.count_padding = node.flag("count_include_pad", false);
  pool.column_major = node.flag("storage_order", false);
  pool.norm = node.integer("p", 2);
  return pool;
}

}  // namespace burin::frontend
