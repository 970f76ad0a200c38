// Transposed convolution, as a gather: result p takes x[q] * w[i] for all q * stride + i * dilation - pad = p. Strides make that
// sparse, so where all is known there is one nest per residue of p by the stride, which has only the taps that meet it.
#include <algorithm>
#include <numeric>

#include "ir/base/checked.h"
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/window.h"

namespace burin::ir {
namespace {

// More residues than this are left to one nest that tests every tap.
constexpr int64_t kMostPhases = 64;

Windows windows_of(const ConvTranspose& conv) { return {conv.strides, conv.dilations, conv.pads}; }

// (extent - 1) * stride + reach of the kernel + output padding - pads
Result<Expr> transposed_extent(Inference& op, size_t d) {
  const auto& conv = op.attributes<ConvTranspose>();
  const Windows windows = windows_of(conv);
  if (Status status = require_kernel(op, d, op.shape(1)[d + 2]); !status) return status.faults();
  const Expr reach = (op.shape(1)[d + 2] - 1) * conv.dilations[d] + 1;
  const Expr full = (op.shape(0)[d + 2] - 1) * conv.strides[d] + reach + conv.output_padding[d];
  const Expr extent = full - windows.before(d) - windows.after(d);
  if (constant_integer(extent).value_or(0) < 0) {
    return op.fault("window-size", "spatial dimension {}: expected pads of at most {}, found {}", d, text_of({full}),
                    text_of({windows.before(d) + windows.after(d)}));
  }
  if (Status status = op.require_equal(max(extent, op.pool().integer(0)), extent, "extent of the result"); !status)
    return status.faults();
  return extent;
}

// x: [N, C, ...], w: [C, F / groups, ...], bias: [F].
Status infer_conv_transpose(Inference& op) {
  const auto& conv = op.attributes<ConvTranspose>();
  if (Status status = op.require_rank(0, 3, INT32_MAX); !status) return status;
  if (Status status = op.require_rank(1, op.rank(0), op.rank(0)); !status) return status;
  if (Status status = op.require_same_element(0, 1); !status) return status;
  if (Status status = op.require_float(0); !status) return status;
  const size_t spatial = op.shape(0).size() - 2;
  if (Status status = require_windows(op, windows_of(conv), spatial); !status) return status;
  if (conv.output_padding.size() != spatial) {
    return op.fault("attribute-size", "attribute \"output_padding\": expected {} values, found {}", spatial,
                    conv.output_padding.size());
  }
  const Shape w = op.shape(1);
  if (Status status = op.require_same_dimension(0, 1, 1, 0); !status) return status;
  if (constant_integer(w[0]).value_or(0) % conv.groups != 0) {
    return op.fault("group-count", "attribute \"groups\": expected a divisor of {} (dimension 0 of w), found {}",
                    text_of({w[0]}), conv.groups);
  }
  Shape shape{op.shape(0)[0], w[1] * conv.groups};
  if (op.has(2)) {
    if (Status status = op.require_same_element(0, 2); !status) return status;
    if (Status status = op.require_rank(2, 1, 1); !status) return status;
    const std::string from = fmt::format("{} dimension 1, times {} groups", op.described(1), conv.groups);
    if (Status status = op.require_dimension(2, 0, shape[1], from); !status) return status;
  }
  for (size_t d = 0; d < spatial; ++d) {
    Result<Expr> extent = transposed_extent(op, d);
    if (!extent) return extent.faults();
    shape.push_back(*extent);
  }
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

// How one nest walks one spatial dimension: it writes positions first + step * p for p < count, and for tap t < taps adds
// x[p + shift - t * stride] * w[tap_first + tap_step * t].
struct Phase {
  Expr count;
  int64_t first = 0, step = 1;
  int64_t taps = 0, tap_first = 0, tap_step = 1;
  int64_t shift = 0, stride = 1;
};

// The phases of dimension `d`, one per residue by the stride. tap i meets residue r when stride divides r + pad - i * dilation.
std::vector<Phase> phases_of(const ConvTranspose& conv, size_t d, Expr extent, int64_t kernel, int64_t pad) {
  const int64_t stride = conv.strides[d];
  const int64_t dilation = conv.dilations[d];
  const int64_t common = std::gcd(stride, dilation);
  std::vector<Phase> phases;
  for (int64_t residue = 0; residue < stride; ++residue) {
    Phase phase;
    phase.count = ceil_div(extent - residue, stride);
    phase.first = residue;
    phase.step = stride;
    phase.tap_step = stride / common;
    phase.stride = dilation / common;
    for (int64_t i = 0; i < std::min(kernel, phase.tap_step); ++i) {
      const int64_t distance = residue + pad - i * dilation;
      if (floor_mod(distance, stride) != 0) continue;
      phase.tap_first = i;
      phase.taps = ceil_div(kernel - i, phase.tap_step);
      phase.shift = floor_div(distance, stride);
    }
    if (constant_integer(phase.count).value_or(1) > 0) phases.push_back(phase);
  }
  return phases;
}

// The phases of every dimension; absent when they depend on symbols or are too many.
std::optional<std::vector<std::vector<Phase>>> all_phases(const Lowering& op) {
  const auto& conv = op.attributes<ConvTranspose>();
  std::vector<std::vector<Phase>> phases;
  if (checked_product(conv.strides).value_or(INT64_MAX) > kMostPhases) return std::nullopt;
  for (size_t d = 0; d < conv.strides.size(); ++d) {
    const std::optional<int64_t> kernel = constant_integer(op.shape(1)[d + 2]);
    const std::optional<int64_t> pad = constant_integer(conv.pads[d]);
    if (!kernel || !pad) return std::nullopt;
    phases.push_back(phases_of(conv, d, op.result_shape(0)[d + 2], *kernel, *pad));
  }
  return phases;
}

// What all nests of the op share: batch, filter, and the channel of x and w that adds to it.
struct Channels {
  Expr n, f, source, filter;  // filter: dimension 1 of w
  Channels(const Lowering& op, NestBuilder& nest) {
    const auto& conv = op.attributes<ConvTranspose>();
    const Shape& w = op.shape(1);
    n = parallel_axis(nest, "n", op.result_shape(0)[0]);
    f = parallel_axis(nest, "f", op.result_shape(0)[1]);
    filter = conv.groups == 1 ? f : mod(f, w[1]);
    source = conv.groups == 1 ? op.pool().integer(0) : floor_div(f, w[1]) * floor_div(w[0], conv.groups);
  }
  void add_reduction(const Lowering& op, NestBuilder& nest) {
    source = source + reduction_axis(nest, "c", floor_div(op.shape(1)[0], op.attributes<ConvTranspose>().groups));
  }
};

// The bias is added to the sum and not the sum to it: a large bias would round every term to its own last place.
Expr with_bias(const Lowering& op, Expr sum, Expr f) { return op.has(2) ? sum + widen(op.at(2, {&f, 1})) : sum; }

void emit_phase(Lowering& op, std::span<const Phase> phases) {
  NestBuilder nest = op.nest();
  Channels channels(op, nest);
  std::vector<Expr> at{channels.n, channels.f};
  std::vector<Expr> source, tap;
  for (size_t d = 0; d < phases.size(); ++d) {
    const Expr p = parallel_axis(nest, position_name(d), phases[d].count);
    at.push_back(p * phases[d].step + phases[d].first);
    source.push_back(p + phases[d].shift);
  }
  Expr value = zero(op.pool(), compute_type(op.element(0)));
  const bool meets_taps = std::ranges::all_of(phases, [](const Phase& phase) { return phase.taps > 0; });
  if (meets_taps) {
    channels.add_reduction(op, nest);
    for (size_t d = 0; d < phases.size(); ++d) {
      const Expr t = reduction_axis(nest, tap_name(d), op.pool().integer(phases[d].taps));
      source[d] = source[d] - t * phases[d].stride;
      tap.push_back(t * phases[d].tap_step + phases[d].tap_first);
    }
    source.insert(source.begin(), {channels.n, channels.source});
    tap.insert(tap.begin(), {channels.source, channels.filter});
    const Expr x = widen(op.at_or(0, source, zero(op.pool(), op.element(0))));
    const Expr w = widen(op.at(1, tap));
    value = nest.accumulate(value, [&](Expr acc) { return fma(x, w, acc); });
  }
  nest.write(op.result(0), at, narrow(with_bias(op, value, channels.f), op.result_element(0)));
  op.emit(nest);
}

// Every combination of one phase per dimension.
void emit_phases(Lowering& op, const std::vector<std::vector<Phase>>& phases) {
  std::vector<size_t> choice(phases.size(), 0);
  for (const auto& dimension : phases) {
    if (dimension.empty()) return;
  }
  for (;;) {
    std::vector<Phase> chosen;
    for (size_t d = 0; d < phases.size(); ++d) chosen.push_back(phases[d][choice[d]]);
    emit_phase(op, chosen);
    size_t d = phases.size();
    while (d > 0 && ++choice[d - 1] == phases[d - 1].size()) choice[--d] = 0;
    if (d == 0) return;
  }
}

// One nest over all taps; those that the stride does not divide add nothing.
void emit_gather(Lowering& op) {
  const auto& conv = op.attributes<ConvTranspose>();
  NestBuilder nest = op.nest();
  Channels channels(op, nest);
  std::vector<Expr> at{channels.n, channels.f};
  for (size_t d = 0; d < conv.strides.size(); ++d)
    at.push_back(parallel_axis(nest, position_name(d), op.result_shape(0)[d + 2]));
  channels.add_reduction(op, nest);
  std::vector<Expr> source{channels.n, channels.source};
  std::vector<Expr> tap{channels.source, channels.filter};
  Expr meets = op.pool().boolean(true);
  for (size_t d = 0; d < conv.strides.size(); ++d) {
    tap.push_back(reduction_axis(nest, tap_name(d), op.shape(1)[d + 2]));
    const Expr distance = at[d + 2] + conv.pads[d] - tap.back() * conv.dilations[d];
    source.push_back(floor_div(distance, conv.strides[d]));
    meets = logical_and(meets, equal(mod(distance, conv.strides[d]), op.pool().integer(0)));
  }
  const Expr none = zero(op.pool(), op.element(0));
  const Expr x = widen(select(meets, op.at_or(0, source, none), none));
  const Expr w = widen(op.at(1, tap));
  const Expr sum = nest.accumulate(zero(op.pool(), x->type.element), [&](Expr acc) { return fma(x, w, acc); });
  nest.write(op.result(0), at, narrow(with_bias(op, sum, channels.f), op.result_element(0)));
  op.emit(nest);
}

void lower_conv_transpose(Lowering& op) {
  const std::optional<std::vector<std::vector<Phase>>> phases = all_phases(op);
  return phases ? emit_phases(op, *phases) : emit_gather(op);
}

}  // namespace

constinit const OpInfo kConvTranspose{.name = "conv_transpose",
                                      .doc =
                                          "The transpose of the convolution of w [C, F / groups, ...], applied to x "
                                          "[N, C, ...], plus an optional bias [F]. ONNX "
                                          "ConvTranspose.",
                                      .least_operands = 2,
                                      .most_operands = 3,
                                      .schema = &schema_of<ConvTranspose>,
                                      .infer = infer_conv_transpose,
                                      .lower = lower_conv_transpose};

}  // namespace burin::ir
