// The same model, flags and versions give the same bytes: from any folder, in any locale and time zone, on any number of
// processors, whatever was there before.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const std::string kDigits = source("tools/digits/digits.onnx");

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

std::vector<std::string> compile_command(const std::string& model, const std::string& folder,
                                         const std::vector<std::string>& way) {
  std::vector<std::string> words = {"compile", model, "-o", folder};
  words.insert(words.end(), way.begin(), way.end());
  return words;
}

// Another place, language, time, user's settings; one processor.
void elsewhere() {
  setenv("LC_ALL", "de_DE.UTF-8", 1);
  setenv("LANGUAGE", "de", 1);
  setenv("TZ", "Pacific/Kiritimati", 1);
  setenv("TMPDIR", "/dev/shm", 1);
  setenv("SOURCE_DATE_EPOCH", "1", 1);
  unsetenv("HOME");
  umask(077);
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof first, &first);
}

class SameBytes : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(SameBytes, wherever_the_model_is_compiled) {
  const Scratch one, two;
  fs::create_directories(two.path() / "a folder/with more in it");
  fs::copy(kDigits, two.path() / "a folder/digits.onnx");
  fs::create_directories(two.path() / "deep/out");
  two.write("deep/out/libdigits.so", "what was there before");
  const Finished here = run_burin(compile_command(kDigits, "out", GetParam()), one.path());
  ASSERT_EQ(here.exit_code, 0) << here.errors;
  const Finished there = run_burin(compile_command("../digits.onnx", "../../deep/out", GetParam()),
                                   two.path() / "a folder/with more in it", elsewhere);
  ASSERT_EQ(there.exit_code, 0) << there.errors;
  const auto expected = files_in(one.path() / "out");
  const auto found = files_in(two.path() / "deep/out");
  for (const auto& [name, text] : expected) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_TRUE(found.at(name) == text) << name;
  }
}

using Ways = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(Every, SameBytes,
                         testing::Values(Ways{"--emit", "lib"}, Ways{"--emit", "static-lib"}, Ways{"--emit", "object"},
                                         Ways{"--emit", "cpp"}, Ways{"--emit", "llvm-ir"}, Ways{"--emit", "graph"},
                                         Ways{"--emit", "nests"}, Ways{"--emit", "loops"},
                                         Ways{"--emit", "lib", "--toolchain", "gcc", "-t", "x86_64-v3"},
                                         Ways{"--emit", "static-lib", "--toolchain", "gcc", "-t", "x86_64-v3"},
                                         Ways{"--emit", "lib", "--toolchain", "clang", "-t", "x86_64-v3"},
                                         Ways{"--emit", "lib", "-t", "aarch64-linux-gnu"}),
                         [](const auto& way) {
                           std::string name;
                           for (const std::string& word : way.param) {
                             for (const char c : word.starts_with('-') ? "" : word + "_") name += isalnum(c) ? c : '_';
                           }
                           return name + std::to_string(way.index);
                         });

}  // namespace
}  // namespace burin::tools
