// The run-time planner on random lives and sizes, and the pieces of the runtime that the interface does not show.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "runtime/context.h"
#include "tests/runtime/tiny_models.h"

namespace burin::runtime_test {
namespace {

struct Plan {
  burin_status status = BURIN_OK;
  size_t arena_bytes = 0;
  std::vector<int64_t> offsets;
};

Plan plan(const std::vector<burin_interval>& lives, const std::vector<int64_t>& bytes) {
  Plan out;
  out.offsets.resize(lives.size());
  std::vector<int32_t> order(lives.size());
  out.status = burin_rt_plan(static_cast<int32_t>(lives.size()), lives.data(), bytes.data(), out.offsets.data(),
                             order.data(), &out.arena_bytes);
  return out;
}

TEST(Plan, buffers_alive_together_never_overlap) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const size_t n = random() % 60;
    std::vector<burin_interval> lives(n);
    std::vector<int64_t> bytes(n);
    for (size_t i = 0; i < n; ++i) {
      lives[i].first = static_cast<int32_t>(random() % 40);
      lives[i].last = lives[i].first + static_cast<int32_t>(random() % 10) - 1;  // sometimes never alive
      bytes[i] = random() % 4 == 0 ? static_cast<int64_t>(random() % 3) : static_cast<int64_t>(random() % 5000);
    }
    const Plan made = plan(lives, bytes);
    ASSERT_EQ(made.status, BURIN_OK);
    EXPECT_EQ(made.arena_bytes % 64, 0u);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(made.offsets[i] % 64, 0);
      EXPECT_GE(made.offsets[i], 0);
      if (lives[i].first > lives[i].last || bytes[i] == 0) continue;
      EXPECT_LE(static_cast<size_t>(made.offsets[i] + bytes[i]), made.arena_bytes);
      for (size_t j = 0; j < i; ++j) {
        const bool meet = lives[i].first <= lives[j].last && lives[j].first <= lives[i].last;
        if (!meet || lives[j].first > lives[j].last) continue;
        EXPECT_TRUE(made.offsets[i] + bytes[i] <= made.offsets[j] || made.offsets[j] + bytes[j] <= made.offsets[i])
            << i << " and " << j;
      }
    }
    EXPECT_EQ(plan(lives, bytes).offsets, made.offsets) << "the same plan every time";
  }
}

TEST(Plan, reuses_memory_of_the_dead) {
  EXPECT_EQ(plan({{0, 1}, {2, 3}, {4, 5}}, {1000, 1000, 1000}).arena_bytes, 1024u);
  EXPECT_EQ(plan({{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {64, 64, 64, 64}).arena_bytes, 128u);
  EXPECT_EQ(plan({{0, 9}, {0, 4}, {5, 9}}, {64, 640, 576}).offsets, (std::vector<int64_t>{640, 0, 0}));
}

TEST(Plan, nothing_needs_nothing) {
  EXPECT_EQ(plan({}, {}).arena_bytes, 0u);
  EXPECT_EQ(plan({{0, 0}}, {0}).arena_bytes, 0u);
  EXPECT_EQ(plan({{3, 2}}, {100}).arena_bytes, 0u);
}

TEST(Plan, reports_what_cannot_be_addressed) {
  EXPECT_EQ(plan({{0, 0}}, {-1}).status, BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(plan({{0, 0}}, {INT64_MAX}).status, BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(plan({{0, 0}, {0, 0}, {0, 0}}, {INT64_MAX / 2, INT64_MAX / 2, 64}).status, BURIN_ARENA_TOO_LARGE);
  EXPECT_EQ(plan({{0, 0}, {1, 1}}, {INT64_MAX - 1000, INT64_MAX - 1000}).status, BURIN_OK);
}

TEST(CpuFeatures, levels_include_the_lower_ones) {
  const uint64_t found = burin_rt_cpu_features();
#if defined(__x86_64__)
  EXPECT_TRUE(!(found & BURIN_CPU_X86_64_V4) || (found & BURIN_CPU_X86_64_V3));
  EXPECT_TRUE(!(found & BURIN_CPU_X86_64_V3) || (found & BURIN_CPU_X86_64_V2));
  EXPECT_EQ((found & BURIN_CPU_X86_64_V3) != 0, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  EXPECT_EQ((found & BURIN_CPU_X86_64_V4) != 0, __builtin_cpu_supports("avx512bw") != 0);
  EXPECT_EQ((found & BURIN_CPU_X86_64_AVX512_VNNI) != 0, __builtin_cpu_supports("avx512vnni") != 0);
  EXPECT_EQ((found & BURIN_CPU_X86_64_AVX512_BF16) != 0, __builtin_cpu_supports("avx512bf16") != 0);
#else
  EXPECT_NE(found, 0u);
#endif
}

TEST(CpuFeatures, the_best_variant_is_the_first_that_fits) {
  burin_variant variants[3] = {};
  variants[0].cpu_features = 7;
  variants[1].cpu_features = 3;
  variants[2].cpu_features = 1;
  burin_model_data data = kStaticModel;
  data.variants = variants;
  data.n_variants = 3;
  EXPECT_EQ(burin_rt_best_variant(&data, 7), &variants[0]);
  EXPECT_EQ(burin_rt_best_variant(&data, 15), &variants[0]);
  EXPECT_EQ(burin_rt_best_variant(&data, 3), &variants[1]);
  EXPECT_EQ(burin_rt_best_variant(&data, 5), &variants[2]);
  EXPECT_EQ(burin_rt_best_variant(&data, 0), nullptr);
}

#if defined(__x86_64__)
TEST(CpuFeatures, says_what_an_old_cpu_lacks) {
  burin_variant variants[2] = {kStaticModel.variants[1], kStaticModel.variants[1]};
  variants[0].target = "x86_64-v4";
  variants[0].cpu_features = BURIN_CPU_X86_64_V2 | BURIN_CPU_X86_64_V3 | BURIN_CPU_X86_64_V4;
  variants[1].target = "x86_64-v3";
  variants[1].cpu_features = BURIN_CPU_X86_64_V2 | BURIN_CPU_X86_64_V3;
  burin_model_data data = kStaticModel;
  data.variants = variants;
  Session session(data);
  session.context->cpu_features = BURIN_CPU_X86_64_V2;
  EXPECT_EQ(session.prepare({}), BURIN_CPU_LACKS_FEATURE);
  EXPECT_EQ(session.error(), "target \"x86_64-v3\" needs avx2, this CPU has sse4.2");
}
#endif

TEST(ErrorText, writes_words_and_numbers) {
  Session session(kEmptyModel);
  const burin_word words[] = {burin_text("a%b"), burin_number(INT64_MIN), burin_number(0), burin_number(-17)};
  EXPECT_EQ(burin_rt_fail(session.context, BURIN_CHECK_FAILED, "<%> % % %", words), BURIN_CHECK_FAILED);
  EXPECT_EQ(session.error(), "<a%b> -9223372036854775808 0 -17");
}

TEST(Tensor, element_sizes_are_known) {
  const int64_t expected[] = {0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 0};
  for (int32_t type = 0; type < 15; ++type) EXPECT_EQ(burin_rt_element_bytes(type), expected[type]) << type;
}

}  // namespace
}  // namespace burin::runtime_test
