// Functions of f32 and f64 that C++ has no operator for, without the C library: intrinsics on whole vectors, halves of vectors
// that are too wide, wider vectors for those that are too narrow, and scalars as the first lane of a vector.
#include <fmt/format.h>

#include "codegen/cpp/helpers.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {
namespace {

using ir::ElementType;

using Lines = std::vector<std::string>;

std::optional<FloatFunction> float_function(Helper helper) {
  if (helper == Helper::kFma) return FloatFunction::kFma;
  if (helper == Helper::kSqrt) return FloatFunction::kSqrt;
  if (helper == Helper::kFloor) return FloatFunction::kFloor;
  if (helper == Helper::kCeil) return FloatFunction::kCeil;
  if (helper == Helper::kTruncate) return FloatFunction::kTruncate;
  if (helper == Helper::kRoundEven) return FloatFunction::kRoundEven;
  if (helper == Helper::kMin) return FloatFunction::kMin;
  if (helper == Helper::kMax) return FloatFunction::kMax;
  return std::nullopt;
}

int arity_of(Helper helper) {
  if (helper == Helper::kFma) return 3;
  return helper == Helper::kMin || helper == Helper::kMax || helper == Helper::kMod ? 2 : 1;
}

Lines function_of(Helpers& helpers, Helper helper, CppType type, const std::string& name, Lines body) {
  const std::vector<CppType> operands(static_cast<size_t>(arity_of(helper)), type);
  body.insert(body.begin(), signature(helpers, type, name, operands));
  body.emplace_back("}");
  return body;
}

// `call(f(a), f(b), f(c))` for as many operands as the helper has.
template <class Map>
std::string call(const std::string& function, int arity, Map map) {
  std::string text = function + "(";
  for (int i = 0; i < arity; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", map(std::string(1, static_cast<char>('a' + i))));
  return text + ")";
}

Lines by_halves(Helpers& helpers, Helper helper, CppType type) {
  CppType half = type;
  half.lanes = storage_lanes(type.lanes) / 2;
  const std::string of_half = helpers.function(helper, half);
  const std::string low = helpers.head(half, type);
  const std::string high = helpers.high_half(type);
  const auto part = [&](const std::string& which) {
    return call(of_half, arity_of(helper),
                [&](const std::string& operand) { return fmt::format("{}({})", which, operand); });
  };
  return {fmt::format("  return {}({}, {});", helpers.join(type), part(low), part(high))};
}

// The smallest vector with intrinsics, whose first lanes hold the operands.
CppType widened(CppType type) { return {type.element, kLeastIntrinsicBytes / lane_bytes(type), 0}; }

Lines by_widening(Helpers& helpers, Helper helper, CppType type) {
  const CppType wide = widened(type);
  const int stored = storage_lanes(type.lanes);
  Lines lines;
  for (int i = 0; i < arity_of(helper); ++i) {
    const char operand = static_cast<char>('a' + i);
    std::string lanes;
    for (int at = 0; at < stored; ++at) lanes += fmt::format("{}{}[{}]", at == 0 ? "" : ", ", operand, at);
    lines.push_back(fmt::format("  const {} wide_{}{{{}}};", helpers.type(wide), operand, lanes));
  }
  const std::string result = call(helpers.function(helper, wide), arity_of(helper),
                                  [](const std::string& operand) { return "wide_" + operand; });
  lines.push_back(fmt::format("  return {}({});", helpers.head(type, wide), result));
  return lines;
}

Lines first_lane(Helpers& helpers, Helper helper, CppType type) {
  const CppType wide = widened(type);
  const std::string result = call(helpers.function(helper, wide), arity_of(helper), [&](const std::string& operand) {
    return fmt::format("{}{{{}}}", helpers.type(wide), operand);
  });
  return {fmt::format("  return {}[0];", result)};
}

// Where the machine does not fuse. The product of two f32 is exact in f64; their sum is rounded to odd, which makes the rounding
// to f32 that follows the only one that counts (Boldo and Melquiond 2008). For f64 the runtime has a function.
Lines fma_without_instruction(Helpers& helpers, CppType type) {
  if (type.element == ElementType::kF64) {
    helpers.note_runtime_fma();
    return {"  return burin_rt_fma(a, b, c);"};
  }
  const CppType f64 = type_of(ElementType::kF64, 1);
  const CppType u64 = type_of(ElementType::kU64, 1);
  return {"  const double product = static_cast<double>(a) * static_cast<double>(b);",
          "  const double addend = static_cast<double>(c);",
          "  const double sum = product + addend;",
          "  const double part = sum - product;",
          "  const double rest = (product - (sum - part)) + (addend - part);",
          fmt::format("  uint64_t bits = {}(sum);", helpers.bitcast(u64, f64)),
          "  const bool inexact = rest < 0.0 || rest > 0.0;",
          "  if (inexact && (bits & 1u) == 0) bits = (rest > 0.0) == (sum > 0.0) ? bits + 1 : bits - 1;",
          fmt::format("  return static_cast<float>({}(bits));", helpers.bitcast(f64, u64))};
}

Lines magnitude(Helpers& helpers, CppType type) {
  const bool f32 = type.element == ElementType::kF32;
  if (!type.is_vector()) return {fmt::format("  return __builtin_fabs{}(a);", f32 ? "f" : "")};
  const CppType bits = unsigned_of(type);
  const std::string mask = constant(helpers, bits, f32 ? "0x7fffffffu" : "0x7fffffffffffffffu");
  return {fmt::format("  return ({})(({})a & {});", helpers.type(type), helpers.type(bits), mask)};
}

// a - floor(a / b) * b, in f64.
Lines modulo(Helpers& helpers, CppType type) {
  const std::string floor = helpers.function(Helper::kFloor, type_of(ElementType::kF64, 1));
  return {"  const double wide_a = static_cast<double>(a);", "  const double wide_b = static_cast<double>(b);",
          fmt::format("  return static_cast<{}>(wide_a - {}(wide_a / wide_b) * wide_b);", cpp_name(type), floor)};
}

Lines function_lines(Helpers& helpers, Helper helper, FloatFunction function, CppType type) {
  const int bytes = storage_lanes(type.lanes) * lane_bytes(type);
  constexpr const char* kOperands[] = {"a", "b", "c"};
  const std::vector<std::string> operands(kOperands, kOperands + arity_of(helper));
  if (type.is_vector()) {
    if (const std::optional<std::string> intrinsic = intrinsic_call(helpers.isa(), function, type, operands)) {
      helpers.note_intrinsics();
      return {fmt::format("  return ({}){};", helpers.type(type), *intrinsic)};
    }
  }
  if (function == FloatFunction::kMin) return {"  return a < b ? a : b;"};
  if (function == FloatFunction::kMax) return {"  return a > b ? a : b;"};
  if (function == FloatFunction::kFma && !helpers.isa().fma)
    return type.is_vector() ? Lines{} : fma_without_instruction(helpers, type);
  if (function == FloatFunction::kFma && !type.is_vector()) {
    return {fmt::format("  return __builtin_fma{}(a, b, c);", type.element == ElementType::kF32 ? "f" : "")};
  }
  if (!type.is_vector()) return first_lane(helpers, helper, type);
  return bytes < kLeastIntrinsicBytes ? by_widening(helpers, helper, type) : by_halves(helpers, helper, type);
}

}  // namespace

Lines float_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name) {
  Lines body;
  if (const std::optional<FloatFunction> function = float_function(helper)) {
    body = function_lines(helpers, helper, *function, type);
  } else if (helper == Helper::kAbs) {
    body = magnitude(helpers, type);
  } else {
    BURIN_ASSERT(helper == Helper::kMod, "every helper of floats is written above");
    if (!type.is_vector()) body = modulo(helpers, type);
  }
  if (body.empty()) return by_lane(helpers, helper, type, name, arity_of(helper));
  return function_of(helpers, helper, type, name, std::move(body));
}

}  // namespace burin::codegen::cpp
