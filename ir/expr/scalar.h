// What every opcode computes on one element: the arithmetic that constant folding and the interpreters share.
#pragma once

#include <span>

#include "ir/expr/opcode.h"

namespace burin::ir {

// One element of any type: `integer` for integers (extended to 64 bits by their sign) and bool (0 or 1), `number` for
// floats, holding exactly a value of the element's own precision.
union Scalar {
  int64_t integer = 0;
  double number;
};

// Brings an arbitrary 64-bit integer or double into the range or precision of `type`.
Scalar wrap_integer(int64_t value, ElementType type);
Scalar round_number(double value, ElementType type);

// The cast of burin: float to integer truncates and saturates (NaN gives 0), to bool compares with zero, between integers wraps.
Scalar convert(Scalar value, ElementType from, ElementType to);
Scalar reinterpret(Scalar value, ElementType from, ElementType to);

// Applies an arithmetic opcode (kAdd .. kCast, not leaves, reads or lane operations). `in` is the type of the first operand
// (of the second for kSelect), `out` the result's. Transcendental functions are computed in double and rounded once.
Scalar apply(Opcode opcode, ElementType in, ElementType out, std::span<const Scalar> operands);

// Reads and writes one element in memory, at any alignment.
Scalar load_scalar(const std::byte* at, ElementType type);
void store_scalar(std::byte* at, ElementType type, Scalar value);

}  // namespace burin::ir
