// ONNX operators that read between elements: Resize in all its versions, Upsample before it, GridSample, RoiAlign.
#include <algorithm>
#include <cmath>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/expr/linear.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Shape;
using ir::Status;

// floor(dim * scale): exact for numbers, and for symbols where the scale is a whole number or the inverse of one.
ir::Result<Expr> scaled(const NodeImport& node, Expr dim, double scale) {
  if (!(scale > 0) || scale > 1e9)
    return node.fault("attribute-range", "scales: expected positive numbers, found {}", scale);
  if (const std::optional<int64_t> size = ir::constant_integer(dim)) {
    // The scale is f32, whose rounding shows where the product is a whole number.
    const double product = static_cast<double>(*size) * scale;
    const double nearest = std::round(product);
    const double exact = std::abs(product - nearest) < 1e-6 * std::max(1.0, nearest) ? nearest : std::floor(product);
    return dim->pool->number(exact, ir::kIndex);
  }
  if (scale == std::floor(scale)) return dim * static_cast<int64_t>(scale);
  const double inverse = 1 / scale;
  if (std::abs(inverse - std::round(inverse)) < 1e-6 * inverse)
    return ir::floor_div(dim, static_cast<int64_t>(std::round(inverse)));
  for (int64_t divisor = 2; divisor <= 64; ++divisor) {
    const double factor = scale * static_cast<double>(divisor);
    if (factor == std::floor(factor)) return ir::floor_div(dim * static_cast<int64_t>(factor), divisor);
  }
  return ir::unsupported("data-dependent", node.where(),
                         "scales: expected a simple fraction for a symbolic dimension, found {}", scale);
}

// Scales for `axes`; 1 for the others.
Status apply_scales(const NodeImport& node, const std::vector<double>& scales, const std::vector<int64_t>& axes,
                    ir::Resize& resize) {
  if (scales.size() != axes.size())
    return node.fault("shape-mismatch", "scales: expected {} numbers, found {}", axes.size(), scales.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    const ir::Result<Expr> size = scaled(node, node.dimension(0, axis), scales[i]);
    if (!size) return size.faults();
    resize.sizes[axis] = *size;
    resize.scales[axis] = scales[i];
  }
  return {};
}

// Resize-18: one scale for all axes, so that the result lies within the sizes asked for or covers them.
Status apply_aspect_ratio(const NodeImport& node, const std::string& policy, const std::vector<int64_t>& axes,
                          ir::Resize& resize) {
  if (policy != "not_larger" && policy != "not_smaller") {
    return node.fault(
        "attribute-range",
        "attribute \"keep_aspect_ratio_policy\": expected stretch, not_larger or not_smaller, found \"{}\"", policy);
  }
  std::optional<double> scale;
  for (int64_t axis : axes) {
    const auto from = ir::constant_integer(node.dimension(0, static_cast<size_t>(axis)));
    const auto to = ir::constant_integer(resize.sizes[static_cast<size_t>(axis)]);
    if (!from || !to || *from == 0)
      return node.not_supported(
          "keep_aspect_ratio_policy: expected sizes known when the model is compiled, found symbolic ones");
    const double own = static_cast<double>(*to) / static_cast<double>(*from);
    scale = !scale ? own : policy == "not_larger" ? std::min(*scale, own) : std::max(*scale, own);
  }
  for (int64_t axis : axes) {
    const auto at = static_cast<size_t>(axis);
    const auto from = static_cast<double>(*ir::constant_integer(node.dimension(0, at)));
    resize.sizes[at] = node.graph().pool->number(std::floor(*scale * from + 0.5), ir::kIndex);
    resize.scales[at] = *scale;
  }
  return {};
}

Status apply_sizes(const NodeImport& node, std::vector<Expr> sizes, const std::vector<int64_t>& axes,
                   ir::Resize& resize) {
  if (sizes.size() != axes.size())
    return node.fault("shape-mismatch", "sizes: expected {} numbers, found {}", axes.size(), sizes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i]->high < 0)
      return node.fault("negative-dimension", "sizes: expected at least 0, found {}", sizes[i]->high);
    resize.sizes[static_cast<size_t>(axes[i])] = sizes[i];
  }
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  return policy == "stretch" ? Status() : apply_aspect_ratio(node, policy, axes, resize);
}

ir::Resize same_size(const NodeImport& node) {
  ir::Resize resize;
  resize.sizes = node.shape(0);
  resize.scales.assign(node.shape(0).size(), 0);
  return resize;
}

bool is_empty(const NodeImport& node, int i) { return !node.has(i) || ir::static_element_count(node.shape(i)) == 0; }

std::vector<int64_t> all_axes(const NodeImport& node) {
  std::vector<int64_t> axes;
  for (int i = 0; i < node.rank(0); ++i) axes.push_back(i);
  return axes;
}

ir::Result<std::vector<double>> required_numbers(const NodeImport& node, int i, std::string_view what) {
  if (std::optional<std::vector<double>> numbers = node.known_numbers(i)) return *std::move(numbers);
  return ir::unsupported("data-dependent", node.where(),
                         "operand {} ({}): expected numbers known when the model is compiled, found data", i, what);
}

// Scales and region where they are data, one number and two for each axis; absent where they are known.
struct ResizeData {
  ir::ValueId scales, region;
};

Status finish(NodeImport& node, ir::Resize resize, ResizeData data = {}) {
  node.set_result(
      0, node.emit(ir::kResize, {node.operand(0), data.scales, data.region}, ir::Attributes(std::move(resize))));
  return {};
}

// Elements of operand `i`, which has one for each of `axes` (or `parts` rows of them), and `otherwise` for the other axes.
ir::ValueId for_all_axes(NodeImport& node, int i, const std::vector<int64_t>& axes,
                         const std::vector<double>& otherwise) {
  const auto count = static_cast<int64_t>(axes.size());
  const auto rank = static_cast<int64_t>(node.rank(0));
  std::vector<int64_t> from;
  std::vector<ir::ValueId> parts{emit_cast(node, node.operand(i), ir::ElementType::kF32)};
  for (size_t part = 0; part < otherwise.size(); ++part) {
    const ir::ValueId other = node.scalar_constant(otherwise[part], ir::ElementType::kF32);
    parts.push_back(emit_reshape(node, other, {node.graph().pool->integer(1)}));
    for (int64_t axis = 0; axis < rank; ++axis) {
      const auto found = std::ranges::find(axes, axis);
      const auto row = static_cast<int64_t>(part);
      from.push_back(found != axes.end() ? row * count + (found - axes.begin())
                                         : count * static_cast<int64_t>(otherwise.size()) + row);
    }
  }
  return node.emit(ir::kGather, {emit_concat(node, std::move(parts), 0), node.integers_constant(from)},
                   ir::Attributes(ir::Gather{0}));
}

// Sizes as the model declares them, where scales or sizes are data.
Status apply_declared(const NodeImport& node, const ir::Diagnostics& otherwise, ir::Resize& resize) {
  const std::optional<std::vector<int64_t>> declared = node.declared_dims(0);
  if (!declared || declared->size() != node.shape(0).size()) return otherwise;
  resize.sizes = numbers_as_shape(node, *declared);
  return {};
}

// Scales of operand `i`: known, or data with the sizes that the model declares.
Status apply_scales_of(NodeImport& node, int i, const std::vector<int64_t>& axes, ir::Resize& resize,
                       ResizeData& data) {
  const ir::Result<std::vector<double>> scales = required_numbers(node, i, "scales");
  if (scales) return apply_scales(node, *scales, axes, resize);
  if (ir::static_element_count(node.shape(i)) != static_cast<int64_t>(axes.size())) return scales.faults();
  if (Status status = apply_declared(node, scales.faults(), resize); !status) return status;
  data.scales = for_all_axes(node, i, axes, {1});
  return {};
}

// Upsample-7, Upsample-9 and Resize-10: scales only, coordinates divided by them and rounded down.
Status import_upsample(NodeImport& node) {
  ir::Resize resize = same_size(node);
  resize.mode = node.text("mode", "nearest");
  if (resize.mode == "bilinear") resize.mode = "linear";
  resize.coordinates = "asymmetric";
  resize.rounding = "floor";
  const std::vector<double> scales = node.numbers("scales");
  ResizeData data;
  Status status = node.has(1) ? apply_scales_of(node, 1, all_axes(node), resize, data)
                              : apply_scales(node, scales, all_axes(node), resize);
  if (!status) return status;
  return finish(node, std::move(resize), data);
}

// Upsample-1: the two spatial scales by name.
Status import_upsample_by_names(NodeImport& node) {
  ir::Resize resize = same_size(node);
  resize.mode = node.text("mode", "nearest");
  if (resize.mode == "bilinear") resize.mode = "linear";
  resize.coordinates = "asymmetric";
  resize.rounding = "floor";
  if (node.rank(0) != 4) return node.fault("rank-mismatch", "operand 0: expected rank 4, found {}", node.rank(0));
  const std::vector<double> scales{1, 1, node.number("height_scale", 1), node.number("width_scale", 1)};
  if (Status status = apply_scales(node, scales, all_axes(node), resize); !status) return status;
  return finish(node, std::move(resize));
}

Status apply_roi(NodeImport& node, const std::vector<int64_t>& axes, ir::Resize& resize, ResizeData& data) {
  if (resize.coordinates != "tf_crop_and_resize") return {};
  const ir::Result<std::vector<double>> roi = required_numbers(node, 1, "roi");
  if (!roi && node.has(1) && ir::static_element_count(node.shape(1)) == 2 * static_cast<int64_t>(axes.size())) {
    data.region = for_all_axes(node, 1, axes, {0, 1});
    return {};
  }
  if (!roi) return roi.faults();
  if (roi->size() != 2 * axes.size())
    return node.fault("shape-mismatch", "roi: expected {} numbers, found {}", 2 * axes.size(), roi->size());
  const auto rank = static_cast<size_t>(node.rank(0));
  resize.roi.assign(rank, 0);
  resize.roi.resize(2 * rank, 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    resize.roi[static_cast<size_t>(axes[i])] = (*roi)[i];
    resize.roi[static_cast<size_t>(axes[i]) + rank] = (*roi)[i + axes.size()];
  }
  return {};
}

Status import_resize(NodeImport& node) {
  ir::Resize resize = same_size(node);
  resize.mode = node.text("mode", "nearest");
  resize.coordinates = node.text("coordinate_transformation_mode", "half_pixel");
  resize.rounding = node.text("nearest_mode", "round_prefer_floor");
  resize.cubic_coefficient = node.number("cubic_coeff_a", -0.75);
  resize.exclude_outside = node.flag("exclude_outside", false);
  resize.antialias = node.flag("antialias", false);
  resize.extrapolation = node.number("extrapolation_value", 0);
  std::vector<int64_t> axes = all_axes(node);
  if (node.has_attribute("axes")) {
    const auto given = optional_axes(node, -1, node.rank(0));
    if (!given) return given.faults();
    axes = **given;
  }
  ResizeData data;
  if (Status status = apply_roi(node, axes, resize, data); !status) return status;
  if (!is_empty(node, 2)) {
    if (Status status = apply_scales_of(node, 2, axes, resize, data); !status) return status;
    // The formula of align_corners has the lengths of the tensors. From version 19 on ONNX's definition takes the length that
    // the scale gives before it is rounded.
    if (resize.coordinates == "align_corners" && node.opset() < 19) resize.scales.assign(resize.scales.size(), 0);
  } else if (!is_empty(node, 3)) {
    const ir::Result<std::vector<Expr>> sizes = required_elements(node, 3, "sizes");
    const bool stretches = node.text("keep_aspect_ratio_policy", "stretch") == "stretch";
    Status status = sizes       ? apply_sizes(node, *sizes, axes, resize)
                    : stretches ? apply_declared(node, sizes.faults(), resize)
                                : Status(sizes.faults());
    if (!status) return status;
  } else {
    return node.fault("missing-operand", "expected scales or sizes, found neither");
  }
  return finish(node, std::move(resize), data);
}

Status import_grid_sample(NodeImport& node) {
  ir::GridSample attributes{node.text("mode", "linear"), node.text("padding_mode", "zeros"),
                            node.flag("align_corners", false)};
  if (attributes.mode == "bilinear") attributes.mode = "linear";
  if (attributes.mode == "bicubic") attributes.mode = "cubic";
  node.set_result(
      0, node.emit(ir::kGridSample, {node.operand(0), node.operand(1)}, ir::Attributes(std::move(attributes))));
  return {};
}

// Before version 16 coordinates are those of centers.
Status import_roi_align(NodeImport& node) {
  ir::RoiAlign attributes{
      node.text("mode", "avg"),
      node.opset() >= 16 && node.text("coordinate_transformation_mode", "half_pixel") == "half_pixel",
      node.integer("output_height", 1),
      node.integer("output_width", 1),
      node.integer("sampling_ratio", 0),
      node.number("spatial_scale", 1)};
  node.set_result(0, node.emit(ir::kRoiAlign, {node.operand(0), node.operand(1), node.operand(2)},
                               ir::Attributes(std::move(attributes))));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "GridSample", 16, import_grid_sample, "11"}, {"", "Resize", 10, import_upsample, "11"},
    {"", "Resize", 11, import_resize, "1???"},        {"", "RoiAlign", 10, import_roi_align, "111"},
    {"", "Upsample", 1, import_upsample_by_names},    {"", "Upsample", 7, import_upsample},
    {"", "Upsample", 9, import_upsample, "11"},
};

}  // namespace

std::span<const ImportRow> resize_rows() { return kRows; }

}  // namespace burin::frontend
