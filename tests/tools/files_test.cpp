// Output files, data sets, timings: the parts of the driver that are no subcommand.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/tools/scratch.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/commands/bench.h"
#include "tools/burin/commands/suite.h"
#include "tools/burin/data/data_set.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

size_t entries_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(OutputFiles, appear_when_they_are_published) {
  const Scratch scratch;
  {
    auto files = OutputFiles::in(scratch.path() / "made");
    ASSERT_TRUE(files);
    ASSERT_TRUE(files->add("a.txt", "one"));
    ASSERT_TRUE(files->add("below/b.txt", "two"));
    EXPECT_FALSE(fs::exists(scratch.path() / "made/a.txt"));
    ASSERT_TRUE(files->publish());
  }
  EXPECT_EQ(scratch.read("made/a.txt"), "one");
  EXPECT_EQ(scratch.read("made/below/b.txt"), "two");
  EXPECT_EQ(entries_in(scratch.path() / "made"), 2u);
}

TEST(OutputFiles, leave_nothing_when_they_are_not_published) {
  const Scratch scratch;
  scratch.write("a.txt", "old");
  {
    auto files = OutputFiles::in(scratch.path());
    ASSERT_TRUE(files);
    ASSERT_TRUE(files->add("a.txt", "new"));
  }
  EXPECT_EQ(scratch.read("a.txt"), "old");
  EXPECT_EQ(entries_in(scratch.path()), 1u);
}

TEST(OutputFiles, take_folders_with_them_that_they_made_for_nothing) {
  const Scratch scratch;
  {
    ASSERT_TRUE(OutputFiles::in(scratch.path() / "a/b/"));
  }
  EXPECT_EQ(entries_in(scratch.path()), 0u);
  fs::create_directory(scratch.path() / "a");
  {
    ASSERT_TRUE(OutputFiles::in(scratch.path() / "a/b"));
  }
  EXPECT_TRUE(fs::exists(scratch.path() / "a"));
  EXPECT_EQ(entries_in(scratch.path() / "a"), 0u);
}

TEST(OutputFiles, replace_none_where_one_is_a_folder) {
  const Scratch scratch;
  scratch.write("a.txt", "old");
  fs::create_directory(scratch.path() / "b.txt");
  auto files = OutputFiles::in(scratch.path());
  ASSERT_TRUE(files);
  ASSERT_TRUE(files->add("a.txt", "new"));
  ASSERT_TRUE(files->add("b.txt", "new"));
  const ir::Status status = files->publish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.faults()[0].fault, ir::Fault::kEnvironment);
  EXPECT_EQ(scratch.read("a.txt"), "old");
}

TEST(OutputFiles, cannot_be_made_below_a_file) {
  const Scratch scratch;
  scratch.write("file", "");
  const auto files = OutputFiles::in(scratch.path() / "file");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.faults()[0].fault, ir::Fault::kEnvironment);
}

TEST(DataSets, are_found_in_the_order_of_their_numbers) {
  const Scratch scratch;
  for (const char* name : {"test_data_set_10", "test_data_set_2", "test_data_set_x", "other"}) {
    fs::create_directory(scratch.path() / name);
  }
  const std::vector<fs::path> found = data_sets_in(scratch.path());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].filename(), "test_data_set_2");
  EXPECT_EQ(found[1].filename(), "test_data_set_10");
}

TEST(DataSets, names_win_over_positions) {
  const auto named = [](const char* name) { return NamedTensor{name, {}, ""}; };
  const auto signature = [](const char* name) {
    TensorDescription tensor;
    tensor.name = name;
    return tensor;
  };
  const std::vector<TensorDescription> signatures = {signature("a"), signature("b")};
  EXPECT_EQ(match_names(std::vector{named("b"), named("a")}, signatures), (std::vector<int>{1, 0}));
  EXPECT_EQ(match_names(std::vector{named("x"), named("y")}, signatures), (std::vector<int>{0, 1}));
  EXPECT_EQ(match_names(std::vector{named("b")}, signatures), (std::vector<int>{-1, 0}));
  EXPECT_EQ(match_names(std::vector{named("b"), named("a"), named("c")}, signatures), (std::vector<int>{1, 0}));
}

TEST(Suite, finds_folders_with_a_model) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "b/deep");
  fs::create_directories(scratch.path() / "a/test_data_set_0");
  fs::create_directories(scratch.path() / "none");
  scratch.write("b/deep/model.onnx", "");
  scratch.write("a/model.onnx", "");
  const auto cases = find_cases(scratch.path());
  ASSERT_TRUE(cases);
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_EQ((*cases)[0].name, "a");
  EXPECT_EQ((*cases)[0].data.size(), 1u);
  EXPECT_EQ((*cases)[1].name, "b/deep");
  EXPECT_FALSE(find_cases(scratch.path() / "none"));
  EXPECT_FALSE(find_cases(scratch.path() / "missing"));
}

TEST(Timing, percentiles_are_samples) {
  std::vector<double> samples;
  for (int i = 100; i >= 1; --i) samples.push_back(i);
  const Timing timing = timing_of(samples);
  EXPECT_EQ(timing.min, 1);
  EXPECT_EQ(timing.median, 50);
  EXPECT_EQ(timing.p95, 95);
  EXPECT_EQ(timing.p99, 99);
  EXPECT_EQ(timing.mean, 50.5);
  EXPECT_EQ(timing_of({3}).p99, 3);
}

}  // namespace
}  // namespace burin::tools
