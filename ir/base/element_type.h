// The element types of tensors and of the values computed from them: a closed set, one row each.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace burin::ir {

enum class ElementType : uint8_t { kBool, kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64, kF16, kBF16, kF32, kF64 };
inline constexpr int kElementTypes = 13;

enum class NumberClass : uint8_t { kBoolean, kSigned, kUnsigned, kFloating };

struct ElementTypeInfo {
  ElementType type;
  std::string_view name;  // as printed in every form: "f32"
  int bytes;              // in memory; a bool is one byte, 0 or 1
  NumberClass number;
};

const ElementTypeInfo& info(ElementType type);
std::optional<ElementType> element_type_named(std::string_view name);

inline int size_of(ElementType type) { return info(type).bytes; }
inline bool is_float(ElementType type) { return info(type).number == NumberClass::kFloating; }
inline bool is_integer(ElementType type) {
  return info(type).number == NumberClass::kSigned || info(type).number == NumberClass::kUnsigned;
}
inline bool is_unsigned(ElementType type) { return info(type).number == NumberClass::kUnsigned; }

// IEEE binary16 and bfloat16, by their bits: to float exactly, from double with one round to nearest, ties to even.
float f16_to_float(uint16_t bits);
float bf16_to_float(uint16_t bits);
uint16_t double_to_f16(double value);
uint16_t double_to_bf16(double value);

}  // namespace burin::ir
