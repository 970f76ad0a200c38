#include "passes/pack_constant.h"

#include <cstring>

namespace burin::passes {

using namespace ir;

namespace {

// One physical dimension: its extent, and what a step of it adds to the logical position and to the logical index it is part of.
struct PhysicalDimension {
  int64_t extent;
  size_t logical;
  int64_t scale;  // of the logical index: the factor for a quotient, 1 otherwise
};

}  // namespace

Literal pack_constant(const Literal& logical, const Layout& layout) {
  if (layout.empty()) return logical;
  std::vector<int64_t> strides(logical.dims.size());
  int64_t stride = 1;
  for (size_t d = logical.dims.size(); d-- > 0; stride *= logical.dims[d]) strides[d] = stride;
  std::vector<PhysicalDimension> physical;
  std::vector<int64_t> dims;
  for (const LayoutDimension& dimension : layout) {
    const auto d = static_cast<size_t>(dimension.dimension);
    const int64_t whole = logical.dims[d];
    const bool quotient = dimension.part == LayoutPart::kQuotient;
    const int64_t extent = quotient ? (whole + dimension.factor - 1) / dimension.factor
                           : dimension.part == LayoutPart::kRemainder ? dimension.factor
                                                                      : whole;
    physical.push_back({extent, d, quotient ? dimension.factor : 1});
    dims.push_back(extent);
  }
  if (logical.splat) return make_splat(logical.element, dims, logical.at(0));
  const auto size = static_cast<size_t>(size_of(logical.element));
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  std::vector<std::byte> bytes(static_cast<size_t>(count) * size);
  std::vector<int64_t> at(physical.size(), 0);
  std::vector<int64_t> index(logical.dims.size(), 0);
  for (int64_t position = 0; position < count; ++position) {
    bool inside = true;
    int64_t from = 0;
    for (size_t d = 0; d < index.size(); ++d) {
      inside &= index[d] < logical.dims[d];
      from += index[d] * strides[d];
    }
    if (inside)
      std::memcpy(bytes.data() + static_cast<size_t>(position) * size,
                  logical.bytes.data() + static_cast<size_t>(from) * size, size);
    for (size_t p = physical.size(); p-- > 0;) {
      index[physical[p].logical] += physical[p].scale;
      if (++at[p] < physical[p].extent) break;
      index[physical[p].logical] -= physical[p].scale * physical[p].extent;
      at[p] = 0;
    }
  }
  return make_literal(logical.element, std::move(dims), std::move(bytes));
}

}  // namespace burin::passes
