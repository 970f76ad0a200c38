// Ops with regions. A region sees the values around it; what runs inside is decided while running.
#pragma once

#include <cstdint>
#include <tuple>

#include "ir/attributes.h"
#include "ir/op.h"

namespace burin::ir {

struct Scan {
  int64_t sequences = 1;  // how many of the last operands are walked along their first axis
  bool operator==(const Scan&) const = default;
  static constexpr auto fields = std::tuple{field("sequences", &Scan::sequences).at_least(0)};
};

extern const OpInfo kIf;
extern const OpInfo kLoop;
extern const OpInfo kScan;

// The most iterations of a loop whose count is data, where its results grow with it.
inline constexpr int64_t kMostIterations = int64_t{1} << 20;

}  // namespace burin::ir
