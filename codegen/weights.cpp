#include "codegen/weights.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "ir/base/checked.h"
#include "ir/base/result.h"

namespace burin::codegen {
namespace {

constexpr int64_t kAlignment = 64;

// The first bytes of a literal tell most different ones apart before all of them are compared.
struct Key {
  int64_t bytes;
  bool splat;
  uint64_t first;
  friend auto operator<=>(const Key&, const Key&) = default;
};

Key key_of(const ir::PackedLiteral& literal) {
  const ir::Literal& logical = literal.logical;
  Key key{literal.byte_count(), logical.splat, 0};
  std::memcpy(&key.first, logical.bytes.data(), std::min(logical.bytes.size(), sizeof key.first));
  return key;
}

bool same_bytes(const ir::Literal& a, const ir::Literal& b) {
  if (a.bytes.size() != b.bytes.size()) return false;
  return a.bytes.data() == b.bytes.data() || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

// Whether the two are stored as the same bytes, as far as that shows without packing them. Their keys are equal.
bool same_when_packed(const ir::PackedLiteral& a, const ir::PackedLiteral& b) {
  const bool as_given = a.logical.splat || (a.layout.empty() && b.layout.empty());
  const bool same_order = as_given || (a.layout == b.layout && a.logical.dims == b.logical.dims);
  return same_order && same_bytes(a.logical, b.logical);
}

}  // namespace

WeightsLayout lay_out_weights(std::span<const ir::Module* const> modules) {
  WeightsLayout layout;
  std::multimap<Key, size_t> known;  // positions in layout.pieces
  for (const ir::Module* module : modules) {
    ConstantPlaces& places = layout.places.emplace_back();
    for (const ir::ConstantPiece& piece : module->constants) {
      const Key key = key_of(piece.literal);
      const auto [first, last] = known.equal_range(key);
      const auto found = std::find_if(first, last, [&](const auto& entry) {
        return same_when_packed(layout.pieces[entry.second].literal, piece.literal);
      });
      if (found != last) {
        places.emplace_back(piece.offset, layout.pieces[found->second].offset);
        continue;
      }
      const std::optional<int64_t> end = ir::checked_add(layout.bytes, key.bytes + kAlignment - 1);
      BURIN_ASSERT(end.has_value(), "constants that are in memory have a size that fits");
      known.emplace(key, layout.pieces.size());
      places.emplace_back(piece.offset, layout.bytes);
      layout.pieces.push_back({layout.bytes, piece.literal});
      layout.bytes = *end / kAlignment * kAlignment;
    }
    std::ranges::sort(places);
  }
  return layout;
}

}  // namespace burin::codegen
