// ONNX's own backend cases, as bundled in ../shared/models/conformance, through `burin verify --suite`: nothing may fail,
// and a stated part must pass.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

struct Bundle {
  const char* file;
  const char* folder;
  double least_passed;  // part of all cases
};

class Conformance : public testing::TestWithParam<Bundle> {};

TEST_P(Conformance, nothing_fails) {
  const Bundle& bundle = GetParam();
  const fs::path archive = fs::path(BURIN_SOURCE_DIR) / "../shared/models/conformance" / bundle.file;
  if (!fs::exists(archive)) GTEST_SKIP() << "no " << archive.string() << ": conformance cases are not tested";
  const fs::path unpacked = fs::path(BURIN_CONFORMANCE_DIR);
  fs::create_directories(unpacked);
  const Finished untarred = run_program({"tar", "xzf", archive, "-C", unpacked});
  ASSERT_EQ(untarred.exit_code, 0) << untarred.errors;

  const Finished done = run_burin({"verify", "--suite", unpacked / bundle.folder, "-j", "2"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  for (size_t at = 0, end = 0; (end = done.output.find('\n', at)) != std::string::npos; at = end + 1) {
    if (done.output.compare(at, 5, "FAIL ") == 0) ADD_FAILURE() << done.output.substr(at, end - at);
  }
  int passed = 0, failed = 0, unsupported = 0;
  const size_t last = done.output.rfind('\n', done.output.size() - 2) + 1;
  ASSERT_EQ(
      std::sscanf(done.output.c_str() + last, "%d passed, %d failed, %d unsupported", &passed, &failed, &unsupported),
      3);
  EXPECT_GE(passed, bundle.least_passed * (passed + failed + unsupported));
  std::printf("%s: %d passed, %d failed, %d unsupported\n", bundle.folder, passed, failed, unsupported);
}

INSTANTIATE_TEST_SUITE_P(Bundles, Conformance,
                         testing::Values(Bundle{"onnx_node_v1.20_given.tar.gz", "onnx_node_v1.20", 0.6},
                                         Bundle{"onnx_pytorch_simple_v1.20_given.tar.gz", "onnx_pytorch_simple_v1.20",
                                                0.6}),
                         [](const auto& info) { return info.index == 0 ? "onnx_node" : "onnx_pytorch_simple"; });

}  // namespace
}  // namespace burin::tools
