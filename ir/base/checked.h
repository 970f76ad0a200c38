// Arithmetic on sizes that comes from outside. Nothing else multiplies dimensions: a product that does not fit an int64_t
// is an absent value here, and the caller turns it into a diagnostic.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace burin::ir {

inline std::optional<int64_t> checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional(sum);
}

inline std::optional<int64_t> checked_sub(int64_t a, int64_t b) {
  int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? std::nullopt : std::optional(difference);
}

inline std::optional<int64_t> checked_mul(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::nullopt : std::optional(product);
}

// Product of `factors`; absent when a factor is negative or the product does not fit. The empty product is 1, and a zero
// anywhere makes it 0 even where the others would overflow.
inline std::optional<int64_t> checked_product(std::span<const int64_t> factors) {
  int64_t product = 1;
  bool overflows = false;
  bool has_zero = false;
  for (int64_t factor : factors) {
    if (factor < 0) return std::nullopt;
    has_zero |= factor == 0;
    overflows |= __builtin_mul_overflow(product, factor, &product);
  }
  if (has_zero) return 0;
  return overflows ? std::nullopt : std::optional(product);
}

// Division that rounds toward minus infinity, and the remainder that goes with it (same sign as `b`). `b` is not 0, and
// (INT64_MIN, -1) is not asked for.
inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0); }
inline int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }
inline int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0 && (a % b < 0) == (b < 0) ? 1 : 0); }

}  // namespace burin::ir
