#include "ir/base/element_type.h"

#include <array>
#include <bit>
#include <cmath>

namespace burin::ir {
namespace {

constexpr auto kRows = std::to_array<ElementTypeInfo>({
    {ElementType::kBool, "bool", 1, NumberClass::kBoolean},
    {ElementType::kI8, "i8", 1, NumberClass::kSigned},
    {ElementType::kI16, "i16", 2, NumberClass::kSigned},
    {ElementType::kI32, "i32", 4, NumberClass::kSigned},
    {ElementType::kI64, "i64", 8, NumberClass::kSigned},
    {ElementType::kU8, "u8", 1, NumberClass::kUnsigned},
    {ElementType::kU16, "u16", 2, NumberClass::kUnsigned},
    {ElementType::kU32, "u32", 4, NumberClass::kUnsigned},
    {ElementType::kU64, "u64", 8, NumberClass::kUnsigned},
    {ElementType::kF16, "f16", 2, NumberClass::kFloating},
    {ElementType::kBF16, "bf16", 2, NumberClass::kFloating},
    {ElementType::kF32, "f32", 4, NumberClass::kFloating},
    {ElementType::kF64, "f64", 8, NumberClass::kFloating},
});
static_assert(kRows.size() == kElementTypes);

// Rounds `value` to a binary format of 16 bits with `exponent_bits` and `mantissa_bits`, ties to even.
uint16_t round_to_16(double value, int exponent_bits, int mantissa_bits) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const int max_exponent = (1 << (exponent_bits - 1)) - 1;
  const auto infinity = static_cast<uint16_t>(((1 << exponent_bits) - 1) << mantissa_bits);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | infinity | (1 << (mantissa_bits - 1)));
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  if (std::isinf(magnitude)) return static_cast<uint16_t>(sign | infinity);
  int exponent = std::ilogb(magnitude);
  exponent = exponent < 1 - max_exponent ? 1 - max_exponent : exponent;
  // The number of units in the last place, rounded to even; scaling by a power of two is exact in double.
  const auto units = static_cast<int64_t>(std::nearbyint(std::scalbn(magnitude, mantissa_bits - exponent)));
  const int64_t hidden = int64_t{1} << mantissa_bits;
  const int64_t biased = units < hidden ? units : (int64_t{exponent + max_exponent - 1} << mantissa_bits) + units;
  return static_cast<uint16_t>(sign | (biased > infinity ? infinity : biased));
}

}  // namespace

const ElementTypeInfo& info(ElementType type) { return kRows[static_cast<size_t>(type)]; }

std::optional<ElementType> element_type_named(std::string_view name) {
  for (const ElementTypeInfo& row : kRows) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

float f16_to_float(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  float magnitude = 0;
  if (exponent == 31) {
    magnitude = mantissa != 0 ? std::bit_cast<float>(0x7fc00000U | static_cast<uint32_t>(mantissa) << 13) : INFINITY;
  } else if (exponent == 0) {
    magnitude = std::scalbn(static_cast<float>(mantissa), -24);
  } else {
    magnitude = std::scalbn(static_cast<float>(1024 + mantissa), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

float bf16_to_float(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
uint16_t double_to_f16(double value) { return round_to_16(value, 5, 10); }
uint16_t double_to_bf16(double value) { return round_to_16(value, 8, 7); }

}  // namespace burin::ir
