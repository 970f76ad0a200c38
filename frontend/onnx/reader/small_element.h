// ONNX's element types of less than 8 bits, and its floats of 8. burin has no tensors of them: it holds their values, exactly,
// in the next type that has them all (INT4 in i8, FLOAT8E5M2 in f16), one element a place. What makes such a value (a cast,
// a quantization) is imported as the arithmetic that leaves none but those.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ir/base/element_type.h"

namespace burin::frontend {

// What a float beyond the greatest becomes without saturation, and how the codes at the end are read.
enum class SmallFloat : uint8_t {
  kNone,       // an integer
  kInfinity,   // IEEE 754: the last exponent is infinity and NaN
  kNan,        // no infinity; the last code of each sign is NaN
  kUnsigned,   // no infinity and no negative zero, whose code is NaN
  kFinite,     // neither
  kPowerOfTwo  // 8 bits of exponent and nothing else; the last code is NaN
};

struct SmallElement {
  int32_t data_type;     // TensorProto.DataType
  int bits;              // in a file, where elements are packed from the lowest bit of a byte up
  ir::ElementType held;  // what burin has instead
  bool is_signed = false;
  SmallFloat kind = SmallFloat::kNone;
  int mantissa_bits = 0;
  int bias = 0;         // of the exponent
  double greatest = 0;  // finite
};

// Null for types that burin has itself, or not at all.
const SmallElement* small_element(int32_t data_type);

// The values of `count` packed elements, as elements of `small.held`. `packed` has at least packed_bytes(small, count).
std::vector<std::byte> unpack(const SmallElement& small, std::span<const std::byte> packed, int64_t count);
int64_t packed_bytes(const SmallElement& small, int64_t count);

}  // namespace burin::frontend
