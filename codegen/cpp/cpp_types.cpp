#include "codegen/cpp/cpp_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace burin::codegen::cpp {

using ir::ElementType;

namespace {

std::string_view scalar_name(ElementType element) {
  switch (element) {
    case ElementType::kBool: return "bool";
    case ElementType::kI8: return "int8_t";
    case ElementType::kI16: return "int16_t";
    case ElementType::kI32: return "int32_t";
    case ElementType::kI64: return "int64_t";
    case ElementType::kU8: return "uint8_t";
    case ElementType::kU16:
    case ElementType::kF16:
    case ElementType::kBF16: return "uint16_t";
    case ElementType::kU32: return "uint32_t";
    case ElementType::kU64: return "uint64_t";
    case ElementType::kF32: return "float";
    case ElementType::kF64: return "double";
  }
  return "";
}

std::string_view mask_element_name(int bytes) {
  if (bytes == 1) return "int8_t";
  if (bytes == 2) return "int16_t";
  return bytes == 4 ? "int32_t" : "int64_t";
}

std::string floating_literal(double value, ElementType element) {
  const bool f32 = element == ElementType::kF32;
  if (std::isnan(value)) return f32 ? "__builtin_nanf(\"\")" : "__builtin_nan(\"\")";
  if (std::isinf(value)) return std::string(value < 0 ? "-" : "") + (f32 ? "__builtin_inff()" : "__builtin_inf()");
  std::string text = f32 ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + (f32 ? "f" : "");
}

std::string integer_literal(ElementType element, int64_t value) {
  if (element == ElementType::kU64) return fmt::format("{}u", static_cast<uint64_t>(value));
  if (element == ElementType::kU32) return fmt::format("{}u", value);
  return value == INT64_MIN ? "INT64_MIN" : std::to_string(value);
}

}  // namespace

int storage_lanes(int lanes) { return static_cast<int>(std::bit_ceil(static_cast<unsigned>(lanes))); }
int lane_bytes(CppType type) { return type.is_mask() ? type.mask_bytes : size_of(type.element); }

std::string short_name(CppType type) {
  std::string name = type.is_mask() ? fmt::format("m{}", 8 * type.mask_bytes) : std::string(info(type.element).name);
  if (type.is_vector()) name += fmt::format("x{}", type.lanes);
  return name;
}

bool is_type_name(std::string_view name) {
  if (name.ends_with("_t")) return true;
  const size_t cross = std::min(name.find('x'), name.size());
  const std::string_view lanes = name.substr(std::min(cross + 1, name.size()));
  if (lanes.find_first_not_of("0123456789") != std::string_view::npos) return false;
  for (const std::string_view kind : {"f", "bf", "i", "u", "m"}) {
    for (const std::string_view bits : {"8", "16", "32", "64"}) {
      if (name.substr(0, cross) == std::string(kind) + std::string(bits)) return true;
    }
  }
  return false;
}

std::string cpp_name(CppType type) {
  return type.is_vector() ? short_name(type) : std::string(scalar_name(type.element));
}

std::string memory_name(ElementType element) {
  return element == ElementType::kBool ? "uint8_t" : std::string(scalar_name(element));
}

std::string type_declaration(CppType type) {
  const std::string_view element = type.is_mask() ? mask_element_name(type.mask_bytes) : scalar_name(type.element);
  const int stored = storage_lanes(type.lanes);
  return fmt::format("typedef {} {} __attribute__((vector_size({})));{}", element, short_name(type),
                     stored * lane_bytes(type), stored == type.lanes ? "" : fmt::format("  // of {} lanes", stored));
}

std::string literal_text(ElementType element, int64_t bits) {
  switch (element) {
    case ElementType::kBool: return bits != 0 ? "true" : "false";
    case ElementType::kF16: return fmt::format("0x{:04x}", ir::double_to_f16(std::bit_cast<double>(bits)));
    case ElementType::kBF16: return fmt::format("0x{:04x}", ir::double_to_bf16(std::bit_cast<double>(bits)));
    case ElementType::kF32:
    case ElementType::kF64: return floating_literal(std::bit_cast<double>(bits), element);
    case ElementType::kI8:
    case ElementType::kI16:
    case ElementType::kI32:
    case ElementType::kI64:
    case ElementType::kU8:
    case ElementType::kU16:
    case ElementType::kU32:
    case ElementType::kU64: return integer_literal(element, bits);
  }
  return "";
}

}  // namespace burin::codegen::cpp
