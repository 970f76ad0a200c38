// Where an element of a tensor lies: one physical dimension each, outermost first, that takes a logical dimension whole, or
// its quotient or remainder by `factor`. Empty means row-major as given. A remainder's dimension has `factor` places, so a
// logical dimension that `factor` does not divide is padded. A dimension taken whole may have `padding` places behind it that
// nothing reads or writes.
#pragma once

#include <cstdint>
#include <vector>

namespace burin::ir {

enum class LayoutPart : uint8_t { kWhole, kQuotient, kRemainder };
struct LayoutDimension {
  int dimension;
  LayoutPart part = LayoutPart::kWhole;
  int64_t factor = 1;
  int64_t padding = 0;
  bool operator==(const LayoutDimension&) const = default;
};
using Layout = std::vector<LayoutDimension>;

}  // namespace burin::ir
