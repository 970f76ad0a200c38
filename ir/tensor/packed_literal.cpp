#include "ir/tensor/packed_literal.h"

#include <algorithm>
#include <cstring>

#include "ir/base/checked.h"
#include "ir/base/result.h"

namespace burin::ir {
namespace {

int64_t extent_of(const LayoutDimension& dimension, int64_t whole) {
  switch (dimension.part) {
    case LayoutPart::kWhole: return whole + dimension.padding;
    case LayoutPart::kQuotient: return ceil_div(whole, dimension.factor);
    case LayoutPart::kRemainder: return dimension.factor;
  }
  return whole;
}

template <class Word>
void copy_strided(const std::byte* from, int64_t stride, int64_t count, std::byte* to) {
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(to + i * int64_t{sizeof(Word)}, from + i * stride * int64_t{sizeof(Word)}, sizeof(Word));
  }
}

// `count` elements that lie `stride` elements apart.
void copy_elements(const std::byte* from, int64_t stride, int64_t count, int size, std::byte* to) {
  switch (size) {
    case 1: return copy_strided<uint8_t>(from, stride, count, to);
    case 2: return copy_strided<uint16_t>(from, stride, count, to);
    case 4: return copy_strided<uint32_t>(from, stride, count, to);
    default: return copy_strided<uint64_t>(from, stride, count, to);
  }
}

}  // namespace

std::vector<int64_t> PackedLiteral::dims() const {
  if (layout.empty()) return logical.dims;
  std::vector<int64_t> extents;
  for (const LayoutDimension& part : layout) {
    extents.push_back(extent_of(part, logical.dims[static_cast<size_t>(part.dimension)]));
  }
  return extents;
}

int64_t PackedLiteral::byte_count() const {
  if (layout.empty()) return logical.byte_count();
  const std::optional<int64_t> count = checked_product(dims());
  const std::optional<int64_t> bytes = count ? checked_mul(*count, size_of(logical.element)) : std::nullopt;
  BURIN_ASSERT(bytes.has_value(), "constants are padded by less than a panel");
  return *bytes;
}

PackedReader::PackedReader(const PackedLiteral& literal)
    : logical_(literal.logical), strides_(logical_.dims.size(), 1), index_(logical_.dims.size(), 0) {
  BURIN_ASSERT(!literal.layout.empty() && !logical_.splat, "other literals are read as they lie");
  for (size_t d = strides_.size(); d-- > 1;) strides_[d - 1] = strides_[d] * logical_.dims[d];
  for (const LayoutDimension& part : literal.layout) {
    const auto d = static_cast<size_t>(part.dimension);
    outer_.push_back({extent_of(part, logical_.dims[d]), d, part.part == LayoutPart::kQuotient ? part.factor : 1});
    is_at_end_ |= outer_.back().extent == 0;
  }
  row_ = outer_.back();
  outer_.pop_back();
  at_.resize(outer_.size(), 0);
}

// How many of the row's next `most` places are elements, and not padding. Padding comes last.
int64_t PackedReader::inside_of_row(int64_t most) const {
  for (size_t d = 0; d < index_.size(); ++d) {
    if (d != row_.logical && index_[d] >= logical_.dims[d]) return 0;
  }
  const int64_t left = logical_.dims[row_.logical] - index_[row_.logical] - at_in_row_ * row_.scale;
  return std::clamp<int64_t>(ceil_div(left, row_.scale), 0, most);
}

void PackedReader::next_row() {
  at_in_row_ = 0;
  for (size_t p = outer_.size(); p-- > 0;) {
    index_[outer_[p].logical] += outer_[p].scale;
    if (++at_[p] < outer_[p].extent) return;
    index_[outer_[p].logical] -= outer_[p].scale * outer_[p].extent;
    at_[p] = 0;
  }
  is_at_end_ = true;
}

size_t PackedReader::read(std::span<std::byte> to) {
  const int size = size_of(logical_.element);
  const int64_t stride = row_.scale * strides_[row_.logical];
  const auto room = static_cast<int64_t>(to.size()) / size;
  int64_t written = 0;
  while (written < room && !is_at_end_) {
    const int64_t count = std::min(room - written, row_.extent - at_in_row_);
    const int64_t inside = inside_of_row(count);
    int64_t from = at_in_row_ * stride;
    for (size_t d = 0; d < index_.size(); ++d) from += index_[d] * strides_[d];
    std::byte* place = to.data() + written * size;
    if (inside > 0) copy_elements(logical_.bytes.data() + from * size, stride, inside, size, place);
    std::memset(place + inside * size, 0, static_cast<size_t>((count - inside) * size));
    written += count;
    at_in_row_ += count;
    if (at_in_row_ == row_.extent) next_row();
  }
  return static_cast<size_t>(written * size);
}

Literal repacked(const PackedLiteral& literal) {
  if (literal.layout.empty()) return literal.logical;
  if (literal.logical.splat) return make_splat(literal.logical.element, literal.dims(), literal.logical.at(0));
  std::vector<std::byte> bytes(static_cast<size_t>(literal.byte_count()));
  PackedReader(literal).read(bytes);
  return make_literal(literal.logical.element, literal.dims(), std::move(bytes));
}

}  // namespace burin::ir
