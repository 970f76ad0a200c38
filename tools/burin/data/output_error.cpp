#include "tools/burin/data/output_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace burin::tools {

std::optional<double> OutputError::sqnr() const {
  if (noise == 0) return std::nullopt;
  return 10 * std::log10(signal / noise);
}

OutputError error_of(std::string name, const ir::Literal& expected, const ir::Literal& found) {
  OutputError error;
  error.name = std::move(name);
  const auto number = [&](const ir::Literal& literal, int64_t i) {
    const ir::Scalar value = literal.at(i);
    if (ir::is_float(literal.element)) return value.number;
    return ir::is_unsigned(literal.element) ? static_cast<double>(static_cast<uint64_t>(value.integer))
                                            : static_cast<double>(value.integer);
  };
  for (int64_t i = 0, n = expected.element_count(); i < n; ++i) {
    const double e = number(expected, i), difference = std::fabs(number(found, i) - e);
    if (!std::isfinite(e) || !std::isfinite(difference)) continue;
    ++error.elements;
    error.largest = std::max(error.largest, difference);
    error.sum += difference;
    error.signal += e * e;
    error.noise += difference * difference;
  }
  return error;
}

void merge(OutputError& error, const OutputError& more) {
  error.elements += more.elements;
  error.largest = std::max(error.largest, more.largest);
  error.sum += more.sum;
  error.signal += more.signal;
  error.noise += more.noise;
}

std::string text_of(std::span<const OutputError> errors) {
  double largest = 0, mean = 0;
  std::optional<double> sqnr;
  for (const OutputError& error : errors) {
    largest = std::max(largest, error.largest);
    mean = std::max(mean, error.mean());
    if (const auto own = error.sqnr(); own && (!sqnr || *own < *sqnr)) sqnr = own;
  }
  if (!sqnr) return std::string(kNoError);
  return fmt::format("max error {:.3g}, mean {:.3g}, SQNR {:.1f} dB", largest, mean, *sqnr);
}

}  // namespace burin::tools
