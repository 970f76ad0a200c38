#include "tools/burin/data/tolerance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace burin::tools {
namespace {

// Whole models in f32 (design.md section 3): sums in another order differ by a few roundings of the largest terms, and that
// much is seen between two settings of ONNX Runtime as well.
constexpr Tolerance kSingle{0, 1e-5, 1e-4};
// f64 outputs of models: the same few roundings would be 1e-14; transcendental functions are accurate to about 1e-15, but
// models mix in f32 constants and casts.
constexpr Tolerance kDouble{0, 1e-9, 1e-8};
// binary16 has 11 bits: one rounding is 2^-11 = 4.9e-4 of the value. Runtimes round after every node, burin after every
// nest, so the two are a few roundings of the larger terms apart.
constexpr Tolerance kHalf{0, 0x1p-9, 0x1p-8};
// bfloat16 has 8 bits: one rounding is 2^-8.
constexpr Tolerance kBrainFloat{0, 0x1p-6, 0x1p-5};
constexpr Tolerance kExact{};

// What onnx.backend.test.runner passes to numpy.testing.assert_allclose for every case: rtol 1e-3, atol 1e-7.
constexpr double kRunnerRelative = 1e-3;
constexpr double kRunnerAbsolute = 1e-7;

Tolerance for_models(ir::ElementType element) {
  switch (element) {
    case ir::ElementType::kF16: return kHalf;
    case ir::ElementType::kBF16: return kBrainFloat;
    case ir::ElementType::kF32: return kSingle;
    case ir::ElementType::kF64: return kDouble;
    case ir::ElementType::kBool:
    case ir::ElementType::kI8:
    case ir::ElementType::kI16:
    case ir::ElementType::kI32:
    case ir::ElementType::kI64:
    case ir::ElementType::kU8:
    case ir::ElementType::kU16:
    case ir::ElementType::kU32:
    case ir::ElementType::kU64: return kExact;
  }
  return kExact;
}

double largest_of(const ir::Literal& literal) {
  double largest = 0;
  for (int64_t i = 0, n = literal.element_count(); i < n; ++i) {
    const double value = std::fabs(literal.at(i).number);
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  return largest;
}

// The difference in units of what is allowed: at most 1 where the two agree.
double excess(double expected, double found, double allowed) {
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) && std::isnan(found) ? 0 : INFINITY;
  if (expected == found) return 0;
  if (!std::isfinite(expected) || !std::isfinite(found)) return INFINITY;
  const double difference = std::fabs(expected - found);
  return allowed > 0 ? difference / allowed : INFINITY;
}

std::string index_text(int64_t position, std::span<const int64_t> dims) {
  if (dims.empty()) return "";
  std::vector<int64_t> index(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    index[axis] = position % dims[axis];
    position /= dims[axis];
  }
  return fmt::format("[{}]", fmt::join(index, ","));
}

std::string with_point(const std::string& digits) {
  const bool is_whole = digits.find_first_not_of("-0123456789") == std::string::npos;
  return is_whole ? digits + ".0" : digits;
}

std::string value_text(ir::Scalar value, ir::ElementType element) {
  if (element == ir::ElementType::kF64) return with_point(fmt::format("{}", value.number));
  if (ir::is_float(element)) return with_point(fmt::format("{}", static_cast<float>(value.number)));
  if (element == ir::ElementType::kBool) return value.integer != 0 ? "true" : "false";
  if (ir::is_unsigned(element)) return fmt::format("{}", static_cast<uint64_t>(value.integer));
  return fmt::format("{}", value.integer);
}

Comparison mismatch(std::string text) {
  Comparison comparison;
  comparison.differing = 1;
  comparison.worst = INFINITY;
  comparison.text = std::move(text);
  return comparison;
}

}  // namespace

Tolerance tolerance_of(ir::ElementType element, Standard standard) {
  Tolerance tolerance = for_models(element);
  if (standard == Standard::kConformance && ir::is_float(element)) {
    tolerance.absolute = kRunnerAbsolute;
    tolerance.of_value = std::max(tolerance.of_value, kRunnerRelative);
  }
  return tolerance;
}

namespace {

// The text of a mismatch in type or shape, empty when there is none.
std::string signature_difference(const ir::Literal& expected, const ir::Literal& found) {
  if (expected.element != found.element) {
    return fmt::format(": expected type {}, found {}", ir::info(expected.element).name, ir::info(found.element).name);
  }
  if (expected.dims != found.dims) {
    return fmt::format(": expected shape [{}], found [{}]", fmt::join(expected.dims, ","), fmt::join(found.dims, ","));
  }
  return {};
}

// `excess_at(i)` is the difference of element i in units of what is allowed.
template <class ExcessAt>
Comparison compare_each(const ir::Literal& expected, const ir::Literal& found, const ExcessAt& excess_at) {
  if (std::string text = signature_difference(expected, found); !text.empty()) return mismatch(std::move(text));
  Comparison comparison;
  comparison.elements = expected.element_count();
  int64_t first = -1;
  for (int64_t i = 0; i < comparison.elements; ++i) {
    const double off = excess_at(i);
    comparison.worst = std::max(comparison.worst, off);
    if (off <= 1) continue;
    ++comparison.differing;
    if (first < 0) first = i;
  }
  if (first >= 0) {
    comparison.text =
        fmt::format("{}: expected {}, found {}, {} of {} differ", index_text(first, expected.dims),
                    value_text(expected.at(first), expected.element), value_text(found.at(first), found.element),
                    comparison.differing, comparison.elements);
  }
  return comparison;
}

double number_at(const ir::Literal& literal, int64_t i) {
  const ir::Scalar value = literal.at(i);
  return ir::is_float(literal.element) ? value.number : static_cast<double>(value.integer);
}

// The distance between neighbors of what a quantization made, 0 where it made no such values: the smallest difference,
// when all values are multiples of it and at most 2^16 of them from 0.
double quantum_of(const ir::Literal& expected, const ir::Literal& found) {
  if (ir::is_integer(expected.element)) return ir::size_of(expected.element) <= 2 ? 1 : 0;
  if (!ir::is_float(expected.element)) return 0;
  double smallest = INFINITY;
  for (int64_t i = 0, n = expected.element_count(); i < n; ++i) {
    const double difference = std::fabs(number_at(expected, i) - number_at(found, i));
    if (difference > 0 || std::isnan(difference)) smallest = std::min(smallest, difference);
  }
  if (!std::isfinite(smallest) || smallest == 0) return 0;
  constexpr double kMostMultiple = 0x1p16;
  // A difference of two floats has lost the bits that they share, so a multiple of it is off by as much.
  constexpr double kOff = 0.01;
  for (int64_t i = 0, n = expected.element_count(); i < n; ++i) {
    const double multiple = number_at(expected, i) / smallest;
    if (!(std::fabs(multiple) <= kMostMultiple) || std::fabs(multiple - std::nearbyint(multiple)) > kOff) return 0;
  }
  return smallest;
}

bool are_flips(const ir::Literal& expected, const ir::Literal& found) {
  const double quantum = quantum_of(expected, found);
  if (quantum == 0) return false;
  const int64_t elements = expected.element_count();
  int64_t flipped = 0;
  for (int64_t i = 0; i < elements; ++i) {
    const double steps = std::fabs(number_at(expected, i) - number_at(found, i)) / quantum;
    if (steps == 0) continue;
    if (!(steps > 0.5 && steps < 1.5)) return false;
    ++flipped;
  }
  const auto allowed = static_cast<int64_t>(kFlippedPart * static_cast<double>(elements));
  return flipped <= (ir::is_integer(expected.element) ? std::max<int64_t>(1, allowed) : allowed);
}

}  // namespace

Comparison compare(const ir::Literal& expected, const ir::Literal& found, Standard standard, double noise,
                   bool quantizes) {
  const bool is_float = ir::is_float(expected.element);
  const Tolerance tolerance = tolerance_of(expected.element, standard);
  const double base = noise + tolerance.absolute + (is_float ? tolerance.of_largest * largest_of(expected) : 0);
  Comparison comparison = compare_each(expected, found, [&](int64_t i) -> double {
    const ir::Scalar e = expected.at(i);
    const ir::Scalar f = found.at(i);
    if (!is_float) return e.integer == f.integer ? 0 : INFINITY;
    return excess(e.number, f.number, base + tolerance.of_value * std::fabs(e.number));
  });
  const bool is_comparable = expected.element == found.element && expected.dims == found.dims;
  comparison.are_flips = comparison.differing > 0 && is_comparable && quantizes && standard == Standard::kModel &&
                         are_flips(expected, found);
  return comparison;
}

Comparison compare_bits(const ir::Literal& before, const ir::Literal& now) {
  const auto size = static_cast<size_t>(ir::size_of(before.element));
  return compare_each(before, now, [&](int64_t i) -> double {
    const size_t at = static_cast<size_t>(i) * size;
    const auto a = before.bytes.subspan(at, size), b = now.bytes.subspan(at, size);
    if (std::ranges::equal(a, b)) return 0;
    const bool are_nan =
        ir::is_float(before.element) && std::isnan(before.at(i).number) && std::isnan(now.at(i).number);
    return are_nan ? 0 : INFINITY;
  });
}

}  // namespace burin::tools
