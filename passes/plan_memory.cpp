#include "passes/plan_memory.h"

#include <algorithm>
#include <bit>
#include <map>
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

// Bytes of the arena, as ranges that neither overlap nor touch. What is packed densely is one range, however many buffers it is.
class Ranges {
 public:
  void add(int64_t begin, int64_t end) {
    if (begin == end) return;
    auto next = ranges_.upper_bound(begin);
    if (next != ranges_.begin() && std::prev(next)->second >= begin) {
      --next;
      begin = next->first;
    }
    while (next != ranges_.end() && next->first <= end) {
      end = std::max(end, next->second);
      next = ranges_.erase(next);
    }
    ranges_.emplace(begin, end);
  }

  // The end of a range that meets [at, at + bytes); `at` when none does.
  int64_t end_of_conflict(int64_t at, int64_t bytes) const {
    const auto next = ranges_.lower_bound(at + bytes);
    if (next == ranges_.begin()) return at;
    return std::max(at, std::prev(next)->second);
  }

 private:
  std::map<int64_t, int64_t> ranges_;  // begin to end
};

// Which bytes are taken at which steps: a binary tree over the steps, whose node i has the halves 2 i and 2 i + 1. An interval of
// steps is the union of a few nodes, those that it covers whole.
class Occupancy {
 public:
  explicit Occupancy(int steps)
      : leaves_(std::bit_ceil(static_cast<size_t>(std::max(steps, 1)))), nodes_(2 * leaves_) {}

  void take(const ArenaBuffer& life, int64_t begin, int64_t end) {
    visit(life, 1, 0, leaves_, [&](Node& node, bool is_covered) {
      (is_covered ? node.whole : node.part).add(begin, end);
      return true;
    });
  }

  // The lowest offset at which `bytes` are free during all of `life`.
  int64_t lowest_free(const ArenaBuffer& life, int64_t bytes) {
    // Taken at some step of the interval: above a node that it covers, what covers that one; at and below it, anything.
    std::vector<const Ranges*> taken;
    visit(life, 1, 0, leaves_, [&](Node& node, bool is_covered) {
      taken.push_back(&node.whole);
      if (is_covered) taken.push_back(&node.part);
      return true;
    });
    int64_t at = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (const Ranges* ranges : taken) {
        const int64_t end = ranges->end_of_conflict(at, bytes);
        moved |= end > at;
        at = end;
      }
    }
    return at;
  }

 private:
  struct Node {
    Ranges whole;  // of buffers alive at all the node's steps, but not at all of its parent's
    Ranges part;   // of buffers that are `whole` somewhere below
  };

  // The nodes from the root to those that `life` covers.
  template <class Visitor>
  void visit(const ArenaBuffer& life, size_t at, size_t first, size_t steps, const Visitor& visitor) {
    const auto begin = static_cast<size_t>(life.first);
    const auto last = static_cast<size_t>(life.last);
    if (last < first || begin >= first + steps) return;
    const bool is_covered = begin <= first && first + steps - 1 <= last;
    visitor(nodes_[at], is_covered);
    if (is_covered) return;
    visit(life, 2 * at, first, steps / 2, visitor);
    visit(life, 2 * at + 1, first + steps / 2, steps / 2, visitor);
  }

  size_t leaves_;
  std::vector<Node> nodes_;
};

}  // namespace

void plan_memory(Module& module) {
  const std::optional<std::vector<int64_t>> sizes = sizes_of(module);
  if (!sizes) return;
  std::vector<size_t> order(module.arena.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return (*sizes)[a] > (*sizes)[b]; });
  int steps = 0;
  for (const ArenaBuffer& buffer : module.arena) steps = std::max(steps, buffer.last + 1);
  Occupancy occupancy(steps);
  module.arena_bytes = 0;
  for (size_t at : order) {
    ArenaBuffer& buffer = module.arena[at];
    const int64_t bytes = (*sizes)[at];
    buffer.offset = occupancy.lowest_free(buffer, bytes);
    occupancy.take(buffer, buffer.offset, buffer.offset + bytes);
    module.arena_bytes = std::max(module.arena_bytes, buffer.offset + bytes);
  }
}

void unplan_memory(Module& module) {
  for (ArenaBuffer& buffer : module.arena) buffer.offset = -1;
  module.arena_bytes = 0;
}

}  // namespace burin::passes
