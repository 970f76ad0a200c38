// How far outputs are from what was expected, for people: maximum, mean and signal to noise. Not the verdict, which is that of
// tolerance.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ir/tensor/literal.h"

namespace burin::tools {

// Sums over the elements of an output that are finite on both sides, of one data set or several.
struct OutputError {
  std::string name;
  int64_t elements = 0;
  double largest = 0;  // |found - expected|
  double sum = 0;      // of |found - expected|
  double signal = 0;   // sum of expected^2
  double noise = 0;    // sum of (found - expected)^2

  double mean() const { return elements == 0 ? 0 : sum / static_cast<double>(elements); }
  // 10 log10(signal / noise) in dB; absent where there is no noise.
  std::optional<double> sqnr() const;
};

// Both have the same shape.
OutputError error_of(std::string name, const ir::Literal& expected, const ir::Literal& found);
// Adds the elements of `more`, of the same output.
void merge(OutputError& error, const OutputError& more);

inline constexpr std::string_view kNoError = "exact";
// "max error 5.96e-08, mean 1.2e-09, SQNR 150.3 dB", of the worst of each among the outputs; kNoError where all are equal.
std::string text_of(std::span<const OutputError> errors);

}  // namespace burin::tools
