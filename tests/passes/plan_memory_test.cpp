// Offsets in the arena: each buffer, largest first, at the lowest place that is free while it is alive.
#include "passes/plan_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace burin::passes {
namespace {

using namespace ir;

struct Life {
  int64_t bytes;
  int first, last;
};

Module module_of(const std::vector<Life>& lives) {
  Module module;
  for (const Life& life : lives)
    module.arena.push_back({"b", module.pool->integer(life.bytes), life.first, life.last, -1});
  return module;
}

std::vector<int64_t> planned(const std::vector<Life>& lives) {
  Module module = module_of(lives);
  plan_memory(module);
  std::vector<int64_t> offsets;
  for (const ArenaBuffer& buffer : module.arena) offsets.push_back(buffer.offset);
  return offsets;
}

int64_t aligned(int64_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

// The definition: every multiple of the alignment is tried against every placed buffer.
std::vector<int64_t> by_definition(const std::vector<Life>& lives) {
  std::vector<size_t> order(lives.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return aligned(lives[i].bytes); });
  std::vector<int64_t> offsets(lives.size(), -1);
  for (size_t at : order) {
    const auto is_free = [&](int64_t offset) {
      for (size_t other = 0; other < lives.size(); ++other) {
        const bool meets = lives[at].first <= lives[other].last && lives[other].first <= lives[at].last;
        if (offsets[other] < 0 || !meets) continue;
        if (offset < offsets[other] + aligned(lives[other].bytes) && offsets[other] < offset + aligned(lives[at].bytes))
          return false;
      }
      return true;
    };
    int64_t offset = 0;
    while (!is_free(offset)) offset += kArenaAlignment;
    offsets[at] = offset;
  }
  return offsets;
}

TEST(PlanMemory, buffers_alive_together_are_apart_and_others_share) {
  EXPECT_EQ(planned({{64, 0, 1}, {64, 1, 2}, {64, 2, 3}}), (std::vector<int64_t>{0, 64, 0}));
}

TEST(PlanMemory, fills_gaps) {
  EXPECT_EQ(planned({{640, 0, 0}, {320, 0, 9}, {128, 1, 3}, {64, 1, 3}}), (std::vector<int64_t>{0, 640, 0, 128}));
}

TEST(PlanMemory, leaves_symbolic_sizes_to_prepare) {
  Module module = module_of({{64, 0, 1}});
  module.arena[0].bytes = module.pool->variable(module.pool->declare({"N", kIndex, 1, 9, {}}));
  plan_memory(module);
  EXPECT_EQ(module.arena[0].offset, -1);
}

TEST(PlanMemory, is_the_method_as_defined_on_random_lives) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const int steps = 1 + static_cast<int>(random() % 40);
    std::vector<Life> lives;
    for (uint32_t n = random() % 30; n-- > 0;) {
      const int first = static_cast<int>(random() % static_cast<uint32_t>(steps));
      const int length = random() % 4 == 0 ? steps : static_cast<int>(random() % 4);
      lives.push_back({static_cast<int64_t>(random() % 5) * 50, first, std::min(first + length, steps - 1)});
    }
    EXPECT_EQ(planned(lives), by_definition(lives)) << "round " << round;
  }
}

// With a step per pair of buffers this would be 5 * 10^9 steps.
TEST(PlanMemory, takes_many_buffers_that_are_all_alive) {
  std::vector<Life> lives;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) lives.push_back({64, i, 2 * kCount - i});
  const std::vector<int64_t> offsets = planned(lives);
  EXPECT_EQ(offsets[0], 0);
  EXPECT_EQ(offsets[kCount - 1], int64_t{64} * (kCount - 1));
}

}  // namespace
}  // namespace burin::passes
