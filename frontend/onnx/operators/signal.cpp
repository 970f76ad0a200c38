// ONNX operators on signals: discrete Fourier transforms, window functions, mel filter banks. A transform is a contraction with
// a table of roots of unity; tables are made here, in double precision.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"
#include "ir/text/expr_text.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::ElementType;
using ir::Expr;
using ir::Result;
using ir::Shape;
using ir::Status;
using ir::ValueId;

constexpr int64_t kMostTableElements = int64_t{1} << 22;

// A constant f32 or f64 tensor with `next()` for each element, row-major.
template <class Next>
ValueId emit_table(NodeImport& node, ElementType element, std::vector<int64_t> dims, Next&& next) {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  std::vector<std::byte> bytes(static_cast<size_t>(count * ir::size_of(element)));
  for (int64_t i = 0; i < count; ++i) {
    const double value = next();
    if (element == ElementType::kF64) {
      std::memcpy(bytes.data() + i * 8, &value, 8);
    } else {
      const auto rounded = static_cast<float>(value);
      std::memcpy(bytes.data() + i * 4, &rounded, 4);
    }
  }
  return node.constant(ir::make_literal(element, std::move(dims), std::move(bytes)));
}

// --- Discrete Fourier transforms.

// The type of a transform's tables and sums: narrow floats are computed in f32.
ElementType computed_in(ElementType element) { return element == ElementType::kF64 ? element : ElementType::kF32; }

struct Complex {
  double re, im;
};

enum class Direction : int8_t { kForward = -1, kInverse = 1 };

// exp(+-2 pi i index / length).
Complex root_of_unity(int64_t index, int64_t length, Direction direction) {
  const double angle = 2 * std::numbers::pi * static_cast<double>(index % length) / static_cast<double>(length);
  return {std::cos(angle), std::sin(angle) * static_cast<double>(direction)};
}

// A complex factor as the 2 x 2 matrix that part `from` of the operand and part `to` of the product choose an element of.
double part_of(const Complex& factor, int64_t from, int64_t to) {
  if (from == to) return factor.re;
  return from == 0 ? factor.im : -factor.im;
}

// What is computed along one axis of `length`: `bins` results, of `parts` numbers each (1: the real part alone).
struct Transform {
  int64_t length;
  int64_t bins;
  Direction direction;
  double scale() const { return direction == Direction::kInverse ? 1 / static_cast<double>(length) : 1; }
};

// x: [.., rows, C] times table: [rows, C, bins, D] along both of x's last axes: [.., bins, D].
ValueId contracted(NodeImport& node, ValueId x, ValueId table) {
  if (!x.valid() || !table.valid()) return {};
  const Shape by = node.dimensions(table, 4);
  Shape flat = node.type(x).shape;
  flat.pop_back();
  flat.back() = by[0] * by[1];
  Shape result = flat;
  result.back() = by[2];
  result.push_back(by[3]);
  const ValueId product =
      node.emit(ir::kMatMul, {emit_reshape(node, x, flat), emit_reshape(node, table, {by[0] * by[1], by[2] * by[3]})},
                Attributes(ir::MatMul{}));
  return emit_reshape(node, product, std::move(result));
}

// y[k] = sum over n of x[n] root(k n).
ValueId whole_transform(NodeImport& node, ValueId x, int64_t parts, const Transform& transform, ElementType element) {
  int64_t n = 0, c = 0, k = 0, d = 0;
  const auto next = [&] {
    const Complex root = root_of_unity(n * k, transform.length, transform.direction);
    const double value = part_of(root, c, d) * transform.scale();
    if (++d == 2) d = 0, ++k;
    if (k == transform.bins) k = 0, ++c;
    if (c == parts) c = 0, ++n;
    return value;
  };
  return contracted(node, x, emit_table(node, element, {transform.length, parts, transform.bins, 2}, next));
}

// The same in two steps (Cooley and Tukey 1965): with length = A B, n = B a + b and k = p + A q,
//   y[p + A q] = sum over b of root(length; b p) root(B; b q) (sum over a of x[B a + b] root(A; a p)),
// where the first step's table holds root(length; b p) root(A; a p) = root(length; (B a + b) p).
ValueId transform_in_steps(NodeImport& node, ValueId x, int64_t parts, const Transform& transform, int64_t first,
                           ElementType element) {
  if (!x.valid()) return {};
  ir::ExprPool& pool = *node.graph().pool;
  const int64_t length = transform.length;
  const int64_t second = length / first;
  const int64_t columns = (transform.bins + first - 1) / first;  // places of q that a result needs
  int64_t a = 0, b = 0, c = 0, p = 0, d = 0, q = 0;
  const auto next_of_first = [&] {
    const double value = part_of(root_of_unity((second * a + b) * p, length, transform.direction), c, d);
    if (++d == 2) d = 0, ++p;
    if (p == first) p = 0, ++c;
    if (c == parts) c = 0, ++a;
    if (a == first) a = 0, ++b;
    return value;
  };
  const ValueId first_table = emit_table(node, element, {second, first, parts, first, 2}, next_of_first);
  b = d = c = 0;
  const auto next_of_second = [&] {
    const double value = part_of(root_of_unity(b * q, second, transform.direction), c, d) * transform.scale();
    if (++d == 2) d = 0, ++q;
    if (q == columns) q = 0, ++c;
    if (c == 2) c = 0, ++b;
    return value;
  };
  const ValueId second_table = emit_table(node, element, {second, 2, columns, 2}, next_of_second);

  Shape outer = node.type(x).shape;
  outer.resize(outer.size() - 2);
  Expr count = pool.integer(1);
  for (const Expr dim : outer) count = count * dim;
  const ValueId split = emit_reshape(node, x, {count, pool.integer(first), pool.integer(second), pool.integer(parts)});
  const ValueId step = node.emit(ir::kEinsum, {split, first_table}, Attributes(ir::Einsum{"mabc,bacpd->mbpd"}));
  const ValueId joined = node.emit(ir::kEinsum, {step, second_table}, Attributes(ir::Einsum{"mbpd,bdqe->mqpe"}));
  Shape result = outer;
  result.push_back(pool.integer(columns * first));
  result.push_back(pool.integer(2));
  const auto axis = static_cast<int64_t>(outer.size());
  return emit_slice(node, emit_reshape(node, joined, std::move(result)), axis, pool.integer(0),
                    pool.integer(transform.bins));
}

// The divisor of `length` nearest to its square root; 1 for a prime.
int64_t middle_divisor(int64_t length) {
  auto divisor = static_cast<int64_t>(std::sqrt(static_cast<double>(length)));
  while (length % divisor != 0) --divisor;
  return divisor;
}

// x: [.., length, C] to [.., bins, 2], by the way that takes fewer operations.
Result<ValueId> transformed(NodeImport& node, ValueId x, int64_t parts, const Transform& transform,
                            ElementType element) {
  const int64_t first = middle_divisor(transform.length);
  const int64_t second = transform.length / first;
  const int64_t whole = parts * transform.bins * 2;  // operations for each element of x
  const int64_t steps = parts * first * 2 + 4 * (transform.bins / first + 1);
  constexpr int64_t kGainOfSteps = 4;  // fewer operations by so much are also less time
  const bool has_steps = steps * kGainOfSteps < whole || transform.length * whole > kMostTableElements;
  const int64_t table =
      has_steps ? transform.length * parts * first * 2 + 4 * second * second : transform.length * whole;
  if (table > kMostTableElements) {
    return node.not_supported("expected a length whose table has up to {} numbers, found length {} with {}",
                              kMostTableElements, transform.length, table);
  }
  return has_steps ? transform_in_steps(node, x, parts, transform, first, element)
                   : whole_transform(node, x, parts, transform, element);
}

// One-sided spectra to real signals, x: [.., length / 2 + 1, 2] to [.., length, 1]: what is left out are conjugates of what is
// there, so that all but the first and the middle count twice.
Result<ValueId> real_inverse(NodeImport& node, ValueId x, int64_t length, ElementType element) {
  const int64_t bins = length / 2 + 1;
  if (bins * 2 > kMostTableElements / length) {
    return node.not_supported("expected a length whose table has up to {} numbers, found length {}", kMostTableElements,
                              length);
  }
  int64_t k = 0, c = 0, n = 0;
  const auto next = [&] {
    const double weight = k == 0 || 2 * k == length ? 1 : 2;
    const Complex root = root_of_unity(k * n, length, Direction::kInverse);
    const double value = part_of(root, c, 0) * weight / static_cast<double>(length);
    if (++n == length) n = 0, ++c;
    if (c == 2) c = 0, ++k;
    return value;
  };
  return contracted(node, x, emit_table(node, element, {bins, 2, length, 1}, next));
}

// `value` with `size` places along `axis`: cut off, or followed by zeros.
ValueId resized(NodeImport& node, ValueId value, int64_t axis, int64_t size) {
  if (!value.valid()) return value;
  ir::ExprPool& pool = *node.graph().pool;
  const Shape shape = node.type(value).shape;
  ir::Pad pad{Shape(shape.size(), pool.integer(0)), shape, "constant"};
  pad.sizes[static_cast<size_t>(axis)] = pool.integer(size);
  return pad.sizes == shape ? value : node.emit(ir::kPad, {value}, Attributes(std::move(pad)));
}

// 1 or 2: numbers of an element, which are the last dimension.
Result<int64_t> parts_of(const NodeImport& node, const Shape& shape) {
  const std::optional<int64_t> parts = ir::constant_integer(shape.back());
  if (parts && (*parts == 1 || *parts == 2)) return *parts;
  return node.fault("shape-mismatch", "operand 0: expected a last dimension of 1 or 2, found {}",
                    text_of(shape.back()));
}

Result<int64_t> checked_length(const NodeImport& node, std::string_view what, int64_t length) {
  if (length >= 1 && length <= kMostTableElements) return length;
  return node.fault("attribute-range", "{}: expected a number from 1 to {}, found {}", what, kMostTableElements,
                    length);
}

// Operand `i` where it is there; otherwise what follows from the signal's own length.
Result<int64_t> transform_length(const NodeImport& node, int i, Expr signal, bool is_real_inverse) {
  if (node.has(i)) {
    const Result<int64_t> given = required_integer(node, i, "length");
    return given ? checked_length(node, "length", *given) : given;
  }
  const std::optional<int64_t> size = ir::constant_integer(signal);
  if (!size) return node.not_supported("expected a length known at compile time, found {}", text_of(signal));
  return checked_length(node, "length", is_real_inverse ? 2 * (*size - 1) : *size);
}

Result<int64_t> transform_axis(const NodeImport& node) {
  int64_t axis = node.opset() < 20 ? node.integer("axis", 1) : -2;
  if (node.opset() >= 20 && node.has(2)) {
    const Result<int64_t> given = required_integer(node, 2, "axis");
    if (!given) return given;
    axis = *given;
  }
  Result<int64_t> counted = axis_from_front(node, axis, node.rank(0), "axis");
  if (counted && *counted == node.rank(0) - 1)
    return node.fault("attribute-range", "axis: expected another than the last, found {}", axis);
  return counted;
}

Status import_dft(NodeImport& node) {
  if (Status rank = require_rank(node, 0, 2, ir::kMostRank); !rank) return rank;
  const bool is_inverse = node.flag("inverse", false);
  const bool is_onesided = node.flag("onesided", false);
  const Result<int64_t> parts = parts_of(node, node.shape(0));
  if (!parts) return parts.faults();
  if (is_onesided && (*parts == 2) != is_inverse) {
    return node.fault("shape-mismatch",
                      "operand 0: expected a last dimension of {} for a one-sided transform, found {}",
                      is_inverse ? 2 : 1, *parts);
  }
  const Result<int64_t> axis = transform_axis(node);
  if (!axis) return axis.faults();
  const bool is_real_inverse = is_onesided && is_inverse;
  const Result<int64_t> length =
      transform_length(node, 1, node.dimension(0, static_cast<size_t>(*axis)), is_real_inverse);
  if (!length) return length.faults();

  const ElementType element = computed_in(node.element(0));
  std::vector<int64_t> order;  // the axis behind the others; it and the last are put back in the same way
  for (int64_t i = 0; i < node.rank(0); ++i) {
    if (i != *axis && i != node.rank(0) - 1) order.push_back(i);
  }
  order.push_back(*axis);
  order.push_back(node.rank(0) - 1);
  std::vector<int64_t> back(order.size());
  for (size_t i = 0; i < order.size(); ++i) back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);

  const ValueId moved = emit_transpose(node, emit_cast(node, node.operand(0), element), std::move(order));
  const int64_t bins = *length / 2 + 1;
  const ValueId x = resized(node, moved, node.rank(0) - 2, is_real_inverse ? bins : *length);
  const Transform transform{*length, is_onesided ? bins : *length,
                            is_inverse ? Direction::kInverse : Direction::kForward};
  const Result<ValueId> y =
      is_real_inverse ? real_inverse(node, x, *length, element) : transformed(node, x, *parts, transform, element);
  if (!y) return y.faults();
  node.set_result(0, emit_cast(node, emit_transpose(node, *y, std::move(back)), node.element(0)));
  return {};
}

// x: [B, L, C] as frames [B, F, length, C], frame f from place f * step on.
ValueId framed(NodeImport& node, ValueId x, int64_t step, int64_t length) {
  if (!x.valid()) return x;
  ir::ExprPool& pool = *node.graph().pool;
  const Expr signal = node.dimension(x, 1);
  const Expr frames = ir::max(ir::floor_div(signal - length, step) + 1, pool.integer(0));
  const ValueId starts = node.emit(ir::kMul, {emit_positions(node, frames, 0, 2),
                                              node.scalar_constant(static_cast<double>(step), ElementType::kI64)});
  const ValueId places = node.emit(ir::kAdd, {starts, emit_positions(node, pool.integer(length), 1, 2)});
  return node.emit(ir::kGather, {x, places}, Attributes(ir::Gather{1}));
}

Status import_stft(NodeImport& node) {
  if (Status rank = require_rank(node, 0, 2, 3); !rank) return rank;
  Shape shape = node.shape(0);
  if (shape.size() == 2) shape.push_back(node.graph().pool->integer(1));
  const Result<int64_t> parts = parts_of(node, shape);
  if (!parts) return parts.faults();
  const bool is_onesided = node.flag("onesided", true);
  if (is_onesided && *parts == 2)
    return node.fault("shape-mismatch", "operand 0: expected a last dimension of 1 for one-sided spectra, found 2");
  const Result<int64_t> given_step = required_integer(node, 1, "frame_step");
  if (!given_step) return given_step.faults();
  const Result<int64_t> step = checked_length(node, "frame_step", *given_step);
  if (!step) return step.faults();
  if (Status rank = require_rank(node, 2, 1, 1); !rank) return rank;
  const Result<int64_t> length = transform_length(node, 3, node.has(2) ? node.dimension(2, 0) : shape[1], false);
  if (!length) return length.faults();

  const ElementType element = computed_in(node.element(0));
  const ValueId signal = emit_reshape(node, emit_cast(node, node.operand(0), element), std::move(shape));
  ValueId frames = framed(node, signal, *step, *length);
  if (node.has(2)) {
    const ValueId window = emit_reshape(node, emit_cast(node, node.operand(2), element),
                                        {node.dimension(2, 0), node.graph().pool->integer(1)});
    frames = node.emit(ir::kMul, {frames, window});
  }
  const Transform transform{*length, is_onesided ? *length / 2 + 1 : *length, Direction::kForward};
  const Result<ValueId> y = transformed(node, frames, *parts, transform, element);
  if (!y) return y.faults();
  node.set_result(0, emit_cast(node, *y, node.element(0)));
  return {};
}

// --- Tables that signals are weighted by.

// A floating-point type from the attribute "output_datatype".
Result<ElementType> table_type(const NodeImport& node) {
  Result<ElementType> given = element_type_of(static_cast<int32_t>(node.integer("output_datatype", 1)), node.where());
  if (given && !ir::is_float(*given)) {
    return node.not_supported("attribute \"output_datatype\": expected a floating-point type, found {}",
                              ir::info(*given).name);
  }
  return given;
}

// w[n] = a[0] - a[1] cos(2 pi n / period) + a[2] cos(4 pi n / period), the period being the size, or less by one.
Status import_window(NodeImport& node, std::array<double, 3> a) {
  const Result<ElementType> element = table_type(node);
  if (!element) return element.faults();
  const Result<int64_t> given = required_integer(node, 0, "size");
  if (!given) return given.faults();
  const Result<int64_t> size = checked_length(node, "size", *given);
  if (!size) return size.faults();
  const int64_t period = std::max<int64_t>(node.flag("periodic", true) ? *size : *size - 1, 1);
  int64_t n = 0;
  const auto next = [&] {
    const double once = root_of_unity(n, period, Direction::kForward).re;
    const double twice = root_of_unity(2 * n, period, Direction::kForward).re;
    ++n;
    return a[0] - a[1] * once + a[2] * twice;
  };
  node.set_result(0, emit_cast(node, emit_table(node, ElementType::kF64, {*size}, next), *element));
  return {};
}

Status import_hann_window(NodeImport& node) { return import_window(node, {0.5, 0.5, 0}); }
Status import_hamming_window(NodeImport& node) { return import_window(node, {25.0 / 46, 21.0 / 46, 0}); }
Status import_blackman_window(NodeImport& node) { return import_window(node, {0.42, 0.5, 0.08}); }

double mel_of(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertz_of(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

// How much the triangle over the bins `low` .. `centre` .. `high` lets through of bin `j`. The triangle is closed at the centre
// and open at `high`.
double triangle(int64_t j, int64_t low, int64_t centre, int64_t high) {
  if (j >= centre && j < high) return static_cast<double>(high - j) / static_cast<double>(high - centre);
  if (j == centre) return 1;
  if (j >= low && j < centre) return static_cast<double>(j - low) / static_cast<double>(centre - low);
  return 0;
}

Status import_mel_weights(NodeImport& node) {
  const Result<ElementType> element = table_type(node);
  if (!element) return element.faults();
  constexpr std::array<std::string_view, 3> kNames = {"num_mel_bins", "dft_length", "sample_rate"};
  std::array<int64_t, 3> sizes{};
  for (int i = 0; i < 3; ++i) {
    const auto k = static_cast<size_t>(i);
    const Result<int64_t> given = required_integer(node, i, kNames[k]);
    const Result<int64_t> checked = given ? checked_length(node, kNames[k], *given) : given;
    if (!checked) return checked.faults();
    sizes[k] = *checked;
  }
  const auto [bands, length, rate] = sizes;
  const auto lowest = node.known_numbers(3);
  const auto highest = node.known_numbers(4);
  if (!lowest || !highest || lowest->size() != 1 || highest->size() != 1)
    return node.not_supported("edges: expected numbers known at compile time, found data");
  const int64_t bins = length / 2 + 1;
  if (bands > kMostTableElements / bins)
    return node.not_supported("expected up to {} weights, found {} by {}", kMostTableElements, bins, bands);

  const double from = mel_of((*lowest)[0]);
  const double step = (mel_of((*highest)[0]) - from) / static_cast<double>(bands + 2);
  std::vector<int64_t> edges;  // bins
  for (int64_t i = 0; i < bands + 2; ++i) {
    const double hertz = hertz_of(static_cast<double>(i) * step + from);
    const double bin = std::floor(static_cast<double>(length + 1) * hertz / static_cast<double>(rate));
    edges.push_back(bin >= 0 ? static_cast<int64_t>(std::min(bin, 1e15)) : -1);  // NaN too
  }
  if (edges.front() < 0 || edges.back() > bins) {
    return node.fault("attribute-range", "edges: expected frequencies in bins from 0 to {}, found {} to {}", bins,
                      edges.front(), edges.back());
  }
  int64_t j = 0, band = 0;
  const auto next = [&] {
    const auto i = static_cast<size_t>(band);
    const double weight = triangle(j, edges[i], edges[i + 1], edges[i + 2]);
    if (++band == bands) band = 0, ++j;
    return weight;
  };
  node.set_result(0, emit_cast(node, emit_table(node, ElementType::kF64, {bins, bands}, next), *element));
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "BlackmanWindow", 17, import_blackman_window},
    {"", "DFT", 17, import_dft, "1?"},
    {"", "DFT", 20, import_dft, "1??"},
    {"", "HammingWindow", 17, import_hamming_window},
    {"", "HannWindow", 17, import_hann_window},
    {"", "MelWeightMatrix", 17, import_mel_weights, "11111"},
    {"", "STFT", 17, import_stft, "11??"},
});

}  // namespace

std::span<const ImportRow> signal_rows() { return kRows; }

}  // namespace burin::frontend
