#include "frontend/onnx/reader/small_element.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "ir/tensor/literal.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

// FLOAT8: Micikevicius et al., arXiv 2209.05433; with UZ: Noune et al., arXiv 2206.02915; FLOAT4 and E8M0: OCP Microscaling.
constexpr SmallElement kSmallElements[] = {
    {17, 8, ElementType::kF16, true, SmallFloat::kNan, 3, 7, 448},                // FLOAT8E4M3FN
    {18, 8, ElementType::kF16, true, SmallFloat::kUnsigned, 3, 8, 240},           // FLOAT8E4M3FNUZ
    {19, 8, ElementType::kF16, true, SmallFloat::kInfinity, 2, 15, 57344},        // FLOAT8E5M2
    {20, 8, ElementType::kF16, true, SmallFloat::kUnsigned, 2, 16, 57344},        // FLOAT8E5M2FNUZ
    {21, 4, ElementType::kU8},                                                    // UINT4
    {22, 4, ElementType::kI8, true},                                              // INT4
    {23, 4, ElementType::kF16, true, SmallFloat::kFinite, 1, 1, 6},               // FLOAT4E2M1
    {24, 8, ElementType::kF32, false, SmallFloat::kPowerOfTwo, 0, 127, 0x1p127},  // FLOAT8E8M0
    {25, 2, ElementType::kU8},                                                    // UINT2
    {26, 2, ElementType::kI8, true},                                              // INT2
};

double float_of(const SmallElement& small, uint32_t code) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (small.kind == SmallFloat::kPowerOfTwo) return code == 255 ? kNan : std::ldexp(1.0, static_cast<int>(code) - 127);
  const uint32_t sign = 1u << (small.bits - 1);
  const uint32_t magnitude = code & (sign - 1);
  if (small.kind == SmallFloat::kUnsigned && code == sign) return kNan;
  if (small.kind == SmallFloat::kNan && magnitude == sign - 1) return kNan;
  const uint32_t exponent = magnitude >> small.mantissa_bits;
  const uint32_t mantissa = magnitude & ((1u << small.mantissa_bits) - 1);
  const uint32_t last = (sign - 1) >> small.mantissa_bits;
  double value = 0;
  if (small.kind == SmallFloat::kInfinity && exponent == last) {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity() : kNan;
  } else {
    const uint32_t whole = exponent == 0 ? mantissa : mantissa + (1u << small.mantissa_bits);
    const int scale = std::max(static_cast<int>(exponent), 1) - small.bias - small.mantissa_bits;
    value = std::ldexp(static_cast<double>(whole), scale);
  }
  return (code & sign) != 0 ? -value : value;
}

}  // namespace

const SmallElement* small_element(int32_t data_type) {
  const auto* found = std::ranges::find(kSmallElements, data_type, &SmallElement::data_type);
  return found == std::end(kSmallElements) ? nullptr : found;
}

int64_t packed_bytes(const SmallElement& small, int64_t count) {
  const int64_t per_byte = 8 / small.bits;
  return count / per_byte + (count % per_byte != 0 ? 1 : 0);
}

std::vector<std::byte> unpack(const SmallElement& small, std::span<const std::byte> packed, int64_t count) {
  const auto size = static_cast<size_t>(ir::size_of(small.held));
  const auto per_byte = static_cast<size_t>(8 / small.bits);
  std::vector<std::byte> elements(static_cast<size_t>(count) * size);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const auto shift = i % per_byte * static_cast<size_t>(small.bits);
    const uint32_t code = (static_cast<uint32_t>(packed[i / per_byte]) >> shift) & ((1u << small.bits) - 1);
    ir::Scalar value;
    if (small.kind == SmallFloat::kNone) {
      const bool is_negative = small.is_signed && (code >> (small.bits - 1)) != 0;
      value.integer = static_cast<int64_t>(code) - (is_negative ? int64_t{1} << small.bits : 0);
    } else {
      value.number = float_of(small, code);
    }
    ir::store_scalar(&elements[i * size], small.held, value);
  }
  return elements;
}

}  // namespace burin::frontend
