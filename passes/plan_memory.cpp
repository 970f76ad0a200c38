#include "passes/plan_memory.h"

#include <algorithm>
#include <numeric>

namespace burin::passes {

using namespace ir;

namespace {

std::optional<std::vector<int64_t>> sizes_of(const Module& module) {
  std::vector<int64_t> sizes;
  for (const ArenaBuffer& buffer : module.arena) {
    const std::optional<int64_t> bytes = constant_integer(buffer.bytes);
    if (!bytes) return std::nullopt;
    sizes.push_back((*bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment);
  }
  return sizes;
}

bool alive_together(const ArenaBuffer& a, const ArenaBuffer& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

void plan_memory(Module& module) {
  const std::optional<std::vector<int64_t>> sizes = sizes_of(module);
  if (!sizes) return;
  std::vector<size_t> order(module.arena.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return (*sizes)[a] > (*sizes)[b]; });
  std::vector<size_t> placed;  // by offset
  module.arena_bytes = 0;
  for (size_t at : order) {
    ArenaBuffer& buffer = module.arena[at];
    int64_t offset = 0;
    for (size_t other : placed) {
      if (!alive_together(buffer, module.arena[other])) continue;
      if (offset + (*sizes)[at] <= module.arena[other].offset) break;
      offset = std::max(offset, module.arena[other].offset + (*sizes)[other]);
    }
    buffer.offset = offset;
    const auto after = std::ranges::find_if(placed, [&](size_t other) { return module.arena[other].offset > offset; });
    placed.insert(after, at);
    module.arena_bytes = std::max(module.arena_bytes, offset + (*sizes)[at]);
  }
}

void unplan_memory(Module& module) {
  for (ArenaBuffer& buffer : module.arena) buffer.offset = -1;
  module.arena_bytes = 0;
}

}  // namespace burin::passes
