// Integer arithmetic with every case defined: sums wrap, a division by zero gives 0, INT_MIN / -1 wraps, and a shift by the
// width or more leaves nothing (ir/expr/scalar.h).
#include <fmt/format.h>

#include "codegen/cpp/helpers.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {
namespace {

using Lines = std::vector<std::string>;

int arity_of(Helper helper) {
  if (helper == Helper::kNegate || helper == Helper::kAbs) return 1;
  return helper == Helper::kFma ? 3 : 2;
}

// What a scalar function returns, in terms of its operands and its type E. Sums are made in 64 bits, where they are defined for
// every operand and end with the same low bits.
Lines scalar_lines(Helpers& helpers, Helper helper, CppType type) {
  const bool is_signed = !is_unsigned(type.element);
  const std::string e = cpp_name(type);
  const auto wide = [](std::string_view operand) { return fmt::format("static_cast<uint64_t>({})", operand); };
  const auto narrowed = [&](const std::string& value) {
    return Lines{fmt::format("  return static_cast<{}>({});", e, value)};
  };
  const auto other = [&](Helper needed) { return helpers.function(needed, type); };
  switch (helper) {
    case Helper::kAdd: return narrowed(wide("a") + " + " + wide("b"));
    case Helper::kSub: return narrowed(wide("a") + " - " + wide("b"));
    case Helper::kMul: return narrowed(wide("a") + " * " + wide("b"));
    case Helper::kNegate: return narrowed("0 - " + wide("a"));
    case Helper::kFma: return narrowed(wide("a") + " * " + wide("b") + " + " + wide("c"));
    case Helper::kDiv:
      if (!is_signed) return narrowed("b == 0 ? 0 : a / b");
      return {"  if (b == 0) return 0;", fmt::format("  if (b == -1) return {}(a);", other(Helper::kNegate)),
              fmt::format("  return static_cast<{}>(a / b);", e)};
    case Helper::kFloorDiv:
      if (!is_signed) return narrowed("b == 0 ? 0 : a / b");
      return {fmt::format("  if (b == 0 || b == -1) return {}(a, b);", other(Helper::kDiv)),
              fmt::format("  return static_cast<{}>(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));", e)};
    case Helper::kCeilDiv:
      if (!is_signed) return narrowed("b == 0 ? 0 : a / b + (a % b != 0 ? 1 : 0)");
      return {fmt::format("  if (b == 0 || b == -1) return {}(a, b);", other(Helper::kDiv)),
              fmt::format("  return static_cast<{}>(a / b + (a % b != 0 && (a < 0) == (b < 0) ? 1 : 0));", e)};
    case Helper::kMod:
      if (!is_signed) return narrowed("b == 0 ? 0 : a % b");
      return {"  if (b == 0 || b == -1) return 0;", fmt::format("  const {} rest = static_cast<{}>(a % b);", e, e),
              fmt::format("  return static_cast<{}>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);", e)};
    case Helper::kPow:
      return {
          "  const int64_t base = static_cast<int64_t>(a);",
          "  int64_t exponent = static_cast<int64_t>(b);",
          "  if (exponent < 0) {",
          "    const int64_t sign = exponent % 2 != 0 ? -1 : 1;",
          fmt::format("    return static_cast<{}>(base == 1 ? 1 : base == -1 ? sign : 0);", e),
          "  }",
          "  uint64_t result = 1;",
          "  for (uint64_t factor = static_cast<uint64_t>(base); exponent != 0; exponent >>= 1, factor *= factor) {",
          "    if ((exponent & 1) != 0) result *= factor;",
          "  }",
          fmt::format("  return static_cast<{}>(result);", e)};
    case Helper::kShiftLeft: return narrowed(wide("b") + " < 64 ? " + wide("a") + " << b : 0");
    case Helper::kShiftRight:
      if (!is_signed) return narrowed(wide("b") + " < 64 ? " + wide("a") + " >> b : 0");
      return narrowed("static_cast<int64_t>(a) >> (" + wide("b") + " < 64 ? b : 63)");
    case Helper::kAbs:
      if (!is_signed) return {"  return a;"};
      return {fmt::format("  return a < 0 ? {}(a) : a;", other(Helper::kNegate))};
    case Helper::kMin: return {"  return a < b ? a : b;"};
    case Helper::kMax: return {"  return a > b ? a : b;"};
    case Helper::kLoad:
    case Helper::kStore:
    case Helper::kGather:
    case Helper::kScatter:
    case Helper::kSplat:
    case Helper::kRamp:
    case Helper::kSqrt:
    case Helper::kFloor:
    case Helper::kCeil:
    case Helper::kTruncate:
    case Helper::kRoundEven: break;
  }
  BURIN_ASSERT(false, "the helper is one of integers");
  return {};
}

// Sums of vectors wrap in unsigned lanes.
Lines vector_lines(Helpers& helpers, Helper helper, CppType type) {
  const std::string t = helpers.type(type);
  const std::string u = helpers.type(unsigned_of(type));
  const auto wrapped = [&](const std::string& value) { return Lines{fmt::format("  return ({})({});", t, value)}; };
  if (helper == Helper::kAdd) return wrapped(fmt::format("({0})a + ({0})b", u));
  if (helper == Helper::kSub) return wrapped(fmt::format("({0})a - ({0})b", u));
  if (helper == Helper::kMul) return wrapped(fmt::format("({0})a * ({0})b", u));
  if (helper == Helper::kNegate) return wrapped(fmt::format("{0}{{}} - ({0})a", u));
  if (helper == Helper::kFma) return wrapped(fmt::format("({0})a * ({0})b + ({0})c", u));
  if (helper == Helper::kMin) return {"  return a < b ? a : b;"};
  if (helper == Helper::kMax) return {"  return a > b ? a : b;"};
  if (helper != Helper::kAbs) return {};
  if (is_unsigned(type.element)) return {"  return a;"};
  return {fmt::format("  return a < {}{{}} ? {}(a) : a;", t, helpers.function(Helper::kNegate, type))};
}

}  // namespace

Lines integer_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name) {
  const Lines body = type.is_vector() ? vector_lines(helpers, helper, type) : scalar_lines(helpers, helper, type);
  if (body.empty()) return by_lane(helpers, helper, type, name, arity_of(helper));
  const std::vector<CppType> operands(static_cast<size_t>(arity_of(helper)), type);
  Lines lines = {signature(helpers, type, name, operands)};
  lines.insert(lines.end(), body.begin(), body.end());
  lines.emplace_back("}");
  return lines;
}

}  // namespace burin::codegen::cpp
