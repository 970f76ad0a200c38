// Nodes are values in a store, named by typed ids: passing an OpId where a ValueId belongs does not compile, a side table
// is a vector, and iteration order is creation order on every machine. References to what a store holds stay good when more
// is added.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace burin::ir {

template <class Tag>
struct Id {
  uint32_t index = UINT32_MAX;

  bool valid() const { return index != UINT32_MAX; }
  friend auto operator<=>(Id, Id) = default;
};

template <class IdType, class T>
class Store {
 public:
  IdType add(T item) {
    items_.push_back(std::move(item));
    return IdType{static_cast<uint32_t>(items_.size() - 1)};
  }
  T& operator[](IdType id) { return items_.at(id.index); }
  const T& operator[](IdType id) const { return items_.at(id.index); }
  size_t size() const { return items_.size(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::deque<T> items_;
};

}  // namespace burin::ir
