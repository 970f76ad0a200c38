// Casts between numbers. From float to integer they truncate and saturate, and NaN gives 0; f16 and bf16 are converted by their
// bits, rounding once (ir/expr/scalar.h, ir/base/element_type.h). Scalars and vectors have the same text where the language allows it.
#include <fmt/format.h>

#include <cmath>

#include "codegen/cpp/helpers.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {
namespace {

using ir::ElementType;

using Lines = std::vector<std::string>;

bool is_half(ElementType element) { return element == ElementType::kF16 || element == ElementType::kBF16; }

CppType with_element(CppType type, ElementType element) { return {element, type.lanes, 0}; }

// The C++ conversion of `value`, where that is what the form means.
std::string plainly(Helpers& helpers, CppType to, const std::string& value) {
  if (to.is_vector()) return fmt::format("__builtin_convertvector({}, {})", value, helpers.type(to));
  return fmt::format("static_cast<{}>({})", helpers.type(to), value);
}

std::string bits_as(Helpers& helpers, CppType to, CppType from, const std::string& value) {
  if (to.is_vector()) return fmt::format("({})({})", helpers.type(to), value);
  return fmt::format("{}({})", helpers.bitcast(to, from), value);
}

std::string float_text(ElementType element, double value) {
  return fmt::format("{:a}{}", value, element == ElementType::kF32 ? "f" : "");
}

// The range of an integer type: its limits, and the largest float of the other type that does not exceed it.
struct Range {
  std::string least, most;
  double low, high, inside;
};

Range range_of(ElementType integer, ElementType from) {
  const int bits = 8 * size_of(integer);
  const int precision = from == ElementType::kF32 ? 24 : 53;
  const int digits = is_unsigned(integer) ? bits : bits - 1;
  const double power = std::ldexp(1.0, digits);
  const bool exact = digits <= precision;
  Range range;
  range.least = is_unsigned(integer) ? "0" : fmt::format("INT{}_MIN", bits);
  range.most = fmt::format("{}INT{}_MAX", is_unsigned(integer) ? "U" : "", bits);
  range.low = is_unsigned(integer) ? 0 : -power;
  range.high = exact ? power - 1 : power;
  range.inside = exact ? power - 1 : power - std::ldexp(1.0, digits - precision);
  return range;
}

Lines saturated_scalar(CppType to, CppType from) {
  const Range range = range_of(to.element, from.element);
  return {fmt::format("  if (a >= {}) return {};", float_text(from.element, range.high), range.most),
          fmt::format("  if (a <= {}) return {};", float_text(from.element, range.low), range.least),
          fmt::format("  return a == a ? static_cast<{}>(a) : 0;", cpp_name(to))};
}

// Brought into the range first, so that the conversion is defined; what was above it is replaced afterwards where the range's
// end is no float.
Lines saturated_vector(Helpers& helpers, CppType to, CppType from) {
  const Range range = range_of(to.element, from.element);
  const auto lanes = [&](double value) { return constant(helpers, from, float_text(from.element, value)); };
  Lines lines = {fmt::format("  const {} number = a == a ? a : {}{{}};", helpers.type(from), helpers.type(from)),
                 fmt::format("  const {} above = number < {} ? number : {};", helpers.type(from), lanes(range.inside),
                             lanes(range.inside)),
                 fmt::format("  const {} inside = above > {} ? above : {};", helpers.type(from), lanes(range.low),
                             lanes(range.low))};
  const bool narrow = lane_bytes(to) < 4;
  const CppType whole = narrow ? with_element(to, ElementType::kI32) : to;
  std::string converted = plainly(helpers, whole, "inside");
  if (narrow) converted = plainly(helpers, to, converted);
  if (range.inside == range.high) {
    lines.push_back(fmt::format("  return {};", converted));
    return lines;
  }
  std::string too_large = fmt::format("a >= {}", lanes(range.high));
  const CppType mask = mask_type(to.lanes, lane_bytes(to));
  too_large = fmt::format("__builtin_convertvector({}, {})", too_large, helpers.type(mask));
  lines.push_back(fmt::format("  return {} ? {} : {};", too_large, constant(helpers, to, range.most), converted));
  return lines;
}

// The bits of an f16 in the places of an f32, times 2^112 to correct the exponent: exact, for subnormal numbers too. Only what
// has the largest exponent must keep it.
Lines f32_from_f16(Helpers& helpers, CppType to) {
  const CppType u32 = with_element(to, ElementType::kU32);
  const auto k = [&](const char* literal) { return constant(helpers, u32, literal); };
  const std::string u = helpers.type(u32);
  return {fmt::format("  const {} bits = {};", u, plainly(helpers, u32, "a")),
          fmt::format("  const {} moved = (bits & {}) << 13;", u, k("0x7fffu")),
          fmt::format("  const {} scaled = {} * {};", helpers.type(to), bits_as(helpers, to, u32, "moved"),
                      constant(helpers, to, "0x1p+112f")),
          fmt::format("  const {} special = moved >= {} ? {} : {};", u, k("0x0f800000u"), k("0x7f800000u"), k("0u")),
          fmt::format("  return {};", bits_as(helpers, to, u32,
                                              fmt::format("{} | special | ((bits & {}) << 16)",
                                                          bits_as(helpers, u32, to, "scaled"), k("0x8000u"))))};
}

// Rounding to nearest even: of a subnormal result by a sum whose last place is that of the result, of a normal one by adding
// half a place (less the last bit) to the bits.
Lines f16_from_f32(Helpers& helpers, CppType to, CppType from) {
  const CppType u32 = with_element(to, ElementType::kU32);
  const auto k = [&](const char* literal) { return constant(helpers, u32, literal); };
  const std::string u = helpers.type(u32);
  const std::string small =
      bits_as(helpers, u32, from,
              fmt::format("{} + {}", bits_as(helpers, from, u32, "magnitude"), constant(helpers, from, "0.5f")));
  return {
      fmt::format("  const {} bits = {};", u, bits_as(helpers, u32, from, "a")),
      fmt::format("  const {} magnitude = bits & {};", u, k("0x7fffffffu")),
      fmt::format("  const {} small = {} - {};", u, small, k("0x3f000000u")),
      fmt::format("  const {} normal = (magnitude + {} + ((magnitude >> 13) & {})) >> 13;", u, k("0xc8000fffu"),
                  k("1u")),
      fmt::format("  const {} special = magnitude > {} ? {} : {};", u, k("0x7f800000u"), k("0x7e00u"), k("0x7c00u")),
      fmt::format("  const {} large = magnitude < {} ? normal : special;", u, k("0x47800000u")),
      fmt::format("  const {} rounded = magnitude < {} ? small : large;", u, k("0x38800000u")),
      fmt::format("  return {};", plainly(helpers, with_element(to, ElementType::kU16),
                                          fmt::format("rounded | ((bits >> 16) & {})", k("0x8000u"))))};
}

Lines f32_from_bf16(Helpers& helpers, CppType to) {
  const CppType u32 = with_element(to, ElementType::kU32);
  return {fmt::format("  const {} bits = {};", helpers.type(u32), plainly(helpers, u32, "a")),
          fmt::format("  return {};", bits_as(helpers, to, u32, "bits << 16"))};
}

Lines bf16_from_f32(Helpers& helpers, CppType to, CppType from) {
  const CppType u32 = with_element(to, ElementType::kU32);
  const auto k = [&](const char* literal) { return constant(helpers, u32, literal); };
  const std::string u = helpers.type(u32);
  return {fmt::format("  const {} bits = {};", u, bits_as(helpers, u32, from, "a")),
          fmt::format("  const {} rounded = (bits + {} + ((bits >> 16) & {})) >> 16;", u, k("0x7fffu"), k("1u")),
          fmt::format("  const {} quiet = (bits >> 16) | {};", u, k("0x40u")),
          fmt::format("  const {} chosen = (bits & {}) > {} ? quiet : rounded;", u, k("0x7fffffffu"), k("0x7f800000u")),
          fmt::format("  return {};", plainly(helpers, with_element(to, ElementType::kU16), "chosen"))};
}

// An f64 becomes an f32 rounded to odd first, so that the second rounding is the only one that counts.
Lines half_from_f64(Helpers& helpers, CppType to) {
  const CppType f32 = type_of(ElementType::kF32, 1);
  const CppType u32 = type_of(ElementType::kU32, 1);
  return {"  const float nearest = static_cast<float>(a);",
          "  const double back = static_cast<double>(nearest);",
          fmt::format("  uint32_t bits = {}(nearest);", helpers.bitcast(u32, f32)),
          "  if (__builtin_fabs(back) > __builtin_fabs(a)) --bits;",
          "  if (back < a || back > a) bits |= 1u;",
          fmt::format("  return {}({}(bits));", helpers.conversion(to, f32), helpers.bitcast(f32, u32))};
}

std::string converted(Helpers& helpers, CppType to, CppType from, const std::string& value) {
  return fmt::format("{}({})", helpers.conversion(to, from), value);
}

Lines through(Helpers& helpers, CppType to, CppType middle, CppType from) {
  return {fmt::format("  return {};", converted(helpers, to, middle, converted(helpers, middle, from, "a")))};
}

Lines half_lines(Helpers& helpers, CppType to, CppType from) {
  const CppType f32 = with_element(to, ElementType::kF32);
  const CppType f64 = with_element(to, ElementType::kF64);
  if (is_half(from.element)) {
    if (to.element != ElementType::kF32) return through(helpers, to, f32, from);
    return from.element == ElementType::kF16 ? f32_from_f16(helpers, to) : f32_from_bf16(helpers, to);
  }
  if (from.element == ElementType::kF32) {
    return to.element == ElementType::kF16 ? f16_from_f32(helpers, to, from) : bf16_from_f32(helpers, to, from);
  }
  if (from.element != ElementType::kF64) return through(helpers, to, f64, from);
  if (!to.is_vector()) return half_from_f64(helpers, to);
  return {fmt::format("  {} result{{}};", helpers.type(to)),
          fmt::format("  for (int lane = 0; lane < {}; ++lane) result[lane] = {};", to.lanes,
                      converted(helpers, scalar_of(to), scalar_of(from), "a[lane]")),
          "  return result;"};
}

}  // namespace

Lines conversion_helper(Helpers& helpers, CppType to, CppType from, const std::string& name) {
  const CppType operands[] = {from};
  Lines body;
  if (is_half(to.element) || is_half(from.element)) {
    body = half_lines(helpers, to, from);
  } else if (is_float(from.element) && is_integer(to.element)) {
    body = to.is_vector() ? saturated_vector(helpers, to, from) : saturated_scalar(to, from);
  } else {
    body = {fmt::format("  return {};", plainly(helpers, to, "a"))};
  }
  body.insert(body.begin(), signature(helpers, to, name, operands));
  body.emplace_back("}");
  return body;
}

}  // namespace burin::codegen::cpp
