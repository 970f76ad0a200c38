#include "codegen/weights.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "ir/checked.h"
#include "ir/result.h"

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

Key key_of(const ir::Literal& literal) {
  Key key{literal.byte_count(), literal.splat, 0};
  std::memcpy(&key.first, literal.bytes.data(), std::min(literal.bytes.size(), sizeof key.first));
  return key;
}

bool same_bytes(const ir::Literal& a, const ir::Literal& b) {
  if (a.splat && size_of(a.element) != size_of(b.element)) return false;
  if (a.bytes.size() != b.bytes.size()) return false;
  return a.bytes.data() == b.bytes.data() || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
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
        return same_bytes(layout.pieces[entry.second].literal, piece.literal);
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
