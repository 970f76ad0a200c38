// Resampling along axes.
//
// Nearest is one read. Linear and cubic interpolation are separable, so that one nest per resized axis does, each reading a
// few elements along its axis. Coordinates are f32, as everywhere else that computes this operator.
#include <algorithm>
#include <array>
#include <cmath>

#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/sampling.h"

namespace burin::ir {
namespace {

constexpr ValueType kF32{ElementType::kF32, 1};

constexpr int64_t kMostTaps = 64;  // on either side: a nest reads every one of them

constexpr std::array<std::string_view, 3> kModes = {"nearest", "linear", "cubic"};
constexpr std::array<std::string_view, 7> kCoordinates = {
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
    "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
constexpr std::array<std::string_view, 4> kRoundings = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

template <size_t N>
Status require_word(const Inference& op, std::string_view attribute, std::string_view word,
                    const std::array<std::string_view, N>& known) {
  if (std::ranges::find(known, word) != known.end()) return {};
  return op.fault("attribute-range", "attribute \"{}\": expected one of {}, found \"{}\"", attribute,
                  fmt::join(known, ", "), word);
}

enum Operand { kData, kScales, kRegion };

Status infer(Inference& op) {
  const Resize& resize = op.attributes<Resize>();
  const auto rank = static_cast<size_t>(op.rank(0));
  if (resize.sizes.size() != rank || resize.scales.size() != rank) {
    return op.fault("rank-mismatch", "attributes: expected {} sizes and scales, found {} and {}", rank,
                    resize.sizes.size(), resize.scales.size());
  }
  for (double scale : resize.scales) {
    if (!(scale >= 0) || std::isinf(scale))
      return op.fault("attribute-range", "attribute \"scales\": expected positive numbers, found {}", scale);
  }
  if (!resize.roi.empty() && resize.roi.size() != 2 * rank)
    return op.fault("rank-mismatch", "attribute \"roi\": expected {} numbers, found {}", 2 * rank, resize.roi.size());
  for (const auto& [operand, count] : {std::pair(kScales, rank), std::pair(kRegion, 2 * rank)}) {
    if (!op.has(operand)) continue;
    if (op.element(operand) != ElementType::kF32)
      return op.fault("type-mismatch", "operand {}: expected f32, found {}", static_cast<int>(operand),
                      info(op.element(operand)).name);
    if (Status status = op.require_rank(operand, 1, 1); !status) return status;
    if (const Expr expected = op.pool().integer(static_cast<int64_t>(count)); op.shape(operand)[0] != expected)
      return op.fault("shape-mismatch", "operand {}: expected {} numbers, found [{}]", static_cast<int>(operand), count,
                      text_of(op.shape(operand)));
  }
  if (resize.roi.empty() && !op.has(kRegion) && resize.coordinates == "tf_crop_and_resize")
    return op.fault("missing-operand", "tf_crop_and_resize: expected a roi, found none");
  Status status = require_word(op, "mode", resize.mode, kModes);
  status.merge(require_word(op, "coordinates", resize.coordinates, kCoordinates));
  status.merge(require_word(op, "rounding", resize.rounding, kRoundings));
  if (op.element(0) == ElementType::kBool)
    status.merge(op.fault("type-mismatch", "operand 0: expected a number, found bool"));
  op.set_result(0, op.element(0), resize.sizes);
  for (size_t d = 0; d < rank; ++d) status.merge(require_elements(op, 0, d, resize.sizes));
  return status;
}

// One axis: what maps a place of the result to one of the operand.
class ResizedAxis {
 public:
  ResizedAxis(const Resize& resize, size_t axis, Expr from, Expr to)
      : resize_(resize), axis_(axis), from_(from), to_(to), pool_(*from->pool) {}

  // A scale, and the start and end of the region, that are data.
  void set_scale(Expr scale) { scale_ = scale; }
  void set_region(Expr start, Expr end) { start_ = start, end_ = end; }

  bool is_resized() const {
    return from_ != to_ || scale_.valid() || (resize_.scales[axis_] != 0 && resize_.scales[axis_] != 1) ||
           resize_.coordinates == "tf_crop_and_resize";
  }

  // In elements of the operand, f32.
  Expr coordinate(Expr place) const {
    const Expr i = cast(place, ElementType::kF32);
    const std::string_view mode = resize_.coordinates;
    if (mode == "half_pixel") return unscaled(i + number(0.5)) - number(0.5);
    if (mode == "half_pixel_symmetric") return symmetric(i);
    if (mode == "pytorch_half_pixel")
      return select(less(pool_.integer(1), to_), unscaled(i + number(0.5)) - number(0.5), number(0));
    if (mode == "align_corners") return aligned(i);
    if (mode == "asymmetric") return unscaled(i);
    if (mode == "tf_half_pixel_for_nn") return unscaled(i + number(0.5));
    return cropped(i);
  }

  // The place of the nearest element for place `i`, inside.
  Expr nearest(Expr i) const {
    if (const std::optional<int64_t> factor = integer_factor()) return floor_div(i, *factor);
    const Expr x = coordinate(i);
    const std::string_view rounding = resize_.rounding;
    const Expr rounded = rounding == "floor"               ? unary(Opcode::kFloor, x)
                         : rounding == "ceil"              ? unary(Opcode::kCeil, x)
                         : rounding == "round_prefer_ceil" ? unary(Opcode::kFloor, x + number(0.5))
                                                           : unary(Opcode::kCeil, x - number(0.5));
    return inside(cast(rounded, ElementType::kI64));
  }

  Expr inside(Expr place) const { return min(max(place, pool_.integer(0)), from_ - 1); }

  // True where tf_crop_and_resize extrapolates.
  Expr is_outside(Expr place) const {
    const Expr x = coordinate(place);
    return logical_or(less(x, number(0)), less(cast(from_ - 1, ElementType::kF32), x));
  }

  std::vector<Tap> taps(Expr place) const {
    const Expr x = coordinate(place);
    const bool widens = resize_.antialias && constant_scale().value_or(1) < 1;
    std::vector<Tap> taps = widens                     ? wide_taps(x)
                            : resize_.mode == "linear" ? linear_taps(x)
                                                       : cubic_taps(x, resize_.cubic_coefficient);
    if (resize_.exclude_outside) {
      for (Tap& tap : taps) tap.weight = select(is_element(tap.place), tap.weight, number(0));
    }
    if (resize_.exclude_outside || widens) {
      Expr total = number(0);
      for (const Tap& tap : taps) total = total + tap.weight;
      for (Tap& tap : taps) tap.weight = div(tap.weight, total);
    }
    for (Tap& tap : taps) tap.place = inside(tap.place);
    return taps;
  }

  // Result / operand, where both are numbers. A scale that is data is at least that, since sizes are rounded down.
  std::optional<double> constant_scale() const {
    if (resize_.scales[axis_] != 0) return resize_.scales[axis_];
    const auto from = constant_integer(from_);
    const auto to = constant_integer(to_);
    if (!from || !to || *from == 0) return std::nullopt;
    return static_cast<double>(*to) / static_cast<double>(*from);
  }

  // How many taps on either side the widened filter has; 0 where it is not widened.
  int64_t reach() const {
    const double scale = constant_scale().value_or(1);
    if (!resize_.antialias || scale >= 1) return 0;
    const double support = resize_.mode == "linear" ? 1 : 2;
    return scale * kMostTaps <= support ? kMostTaps : static_cast<int64_t>(std::ceil(support / scale));
  }

 private:
  // The filter stretched by 1 / scale, so that it covers all that one place of the result stands for. Not normalized.
  std::vector<Tap> wide_taps(Expr x) const {
    const Expr below = unary(Opcode::kFloor, x);
    const Expr ratio = x - below;
    std::vector<Tap> taps;
    for (int64_t k = 1 - reach(); k <= reach(); ++k) {
      const Expr distance = unary(Opcode::kAbs, (number(static_cast<double>(k)) - ratio) * scale());
      const Expr weight = resize_.mode == "linear" ? max(number(1) - distance, number(0))
                                                   : cubic_weight(distance, resize_.cubic_coefficient);
      taps.push_back({cast(below, ElementType::kI64) + k, weight});
    }
    return taps;
  }

  Expr is_element(Expr place) const { return logical_and(less_equal(pool_.integer(0), place), less(place, from_)); }

  Expr number(double value) const { return pool_.floating(value, kF32); }
  // Of an axis whose scale is known or data.
  Expr scale() const { return scale_.valid() ? scale_ : number(*constant_scale()); }
  Expr inverse_scale() const {
    if (scale_.valid()) return div(number(1), scale_);
    const double given = resize_.scales[axis_];
    return given != 0 ? div(number(1), number(given))
                      : div(cast(from_, ElementType::kF32), cast(to_, ElementType::kF32));
  }
  // x / scale. The nearest element is another one where a coordinate that should be whole is not, so there the division is
  // ONNX Runtime's to the bit; weights bear the rounding of a product with the inverse.
  Expr unscaled(Expr x) const {
    if (resize_.mode != "nearest") return x * inverse_scale();
    if (scale_.valid()) return div(x, scale_);
    const double given = resize_.scales[axis_];
    return div(x, given != 0 ? number(given) : div(cast(to_, ElementType::kF32), cast(from_, ElementType::kF32)));
  }
  // The size of the result before it is rounded down to an integer.
  Expr exact_size() const {
    if (scale_.valid()) return scale_ * cast(from_, ElementType::kF32);
    return resize_.scales[axis_] != 0 ? number(resize_.scales[axis_]) * cast(from_, ElementType::kF32)
                                      : cast(to_, ElementType::kF32);
  }

  Expr symmetric(Expr i) const {
    const Expr adjustment = div(cast(to_, ElementType::kF32), exact_size());
    const Expr center = cast(from_, ElementType::kF32) * number(0.5);
    return center * (number(1) - adjustment) + unscaled(i + number(0.5)) - number(0.5);
  }

  Expr aligned(Expr i) const {
    const Expr distance = exact_size() - number(1);
    const Expr is_single = equal(distance, number(0));
    return select(is_single, number(0),
                  div(i * cast(from_ - 1, ElementType::kF32), select(is_single, number(1), distance)));
  }

  Expr cropped(Expr i) const {
    const Expr start = start_.valid() ? start_ : number(resize_.roi[axis_]);
    const Expr end = end_.valid() ? end_ : number(resize_.roi[axis_ + resize_.roi.size() / 2]);
    const Expr last = cast(from_ - 1, ElementType::kF32);
    const Expr steps = cast(max(to_ - 1, pool_.integer(1)), ElementType::kF32);
    return select(less(pool_.integer(1), to_), start * last + div(i * (end - start) * last, steps),
                  number(0.5) * (start + end) * last);
  }

  // Where every element is repeated the same number of times, division by it is exact: the coordinate is at least
  // 1 / (2 factor) away from where rounding turns, and f32 is that precise below 2^22.
  std::optional<int64_t> integer_factor() const {
    const auto from = constant_integer(from_);
    const auto to = constant_integer(to_);
    int64_t factor = 0;
    if (from && to && *from > 0 && *to % *from == 0) factor = *to / *from;
    const double given = resize_.scales[axis_];
    if (given != 0) factor = given == std::floor(given) && given < 4096 ? static_cast<int64_t>(given) : 0;
    if (scale_.valid() || factor < 1 || to_->high > (int64_t{1} << 22)) return std::nullopt;
    if (given != 0 && !is_constant_value(from_ * factor - to_, 0)) return std::nullopt;
    const std::string_view mode = resize_.coordinates;
    const bool rounds = resize_.rounding.starts_with("round");
    if (mode == "asymmetric" && resize_.rounding == "floor") return factor;
    if (mode == "half_pixel" && rounds) return factor;
    if (mode == "tf_half_pixel_for_nn" && resize_.rounding == "floor") return factor;
    return std::nullopt;
  }

  const Resize& resize_;
  size_t axis_;
  Expr from_;
  Expr to_;
  Expr scale_, start_, end_;
  ExprPool& pool_;
};

Status infer_with_filter(Inference& op) {
  if (Status status = infer(op); !status) return status;
  const Resize& resize = op.attributes<Resize>();
  for (size_t d = 0; d < resize.sizes.size() && resize.antialias && resize.mode != "nearest"; ++d) {
    const ResizedAxis axis(resize, d, op.shape(0)[d], resize.sizes[d]);
    if (axis.is_resized() && !axis.constant_scale())
      return op.not_supported("antialias: expected sizes known when the model is compiled, found symbolic ones");
    if (axis.reach() >= kMostTaps)
      return op.not_supported("antialias: expected a filter of less than {} elements, found more", 2 * kMostTaps);
  }
  return {};
}

// `value`, or the extrapolation where a place along `axes` is outside.
Expr extrapolated(const Resize& resize, Expr value, const std::vector<ResizedAxis>& axes, std::span<const Expr> index) {
  if (resize.coordinates != "tf_crop_and_resize") return value;
  Expr outside = value->pool->boolean(false);
  for (size_t d = 0; d < axes.size(); ++d) outside = logical_or(outside, axes[d].is_outside(index[d]));
  return select(outside, constant_like(value, resize.extrapolation), value);
}

void lower_nearest(Lowering& op, const Resize& resize, const std::vector<ResizedAxis>& axes) {
  lower_map(op, [&](std::span<const Expr> i) {
    std::vector<Expr> from;
    for (size_t d = 0; d < i.size(); ++d) from.push_back(axes[d].is_resized() ? axes[d].nearest(i[d]) : i[d]);
    return extrapolated(resize, read_checked(op, 0, from), axes, i);
  });
}

// ONNX Runtime shrinks bytes with weights of 22 bits behind the point, axis by axis from the last one, and rounds each step
// to bytes.
constexpr int64_t kFixedOne = int64_t{1} << 22;

bool shrinks_bytes(const Resize& resize, ElementType element) {
  return resize.antialias && resize.mode != "nearest" && element == ElementType::kU8;
}

// One step of that: `to` is `from` resized along `axis`, both of bytes.
void shrink_bytes(Lowering& op, TensorId from, TensorId to, const ResizedAxis& axis, size_t position) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.program.tensors[to].shape);
  const auto number = [&](int64_t value) { return op.pool().integer(value, {ElementType::kI32, 1}); };
  Expr sum = number(kFixedOne / 2);
  for (const Tap& tap : axis.taps(index[position])) {
    std::vector<Expr> at = index;
    at[position] = tap.place;
    const Expr weight = unary(Opcode::kRoundEven, tap.weight * op.pool().floating(kFixedOne, kF32));
    sum = sum + cast(read(op.program, from, at), ElementType::kI32) * cast(weight, ElementType::kI32);
  }
  const Expr rounded = floor_div(sum, number(kFixedOne));
  nest.write(to, index, cast(min(max(rounded, number(0)), number(255)), ElementType::kU8));
  op.emit(nest);
}

// One step of separable interpolation: `to` is `from` resized along `axis`.
void interpolate(Lowering& op, TensorId from, TensorId to, const ResizedAxis& axis, size_t position) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.program.tensors[to].shape);
  const ElementType compute = ElementType::kF32;
  Expr sum;
  for (const Tap& tap : axis.taps(index[position])) {
    std::vector<Expr> at = index;
    at[position] = tap.place;
    const Expr held = has_counts(op, 0)
                          ? read_or(op.program, from, at, zero(op.pool(), op.program.tensors[from].element))
                          : read(op.program, from, at);
    const Expr product = cast(held, compute) * tap.weight;
    sum = sum.valid() ? sum + product : product;
  }
  nest.write(to, index, cast(sum, op.program.tensors[to].element));
  op.emit(nest);
}

void lower(Lowering& op) {
  const Resize& resize = op.attributes<Resize>();
  std::vector<ResizedAxis> axes;
  std::vector<size_t> resized;
  for (size_t d = 0; d < resize.sizes.size(); ++d) {
    axes.emplace_back(resize, d, op.shape(0)[d], resize.sizes[d]);
    const auto number = [&](int operand, size_t i) {
      const Expr at[] = {op.pool().integer(static_cast<int64_t>(i))};
      return op.at(operand, at);
    };
    if (op.has(kScales)) axes[d].set_scale(number(kScales, d));
    if (op.has(kRegion)) axes[d].set_region(number(kRegion, d), number(kRegion, d + resize.sizes.size()));
    if (axes[d].is_resized()) resized.push_back(d);
  }
  if (resize.mode == "nearest" || resized.empty()) return lower_nearest(op, resize, axes);
  const bool extrapolates = resize.coordinates == "tf_crop_and_resize";
  const bool is_of_bytes = shrinks_bytes(resize, op.element(0));
  const ElementType between = is_of_bytes ? ElementType::kU8 : ElementType::kF32;
  if (is_of_bytes) std::ranges::reverse(resized);
  TensorId from = op.operand(0);
  Shape shape = op.shape(0);
  for (size_t step = 0; step < resized.size(); ++step) {
    const size_t d = resized[step];
    shape[d] = resize.sizes[d];
    const bool is_last = step + 1 == resized.size() && !extrapolates && op.element(0) == between;
    const TensorId to = is_last ? op.result(0) : op.temporary("resized" + std::to_string(d), between, shape);
    if (is_of_bytes) {
      shrink_bytes(op, from, to, axes[d], d);
    } else {
      interpolate(op, from, to, axes[d], d);
    }
    from = to;
  }
  if (from == op.result(0)) return;
  lower_map(op, [&](std::span<const Expr> i) { return extrapolated(resize, read(op.program, from, i), axes, i); });
}

}  // namespace

constinit const OpInfo kResize{
    .name = "resize",
    .doc =
        "The operand resampled to `sizes`: y[i] is x at the coordinate that `coordinates` gives i, interpolated by "
        "`mode`. "
        "Where they are data, scales (operand 1, one per axis) and the region of tf_crop_and_resize (operand 2, starts "
        "then "
        "ends) are f32. ONNX Resize-19, Upsample-9.",
    .outside = "the nearest element is read; where the axis has no elements, refused when compiling or by `prepare`",
    .most_operands = 3,
    .schema = &schema_of<Resize>,
    .infer = infer_with_filter,
    .lower = lower,
};

}  // namespace burin::ir
