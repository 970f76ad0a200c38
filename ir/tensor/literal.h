// Constant tensors. The bytes stay where they are (the mapped model file) or are owned; copying a Literal copies a reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/base/element_type.h"
#include "ir/expr/scalar.h"

namespace burin::ir {

struct Literal {
  ElementType element = ElementType::kF32;
  std::vector<int64_t> dims;
  // Little-endian, row-major, of any alignment: all elements, or a single one when `splat`.
  std::span<const std::byte> bytes;
  bool splat = false;
  std::shared_ptr<const void> owner;  // keeps `bytes` alive

  int64_t element_count() const;
  int64_t byte_count() const { return element_count() * size_of(element); }
  Scalar at(int64_t position) const {
    return load_scalar(bytes.data() + (splat ? 0 : position * size_of(element)), element);
  }
};

Literal make_literal(ElementType element, std::vector<int64_t> dims, std::vector<std::byte> bytes);
Literal make_splat(ElementType element, std::vector<int64_t> dims, Scalar value);
Literal make_i64_literal(std::span<const int64_t> values);  // one-dimensional

}  // namespace burin::ir
