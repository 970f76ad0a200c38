// Where an element of a tensor lies: one physical dimension each, outermost first, that takes a logical dimension whole, or
// its quotient or remainder by `factor`. Empty means row-major as given. A remainder's dimension has `factor` places, so a
// logical dimension that `factor` does not divide is padded.
#pragma once

#include <cstdint>
#include <vector>

namespace burin::ir {

enum class LayoutPart : uint8_t { kWhole, kQuotient, kRemainder };
struct LayoutDimension {
  int dimension;
  LayoutPart part = LayoutPart::kWhole;
  int64_t factor = 1;
  bool operator==(const LayoutDimension&) const = default;
};
using Layout = std::vector<LayoutDimension>;

}  // namespace burin::ir
