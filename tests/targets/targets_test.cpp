#include "targets/targets.h"
#include "targets/host_features.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace burin::targets {
namespace {

TEST(Targets, rows_are_found_by_name) {
  for (const Target& row : all_targets()) EXPECT_EQ(target_named(row.name)->triple, row.triple);
  EXPECT_FALSE(target_named("z80"));
}

TEST(Targets, a_platform_is_its_variants_best_first) {
  const std::vector<Target> fat = targets_of("x86_64-linux-gnu");
  ASSERT_EQ(fat.size(), 2u);
  EXPECT_EQ(fat[0].name, "x86_64-v4");
  EXPECT_EQ(fat[1].name, "x86_64-v3");
  EXPECT_EQ(targets_of("aarch64-linux-gnu").size(), 1u);
  EXPECT_TRUE(targets_of("z80").empty());
}

TEST(Targets, every_listed_name_means_something) {
  for (const std::string& name : target_names()) {
    if (name == "native") continue;
    EXPECT_FALSE(targets_of(name).empty()) << name;
  }
}

TEST(Targets, native_is_a_row_this_machine_runs) {
  const std::optional<Target> native = native_target();
  if (!native) GTEST_SKIP() << "no row for this architecture";
  EXPECT_EQ(native->name, "native");
  const auto rows = all_targets();
  const auto row = std::ranges::find_if(rows, [&](const Target& each) {
    return each.cpu == native->cpu && each.runtime_features == native->runtime_features;
  });
  ASSERT_NE(row, rows.end());
  EXPECT_EQ(row->runtime_features & ~host_features()->features, 0U);
}

}  // namespace
}  // namespace burin::targets
