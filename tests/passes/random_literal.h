// Seeded inputs for tests: the same bytes on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/base/checked.h"
#include "ir/tensor/literal.h"

namespace burin::testing {

// Floats in [-1, 1), integers in [0, 4), by a linear congruential generator (Knuth's MMIX constants).
inline ir::Literal random_literal(ir::ElementType element, std::vector<int64_t> dims, uint64_t seed) {
  uint64_t state = seed * 2862933555777941757ULL + 3037000493ULL;
  const auto next = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return state >> 33;
  };
  const int64_t count = *ir::checked_product(dims);
  const auto size = static_cast<size_t>(ir::size_of(element));
  std::vector<std::byte> bytes(static_cast<size_t>(count) * size);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    ir::Scalar value;
    if (ir::is_float(element)) {
      value = ir::round_number(static_cast<double>(next()) / (1U << 30) - 1.0, element);
    } else {
      value.integer = static_cast<int64_t>(next() % 4);
    }
    ir::store_scalar(bytes.data() + i * size, element, value);
  }
  return ir::make_literal(element, std::move(dims), std::move(bytes));
}

}  // namespace burin::testing
