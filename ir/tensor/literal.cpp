#include "ir/tensor/literal.h"

#include <cstring>

#include "ir/base/checked.h"
#include "ir/base/result.h"

namespace burin::ir {

int64_t Literal::element_count() const {
  const std::optional<int64_t> count = checked_product(dims);
  BURIN_ASSERT(count.has_value(), "whoever made the literal has checked its dimensions");
  return *count;
}

Literal make_literal(ElementType element, std::vector<int64_t> dims, std::vector<std::byte> bytes) {
  auto owned = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> view = *owned;
  return {element, std::move(dims), view, false, std::move(owned)};
}

Literal make_splat(ElementType element, std::vector<int64_t> dims, Scalar value) {
  std::vector<std::byte> bytes(static_cast<size_t>(size_of(element)));
  store_scalar(bytes.data(), element, value);
  Literal literal = make_literal(element, std::move(dims), std::move(bytes));
  literal.splat = true;
  return literal;
}

Literal make_i64_literal(std::span<const int64_t> values) {
  std::vector<std::byte> bytes(values.size_bytes());
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size_bytes());
  return make_literal(ElementType::kI64, {static_cast<int64_t>(values.size())}, std::move(bytes));
}

}  // namespace burin::ir
