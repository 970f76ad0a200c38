// Attributes of graph ops: a plain struct per op that names its fields once. Printer, parser, equality and the tests with
// hostile values walk that list.
//
//   struct Conv {
//     std::vector<int64_t> strides;
//     int64_t groups = 1;
//     bool operator==(const Conv&) const = default;
//     static constexpr auto fields = std::tuple{field("strides", &Conv::strides).at_least(1), field("groups", &Conv::groups).at_least(1)};
//   };
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "ir/base/element_type.h"
#include "ir/expr/expr.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

// A field's value, in the closed set of types a field may have.
using AttributeValue = std::variant<bool, int64_t, double, std::string, ElementType, std::vector<int64_t>,
                                    std::vector<double>, std::vector<Expr>, Literal>;

// A field of attribute struct `Owner`, with the range its integers (each element of a list) must lie in.
template <class Owner, class T>
struct Field {
  std::string_view name;
  T Owner::* member;
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;

  constexpr Field at_least(int64_t bound) const { return {name, member, bound, high}; }
  constexpr Field within(int64_t least, int64_t most) const { return {name, member, least, most}; }
};

template <class Owner, class T>
constexpr Field<Owner, T> field(std::string_view name, T Owner::* member) {
  return {name, member};
}

// A field seen without its struct's type.
struct FieldInfo {
  std::string_view name;
  int64_t low, high;
  AttributeValue (*get)(const void* attributes);
  bool (*set)(void* attributes, const AttributeValue& value);  // false when the value has another type
};

struct AttributeSchema {
  std::vector<FieldInfo> fields;
  std::shared_ptr<void> (*make)();
  std::shared_ptr<void> (*copy)(const void* attributes);
  bool (*equal)(const void* a, const void* b);
};

namespace detail {
// One pair of plain functions per field: the index into `fields` tells them apart.
template <class T, size_t I>
FieldInfo field_info() {
  constexpr auto entry = std::get<I>(T::fields);
  return {entry.name, entry.low, entry.high,
          [](const void* attributes) {
            return AttributeValue(static_cast<const T*>(attributes)->*(std::get<I>(T::fields).member));
          },
          [](void* attributes, const AttributeValue& value) {
            auto& member = static_cast<T*>(attributes)->*(std::get<I>(T::fields).member);
            const auto* held = std::get_if<std::remove_reference_t<decltype(member)>>(&value);
            if (held != nullptr) member = *held;
            return held != nullptr;
          }};
}

template <class T, size_t... I>
AttributeSchema make_schema(std::index_sequence<I...>) {
  return {{field_info<T, I>()...},
          [] { return std::shared_ptr<void>(std::make_shared<T>()); },
          [](const void* attributes) {
            return std::shared_ptr<void>(std::make_shared<T>(*static_cast<const T*>(attributes)));
          },
          [](const void* a, const void* b) { return *static_cast<const T*>(a) == *static_cast<const T*>(b); }};
}
}  // namespace detail

template <class T>
const AttributeSchema& schema_of() {
  static const AttributeSchema schema =
      detail::make_schema<T>(std::make_index_sequence<std::tuple_size_v<decltype(T::fields)>>());
  return schema;
}

struct NoAttributes {
  bool operator==(const NoAttributes&) const = default;
  static constexpr std::tuple<> fields{};
};

// The attributes of one op: a value of the struct its row names.
class Attributes {
 public:
  Attributes() : Attributes(NoAttributes{}) {}
  template <class T>
  explicit Attributes(T attributes) : schema_(&schema_of<T>()), held_(std::make_shared<T>(std::move(attributes))) {}
  Attributes(const AttributeSchema& schema, std::shared_ptr<const void> held)
      : schema_(&schema), held_(std::move(held)) {}

  const AttributeSchema& schema() const { return *schema_; }
  const void* get() const { return held_.get(); }
  template <class T>
  const T& as() const;
  friend bool operator==(const Attributes& a, const Attributes& b) {
    return a.schema_ == b.schema_ && a.schema_->equal(a.get(), b.get());
  }

 private:
  const AttributeSchema* schema_;
  std::shared_ptr<const void> held_;
};

void assert_same_schema(const AttributeSchema& held, const AttributeSchema& wanted);

template <class T>
const T& Attributes::as() const {
  assert_same_schema(*schema_, schema_of<T>());
  return *static_cast<const T*>(held_.get());
}

// The first integer of `value` outside the field's range; absent when all are inside.
std::optional<int64_t> out_of_range(const FieldInfo& field, const AttributeValue& value);

bool operator==(const Literal& a, const Literal& b);

}  // namespace burin::ir
