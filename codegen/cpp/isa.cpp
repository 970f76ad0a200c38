#include "codegen/cpp/isa.h"

#include <fmt/format.h>

#include <array>

namespace burin::codegen::cpp {

using ir::ElementType;
using targets::Architecture;

namespace {

// An intrinsic: its name and what is passed before and behind its operands, with %p where the width is spelled ("256"), %s the
// element ("ps", "f32") and %m a mask of all lanes; and its operands, in its own order, as positions among ours.
struct Row {
  FloatFunction function;
  Architecture architecture;
  int bytes;  // of the vectors that have it; 0: all
  std::string_view call;
  std::string_view order;
  std::string_view suffix;
};

constexpr std::string_view kFloor = ", _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC";
constexpr std::string_view kCeil = ", _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC";
constexpr std::string_view kTruncate = ", _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC";
constexpr std::string_view kNearest = ", _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC";

// 512-bit functions of one operand, and min and max, are called with a mask of all lanes: without one, g++ 12 warns of a value
// that its own header leaves uninitialized (its PR 105593). The instruction is the same.
// minps returns its second operand when one is not a number, or both are zeros: a < b ? a : b.
constexpr auto kRows = std::to_array<Row>({
    {FloatFunction::kSqrt, Architecture::kX86_64, 64, "_mm512_maskz_sqrt_%s(%m, ", "a", ""},
    {FloatFunction::kFloor, Architecture::kX86_64, 64, "_mm512_maskz_roundscale_%s(%m, ", "a", kFloor},
    {FloatFunction::kCeil, Architecture::kX86_64, 64, "_mm512_maskz_roundscale_%s(%m, ", "a", kCeil},
    {FloatFunction::kTruncate, Architecture::kX86_64, 64, "_mm512_maskz_roundscale_%s(%m, ", "a", kTruncate},
    {FloatFunction::kRoundEven, Architecture::kX86_64, 64, "_mm512_maskz_roundscale_%s(%m, ", "a", kNearest},
    {FloatFunction::kMin, Architecture::kX86_64, 64, "_mm512_maskz_min_%s(%m, ", "ab", ""},
    {FloatFunction::kMax, Architecture::kX86_64, 64, "_mm512_maskz_max_%s(%m, ", "ab", ""},
    {FloatFunction::kFma, Architecture::kX86_64, 0, "_mm%p_fmadd_%s(", "abc", ""},
    {FloatFunction::kSqrt, Architecture::kX86_64, 0, "_mm%p_sqrt_%s(", "a", ""},
    {FloatFunction::kFloor, Architecture::kX86_64, 0, "_mm%p_round_%s(", "a", kFloor},
    {FloatFunction::kCeil, Architecture::kX86_64, 0, "_mm%p_round_%s(", "a", kCeil},
    {FloatFunction::kTruncate, Architecture::kX86_64, 0, "_mm%p_round_%s(", "a", kTruncate},
    {FloatFunction::kRoundEven, Architecture::kX86_64, 0, "_mm%p_round_%s(", "a", kNearest},
    {FloatFunction::kMin, Architecture::kX86_64, 0, "_mm%p_min_%s(", "ab", ""},
    {FloatFunction::kMax, Architecture::kX86_64, 0, "_mm%p_max_%s(", "ab", ""},
    {FloatFunction::kFma, Architecture::kAarch64, 16, "vfmaq_%s(", "cab", ""},
    {FloatFunction::kSqrt, Architecture::kAarch64, 16, "vsqrtq_%s(", "a", ""},
    {FloatFunction::kFloor, Architecture::kAarch64, 16, "vrndmq_%s(", "a", ""},
    {FloatFunction::kCeil, Architecture::kAarch64, 16, "vrndpq_%s(", "a", ""},
    {FloatFunction::kTruncate, Architecture::kAarch64, 16, "vrndq_%s(", "a", ""},
    {FloatFunction::kRoundEven, Architecture::kAarch64, 16, "vrndnq_%s(", "a", ""},
});

struct Spelling {
  std::string_view width;
  std::string_view element;
  std::string_view mask;
  std::string vector;  // the type its operands are cast to
};

Spelling spelling_of(Architecture architecture, int bytes, ElementType element) {
  const bool f32 = element == ElementType::kF32;
  switch (architecture) {
    case Architecture::kX86_64: {
      const std::string_view width = bytes == 64 ? "512" : bytes == 32 ? "256" : "";
      return {width, f32 ? "ps" : "pd", f32 ? "0xffff" : "0xff", fmt::format("__m{}{}", 8 * bytes, f32 ? "" : "d")};
    }
    case Architecture::kAarch64: return {"", f32 ? "f32" : "f64", "", f32 ? "float32x4_t" : "float64x2_t"};
  }
  return {};
}

std::string spelled(std::string_view pattern, const Spelling& spelling) {
  std::string name;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      name += pattern[i];
      continue;
    }
    ++i;
    name += pattern[i] == 'p' ? spelling.width : pattern[i] == 'm' ? spelling.mask : spelling.element;
  }
  return name;
}

}  // namespace

Isa isa_of(const targets::Target& target) { return {target.architecture, target.vector_bytes, target.has.fma}; }

std::optional<std::string> intrinsic_call(const Isa& isa, FloatFunction function, CppType type,
                                          std::span<const std::string> operands) {
  const int bytes = storage_lanes(type.lanes) * lane_bytes(type);
  if (bytes < kLeastIntrinsicBytes || bytes > isa.vector_bytes) return std::nullopt;
  if (function == FloatFunction::kFma && !isa.fma) return std::nullopt;
  for (const Row& row : kRows) {
    if (row.function != function || row.architecture != isa.architecture) continue;
    if (row.bytes != 0 && row.bytes != bytes) continue;
    const Spelling spelling = spelling_of(isa.architecture, bytes, type.element);
    std::string call = spelled(row.call, spelling);
    for (size_t i = 0; i < row.order.size(); ++i) {
      const std::string& operand = operands[static_cast<size_t>(row.order[i] - 'a')];
      call += fmt::format("{}({}){}", i == 0 ? "" : ", ", spelling.vector, operand);
    }
    return call + std::string(row.suffix) + ")";
  }
  return std::nullopt;
}

std::string_view intrinsics_header(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX86_64: return "immintrin.h";
    case Architecture::kAarch64: return "arm_neon.h";
  }
  return "";
}

std::string_view architecture_macro(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX86_64: return "defined(__x86_64__)";
    case Architecture::kAarch64: return "defined(__aarch64__)";
  }
  return "";
}

std::string compiles_for(const targets::Target& target) {
  std::string condition(architecture_macro(target.architecture));
  if (target.architecture == Architecture::kX86_64) {
    condition = "defined(__SSE4_2__)";
    if (target.vector_bytes == 32) condition = "defined(__AVX2__)";
    if (target.vector_bytes == 64) {
      condition = "defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)";
    }
    if (target.has.fma && target.vector_bytes < 64) condition += " && defined(__FMA__)";
  }
  return condition;
}

}  // namespace burin::codegen::cpp
