#include "codegen/cpp/helpers.h"

#include <fmt/format.h>

#include "ir/base/result.h"

namespace burin::codegen::cpp {

using ir::ElementType;

namespace {

std::string_view word_of(Helper helper) {
  switch (helper) {
    case Helper::kLoad: return "load";
    case Helper::kStore: return "store";
    case Helper::kGather: return "gather";
    case Helper::kScatter: return "scatter";
    case Helper::kSplat: return "splat";
    case Helper::kRamp: return "ramp";
    case Helper::kAdd: return "add";
    case Helper::kSub: return "sub";
    case Helper::kMul: return "mul";
    case Helper::kNegate: return "negate";
    case Helper::kDiv: return "div";
    case Helper::kFloorDiv: return "floor_div";
    case Helper::kCeilDiv: return "ceil_div";
    case Helper::kMod: return "mod";
    case Helper::kPow: return "pow";
    case Helper::kShiftLeft: return "shift_left";
    case Helper::kShiftRight: return "shift_right";
    case Helper::kAbs: return "abs";
    case Helper::kMin: return "min";
    case Helper::kMax: return "max";
    case Helper::kFma: return "fma";
    case Helper::kSqrt: return "sqrt";
    case Helper::kFloor: return "floor";
    case Helper::kCeil: return "ceil";
    case Helper::kTruncate: return "truncate";
    case Helper::kRoundEven: return "round_even";
  }
  return "";
}

bool is_memory(Helper helper) { return helper <= Helper::kRamp; }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// "0, 1, 2, ..." as arguments of a shuffle.
std::string lane_numbers(int first, int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += fmt::format(", {}", first + i);
  return list;
}

}  // namespace

CppType unsigned_of(CppType type) {
  constexpr ElementType kByBytes[] = {ElementType::kU8, ElementType::kU16, ElementType::kU32, ElementType::kU64};
  const int bytes = lane_bytes(type);
  return {kByBytes[bytes == 8 ? 3 : bytes / 2], type.lanes, 0};
}

std::string constant(Helpers& helpers, CppType type, const std::string& literal) {
  if (!type.is_vector()) return literal;
  return helpers.function(Helper::kSplat, type) + "(" + literal + ")";
}

std::string signature(Helpers& helpers, CppType result, const std::string& name, std::span<const CppType> operands) {
  std::string text = fmt::format("[[gnu::always_inline]] inline {} {}(", helpers.type(result), name);
  char letter = 'a';
  for (CppType operand : operands) {
    text += fmt::format("{}{} {}", letter == 'a' ? "" : ", ", helpers.type(operand), letter);
    ++letter;
  }
  return text + ") {";
}

bool is_helper_name(std::string_view name) {
  for (const std::string_view middle : {"_from_", "_first_of_", "_last_of_", "bits_of_", "join_"}) {
    if (name.find(middle) != std::string_view::npos) return true;
  }
  for (int i = 0; i <= static_cast<int>(Helper::kRoundEven); ++i) {
    const std::string_view word = word_of(static_cast<Helper>(i));
    if (!name.starts_with(word) || !name.substr(word.size()).starts_with('_')) continue;
    if (is_type_name(name.substr(word.size() + 1))) return true;
  }
  return false;
}

void Helpers::define(const std::string& name, const std::function<std::vector<std::string>()>& write) {
  if (!known_.insert(name).second) return;
  std::string text = joined(write());
  functions_.push_back(std::move(text));
}

std::string Helpers::type(CppType type) {
  const std::string name = cpp_name(type);
  if (!type.is_vector() || !known_.insert(name).second) return name;
  types_.push_back(type_declaration(type));
  uses_wide_vectors_ |= storage_lanes(type.lanes) * lane_bytes(type) > isa_.vector_bytes;
  return name;
}

std::string Helpers::function(Helper helper, CppType type) {
  const std::string name = fmt::format("{}_{}", word_of(helper), short_name(type));
  define(name, [&] {
    if (is_memory(helper)) return memory_helper(*this, helper, type, name);
    if (is_float(type.element)) return float_helper(*this, helper, type, name);
    return integer_helper(*this, helper, type, name);
  });
  return name;
}

std::string Helpers::conversion(CppType to, CppType from) {
  const std::string name = fmt::format("{}_from_{}", short_name(to), short_name(from));
  define(name, [&] { return conversion_helper(*this, to, from, name); });
  return name;
}

std::string Helpers::bitcast(CppType to, CppType from) {
  const std::string name = fmt::format("bits_of_{}_as_{}", short_name(from), short_name(to));
  define(name, [&] {
    const CppType operands[] = {from};
    return std::vector<std::string>{signature(*this, to, name, operands), fmt::format("  {} result;", type(to)),
                                    "  std::memcpy(&result, &a, sizeof result);", "  return result;", "}"};
  });
  return name;
}

std::string Helpers::head(CppType to, CppType from) {
  const std::string name = fmt::format("{}_first_of_{}", short_name(to), short_name(from));
  define(name, [&] {
    const CppType operands[] = {from};
    return std::vector<std::string>{
        signature(*this, to, name, operands),
        fmt::format("  return __builtin_shufflevector(a, a{});", lane_numbers(0, storage_lanes(to.lanes))), "}"};
  });
  return name;
}

std::string Helpers::high_half(CppType from) {
  CppType to = from;
  to.lanes = storage_lanes(from.lanes) / 2;
  const std::string name = fmt::format("{}_last_of_{}", short_name(to), short_name(from));
  define(name, [&] {
    const CppType operands[] = {from};
    return std::vector<std::string>{
        signature(*this, to, name, operands),
        fmt::format("  return __builtin_shufflevector(a, a{});", lane_numbers(to.lanes, to.lanes)), "}"};
  });
  return name;
}

std::string Helpers::join(CppType to) {
  CppType half = to;
  half.lanes = storage_lanes(to.lanes) / 2;
  const std::string name = fmt::format("join_{}", short_name(to));
  define(name, [&] {
    const CppType operands[] = {half, half};
    return std::vector<std::string>{
        signature(*this, to, name, operands),
        fmt::format("  return __builtin_shufflevector(a, b{});", lane_numbers(0, storage_lanes(to.lanes))), "}"};
  });
  return name;
}

std::string Helpers::text() const {
  std::string text;
  for (const std::string& declaration : types_) text += declaration + "\n";
  for (const std::string& function : functions_) text += (text.empty() ? "" : "\n") + function;
  return text;
}

std::vector<std::string> by_lane(Helpers& helpers, Helper helper, CppType type, const std::string& name, int arity) {
  const std::vector<CppType> operands(static_cast<size_t>(arity), type);
  const std::string scalar = helpers.function(helper, scalar_of(type));
  const std::string arguments = arity == 1 ? "a[lane]" : arity == 2 ? "a[lane], b[lane]" : "a[lane], b[lane], c[lane]";
  return {signature(helpers, type, name, operands), fmt::format("  {} result{{}};", helpers.type(type)),
          fmt::format("  for (int lane = 0; lane < {}; ++lane) result[lane] = {}({});", type.lanes, scalar, arguments),
          "  return result;", "}"};
}

}  // namespace burin::codegen::cpp
