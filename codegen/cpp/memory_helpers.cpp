// Loads, stores, splats and ramps. A bool is a byte of 0 or 1 in memory and a lane of 0 or -1 in a vector.
#include <fmt/format.h>

#include "codegen/cpp/helpers.h"
#include "ir/base/result.h"

namespace burin::codegen::cpp {
namespace {

using ir::ElementType;

using Lines = std::vector<std::string>;

std::string head_of(Helpers& helpers, std::string_view result, const std::string& name, CppType type,
                    std::string_view parameters) {
  helpers.type(type);
  return fmt::format("[[gnu::always_inline]] inline {} {}({}) {{", result, name, parameters);
}

// All lanes at once, or the bytes of those that there are.
std::string copied_bytes(CppType type, std::string_view whole) {
  if (storage_lanes(type.lanes) == type.lanes) return fmt::format("sizeof {}", whole);
  return std::to_string(type.lanes * lane_bytes(type));
}

Lines load(Helpers& helpers, CppType type, const std::string& name) {
  const std::string memory = memory_name(type.element);
  if (type.is_mask()) {
    const CppType bytes = type_of(ElementType::kU8, type.lanes);
    const std::string loaded = helpers.function(Helper::kLoad, bytes);
    return {head_of(helpers, helpers.type(type), name, type, "const uint8_t *from"),
            fmt::format("  return ({})({}(from) != {}{{}});", helpers.type(type), loaded, helpers.type(bytes)), "}"};
  }
  const bool whole = storage_lanes(type.lanes) == type.lanes;
  return {head_of(helpers, helpers.type(type), name, type, fmt::format("const {} *from", memory)),
          fmt::format("  {} result{};", helpers.type(type), whole ? "" : "{}"),
          fmt::format("  std::memcpy(&result, from, {});", copied_bytes(type, "result")), "  return result;", "}"};
}

Lines store(Helpers& helpers, CppType type, const std::string& name) {
  const std::string memory = memory_name(type.element);
  if (type.is_mask()) {
    const CppType bytes = type_of(ElementType::kU8, type.lanes);
    const std::string stored = helpers.function(Helper::kStore, bytes);
    const std::string one = constant(helpers, bytes, "1");
    return {head_of(helpers, "void", name, type, fmt::format("uint8_t *to, {} value", helpers.type(type))),
            fmt::format("  {}(to, ({})value & {});", stored, helpers.type(bytes), one), "}"};
  }
  return {head_of(helpers, "void", name, type, fmt::format("{} *to, {} value", memory, helpers.type(type))),
          fmt::format("  std::memcpy(to, &value, {});", copied_bytes(type, "value")), "}"};
}

Lines gather(Helpers& helpers, CppType type, const std::string& name) {
  const std::string index = helpers.type(type_of(ElementType::kI64, type.lanes));
  const std::string element = type.is_mask() ? "from[index[lane]] != 0 ? -1 : 0" : "from[index[lane]]";
  return {head_of(helpers, helpers.type(type), name, type,
                  fmt::format("const {} *from, {} index", memory_name(type.element), index)),
          fmt::format("  {} result{{}};", helpers.type(type)),
          fmt::format("  for (int lane = 0; lane < {}; ++lane) result[lane] = {};", type.lanes, element),
          "  return result;", "}"};
}

Lines scatter(Helpers& helpers, CppType type, const std::string& name) {
  const std::string index = helpers.type(type_of(ElementType::kI64, type.lanes));
  const std::string element = type.is_mask() ? "value[lane] != 0" : "value[lane]";
  return {head_of(helpers, "void", name, type,
                  fmt::format("{} *to, {} index, {} value", memory_name(type.element), index, helpers.type(type))),
          fmt::format("  for (int lane = 0; lane < {}; ++lane) to[index[lane]] = {};", type.lanes, element), "}"};
}

Lines splat(Helpers& helpers, CppType type, const std::string& name) {
  const std::string parameter = type.is_mask() ? "bool value" : cpp_name(scalar_of(type)) + " value";
  Lines lines = {head_of(helpers, helpers.type(type), name, type, parameter)};
  std::string_view element = "value";
  if (type.is_mask()) {
    lines.push_back(fmt::format("  const int{}_t lane = value ? -1 : 0;", 8 * type.mask_bytes));
    element = "lane";
  }
  std::string list;
  const int count = storage_lanes(type.lanes);
  for (int i = 0; i < count; ++i) {
    list += element;
    if (i + 1 < count) list += (i + 1) % 16 == 0 ? ",\n    " : ", ";
  }
  lines.push_back(fmt::format("  return {}{{{}}};", helpers.type(type), list));
  lines.emplace_back("}");
  return lines;
}

Lines ramp(Helpers& helpers, CppType type, const std::string& name) {
  const std::string scalar = cpp_name(scalar_of(type));
  std::string list;
  for (int i = 0; i < type.lanes; ++i) list += fmt::format("{}{}", i == 0 ? "" : ", ", i);
  const std::string splat = helpers.function(Helper::kSplat, type);
  const std::string product =
      fmt::format("{}({}(stride), {}{{{}}})", helpers.function(Helper::kMul, type), splat, helpers.type(type), list);
  return {head_of(helpers, helpers.type(type), name, type, fmt::format("{} base, {} stride", scalar, scalar)),
          fmt::format("  return {}({}(base), {});", helpers.function(Helper::kAdd, type), splat, product), "}"};
}

}  // namespace

Lines memory_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name) {
  BURIN_ASSERT(type.is_vector(), "memory and lane helpers are for vectors");
  if (helper == Helper::kLoad) return load(helpers, type, name);
  if (helper == Helper::kStore) return store(helpers, type, name);
  if (helper == Helper::kGather) return gather(helpers, type, name);
  if (helper == Helper::kScatter) return scatter(helpers, type, name);
  if (helper == Helper::kSplat) return splat(helpers, type, name);
  BURIN_ASSERT(helper == Helper::kRamp, "every helper of memory and lanes is written above");
  return ramp(helpers, type, name);
}

}  // namespace burin::codegen::cpp
