// The required models by the other emitter and for the other architecture: C++ by g++ here, without a warning, and both
// emitters for aarch64 under qemu. LLVM here is what models_test.cpp does.
#include <algorithm>
#include <cstdlib>

#include "tests/models/shared_models.h"
#include "tests/paths.h"

namespace burin::tools {
namespace {

// A minute and more under qemu: 5 to 20 G multiplications. They are tests with the label `long`.
constexpr std::string_view kSlow[] = {"audio/dnsmos_bak_ovr", "vision_classification/light_vgg19",
                                      "vision_enhance/agllnet_256x256", "vision_enhance/style_candy_legacy"};

bool is_slow(const Model& model) { return std::ranges::find(kSlow, model.name) != std::end(kSlow); }

std::vector<Model> required_models(bool (*is_chosen)(const Model&)) {
  std::vector<Model> models = models_with_data();
  std::erase_if(models, [&](const Model& model) { return !is_required(model) || !is_chosen(model); });
  return models;
}

// Compilers by the names that targets know, for which a warning is an error.
class StrictCompilers {
 public:
  StrictCompilers() {
    for (const char* name : {"g++", "aarch64-linux-gnu-g++"}) {
      folder_.write(
          name, std::string("#!/bin/sh\nPATH=${PATH#*:} exec ") + name + " \"$@\" -Wall -Wextra -Wpedantic -Werror\n");
      std::filesystem::permissions(folder_.path() / name, std::filesystem::perms::owner_all);
    }
  }
  // For the child process: makes it find these first.
  std::function<void()> use() const {
    return [path = folder_.path().string() + ":" + std::getenv("PATH")] { setenv("PATH", path.c_str(), 1); };
  }

 private:
  Scratch folder_;
};

void expect_right(const Model& model, const std::vector<std::string>& flags) {
  const StrictCompilers compilers;
  const Finished done = verify(model, flags, compilers.use());
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
}

class Emitted : public testing::TestWithParam<Model> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Emitted);

TEST_P(Emitted, as_cpp_is_right_and_compiles_without_warnings) { expect_right(GetParam(), {"--toolchain", "gcc"}); }

INSTANTIATE_TEST_SUITE_P(Shared, Emitted, testing::ValuesIn(required_models([](const Model&) { return true; })),
                         [](const auto& info) { return test_name(info.param); });

class Emulated : public testing::TestWithParam<Model> {
 protected:
  void SetUp() override {
    const Finished compiled = run_program({"aarch64-linux-gnu-gcc", "-O1", "-I" + test::source_dir(),
                                           source("examples/run_model.c"), "-o", folder_.path() / "run_model"});
    const bool has_qemu = run_program({"qemu-aarch64", "--version"}).exit_code == 0;
    if (compiled.exit_code == 127 || !has_qemu) GTEST_SKIP() << "needs aarch64-linux-gnu-gcc and qemu-aarch64";
    ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
  }

  void expect_right_by(const std::string& toolchain) const {
    expect_right(GetParam(), {"-t", "aarch64-linux-gnu", "--toolchain", toolchain, "--emulator",
                              "qemu-aarch64 -L /usr/aarch64-linux-gnu " + (folder_.path() / "run_model").string()});
  }

 private:
  Scratch folder_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Emulated);

TEST_P(Emulated, by_llvm_is_right) { expect_right_by("llvm"); }
TEST_P(Emulated, as_cpp_is_right_and_compiles_without_warnings) { expect_right_by("gcc"); }

INSTANTIATE_TEST_SUITE_P(Shared, Emulated,
                         testing::ValuesIn(required_models([](const Model& model) { return !is_slow(model); })),
                         [](const auto& info) { return test_name(info.param); });
INSTANTIATE_TEST_SUITE_P(Long, Emulated, testing::ValuesIn(required_models(is_slow)),
                         [](const auto& info) { return test_name(info.param); });

}  // namespace
}  // namespace burin::tools
