// What an instruction set offers C++ beyond the language: the intrinsics for operations that vector extensions cannot say, and
// the macros by which a compiler tells what it compiles for. One table; nothing else in the emitter knows a machine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codegen/cpp/cpp_types.h"
#include "targets/targets.h"

namespace burin::codegen::cpp {

// Functions of floats, in the sense of ir/expr/expr.h: min(a, b) is a < b ? a : b.
enum class FloatFunction : uint8_t { kFma, kSqrt, kFloor, kCeil, kTruncate, kRoundEven, kMin, kMax };

struct Isa {
  targets::Architecture architecture = targets::Architecture::kX86_64;
  int vector_bytes = 16;
  bool fma = false;
};
Isa isa_of(const targets::Target& target);

// The smallest vector that has intrinsics.
inline constexpr int kLeastIntrinsicBytes = 16;

// A call of the intrinsic on vectors of `type` (f32 or f64), whose result still is the intrinsic's own vector type. Absent
// where there is none.
std::optional<std::string> intrinsic_call(const Isa& isa, FloatFunction function, CppType type,
                                          std::span<const std::string> operands);

// The header that declares the intrinsics: "immintrin.h".
std::string_view intrinsics_header(targets::Architecture architecture);
// A condition of the preprocessor that holds where the compiler may use all that the target has.
std::string compiles_for(const targets::Target& target);
// One that holds for every target of the architecture.
std::string_view architecture_macro(targets::Architecture architecture);

}  // namespace burin::codegen::cpp
