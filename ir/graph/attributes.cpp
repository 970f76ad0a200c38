#include "ir/graph/attributes.h"

#include <algorithm>

#include "ir/base/result.h"

namespace burin::ir {

void assert_same_schema(const AttributeSchema& held, const AttributeSchema& wanted) {
  BURIN_ASSERT(&held == &wanted, "an op's attributes have the struct that its row names");
}

std::optional<int64_t> out_of_range(const FieldInfo& field, const AttributeValue& value) {
  const auto outside = [&](int64_t number) { return number < field.low || number > field.high; };
  if (const auto* number = std::get_if<int64_t>(&value))
    return outside(*number) ? std::optional(*number) : std::nullopt;
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
    const auto found = std::ranges::find_if(*numbers, outside);
    return found != numbers->end() ? std::optional(*found) : std::nullopt;
  }
  return std::nullopt;
}

bool operator==(const Literal& a, const Literal& b) {
  return a.element == b.element && a.dims == b.dims && a.splat == b.splat && std::ranges::equal(a.bytes, b.bytes);
}

}  // namespace burin::ir
