// How values of the loop form are written in C++: the types, their names and literals.
//
// A scalar is a C++ scalar; f16 and bf16 are their bits in a uint16_t. A vector is a GCC vector extension of a power of two of
// lanes; where the form has another number, the lanes beyond it hold anything, and no load or store touches them. A bool
// vector is a mask: integers of 0 or -1, as wide as what they were compared from or will select.
#pragma once

#include <string>
#include <string_view>

#include "ir/expr/expr.h"

namespace burin::codegen::cpp {

struct CppType {
  ir::ElementType element = ir::ElementType::kF32;
  int lanes = 1;
  int mask_bytes = 0;  // of a lane of a bool vector; 0 for all else
  bool operator==(const CppType&) const = default;

  bool is_vector() const { return lanes > 1; }
  bool is_mask() const { return mask_bytes != 0; }
};

inline CppType type_of(ir::ElementType element, int lanes) {
  return {element, lanes, element == ir::ElementType::kBool && lanes > 1 ? 1 : 0};
}
inline CppType mask_type(int lanes, int mask_bytes) { return {ir::ElementType::kBool, lanes, mask_bytes}; }
inline CppType scalar_of(CppType type) { return {type.element, 1, 0}; }

// Bytes of one lane, and lanes in memory: the next power of two.
int lane_bytes(CppType type);
int storage_lanes(int lanes);

// "f32", "f32x8", "i64", "bool", "m32x8" for a mask of 4 bytes a lane: what functions on the type end with.
std::string short_name(CppType type);
// True for what the short name of a type, or another type's name, may be.
bool is_type_name(std::string_view name);
// The type's name in C++: "float", "uint16_t", or the short name of a vector.
std::string cpp_name(CppType type);
// A buffer's element in C++; a bool is a uint8_t in memory.
std::string memory_name(ir::ElementType element);
// The declaration of a vector type: "typedef float f32x8 __attribute__((vector_size(32)));".
std::string type_declaration(CppType type);

// A constant: "5", "0.5f", "__builtin_inff()". `bits` is the payload of a kConstant.
std::string literal_text(ir::ElementType element, int64_t bits);

}  // namespace burin::codegen::cpp
