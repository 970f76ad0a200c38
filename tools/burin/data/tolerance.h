// How far an output may be from the expected one, per element type, and why. This is the only place that knows.
#pragma once

#include <cstdint>
#include <string>

#include "ir/base/element_type.h"
#include "ir/tensor/literal.h"

namespace burin::tools {

// What the expected values are worth: those of whole models come from ONNX Runtime or the model's authors; those of ONNX's
// conformance cases from numpy, compared by their own runner with looser bounds.
enum class Standard : uint8_t { kModel, kConformance };

// |found - expected| <= absolute + of_largest * max|expected| + of_value * |expected|, the maximum over the finite
// elements of the whole output. All zero: equal to the bit, but for NaN, which equals every NaN, and -0, which equals 0.
struct Tolerance {
  double absolute = 0;
  double of_largest = 0;
  double of_value = 0;
};

Tolerance tolerance_of(ir::ElementType element, Standard standard);

// Quantization flips. A sum that rounds the other way may move a quantized value to its neighbor, with no fault of anyone. So
// the outputs of a model that quantizes are taken for equal, and called flipped, when
//   - every element that differs does by one quantum: 1 for integers of 8 and 16 bits; for floats, whose values must then all
//     be multiples of one number (as a DequantizeLinear makes them), that number;
//   - at most one element in 100 differs; of integers, one in any case.
// Outputs of other types, and of models that do not quantize, never flip; neither do conformance cases.
inline constexpr double kFlippedPart = 0.01;

struct Comparison {
  int64_t elements = 0;
  int64_t differing = 0;
  bool are_flips = false;  // every element that differs, by the rule above
  double worst = 0;        // the largest difference, in units of what is allowed there; 0 where all is exact
  std::string text;  // "[3,5]: expected 1.0, found 2.0, 12 of 60 differ": the first that differs; empty when none does
};

// Element type and shape are compared exactly. Floats may be off by `noise` more: three times what settings of the runtime that
// computed the expected values differ by among themselves, where that exceeds the tolerance.
// Flips are told apart from other differences where the model `quantizes`.
Comparison compare(const ir::Literal& expected, const ir::Literal& found, Standard standard, double noise = 0,
                   bool quantizes = false);

// Of two runs of one library: equal to the bit, any NaN being like any other.
Comparison compare_bits(const ir::Literal& before, const ir::Literal& now);

}  // namespace burin::tools
