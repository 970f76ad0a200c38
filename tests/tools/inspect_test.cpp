// `burin inspect` on files that are not loaded: archives, objects, libraries of other architectures, whole or broken.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

const std::string kDigits = source("tools/digits/digits.onnx");

void compile(const Scratch& folder, const std::vector<std::string>& flags) {
  std::vector<std::string> words = {"compile", kDigits, "-o", "."};
  words.insert(words.end(), flags.begin(), flags.end());
  const Finished made = run_burin(std::move(words), folder.path());
  ASSERT_EQ(made.exit_code, 0) << made.errors;
}

// The lines that every kind of file has, up to the targets.
const std::string kInterface =
    "digits, by burin 0.1.0\n"
    "inputs\n"
    "  image                    f32[N, 1, 8, 8]\n"
    "outputs\n"
    "  probabilities            f32[N, 10]\n"
    "symbols\n"
    "  N                        1 to 16777216\n"
    "targets\n";

TEST(Inspect, reads_files_of_other_architectures) {
  const Scratch scratch;
  compile(scratch, {"-t", "aarch64-linux-gnu"});
  compile(scratch, {"-t", "aarch64-linux-gnu", "--emit", "static-lib"});
  compile(scratch, {"-t", "aarch64-linux-gnu", "--emit", "object"});
  for (const char* file : {"libdigits.so", "libdigits.a", "digits.o"}) {
    const Finished said = run_burin({"inspect", file}, scratch.path());
    EXPECT_EQ(said.exit_code, 0) << said.errors;
    EXPECT_EQ(
        said.output.find(kInterface + "  aarch64-neon             not here\nweights    154880 bytes\ncode       "), 0u)
        << said.output;
    EXPECT_NE(said.output.find("\narena      known where aarch64 code runs\ndigest     "), std::string::npos);
  }
}

TEST(Inspect, reads_archives_and_objects_of_this_machine) {
  const Scratch scratch;
  compile(scratch, {"-t", "x86_64-v2", "--emit", "static-lib"});
  compile(scratch, {"-t", "x86_64-v2", "--emit", "cpp"});
  ASSERT_EQ(run_program({"g++", "-march=x86-64-v2", "-c", "digits.cpp"}, scratch.path()).exit_code, 0);
  for (const char* file : {"libdigits.a", "digits.o"}) {
    const Finished said = run_burin({"inspect", file}, scratch.path());
    EXPECT_EQ(said.output.find(kInterface + "  x86_64-v2                runs here\nweights    154880 bytes\n"), 0u)
        << said.output << said.errors;
  }
}

TEST(Inspect, says_the_same_as_a_library_that_is_loaded) {
  const Scratch scratch;
  compile(scratch, {"-t", "x86_64-v2"});
  compile(scratch, {"-t", "x86_64-v2", "--emit", "object"});
  std::string reports[2];
  const char* files[] = {"libdigits.so", "digits.o"};
  for (int i = 0; i < 2; ++i) {
    const Finished said = run_burin({"inspect", files[i], "--json", "-"}, scratch.path());
    ASSERT_EQ(said.exit_code, 0) << said.errors;
    auto json = nlohmann::json::parse(said.output);
    for (const char* loaded_only : {"target", "arena_bytes", "arena_lower_bound"}) json.erase(loaded_only);
    reports[i] = json.dump();
  }
  EXPECT_EQ(reports[0], reports[1]);
}

TEST(Inspect, lists_every_model_of_an_archive) {
  const Scratch scratch;
  for (const char* name : {"one", "two"}) compile(scratch, {"-t", "x86_64-v2", "--emit", "object", "--name", name});
  ASSERT_EQ(run_program({"ar", "rcs", "both.a", "one.o", "two.o"}, scratch.path()).exit_code, 0);
  const Finished said = run_burin({"inspect", "both.a", "--json", "-"}, scratch.path());
  ASSERT_EQ(said.exit_code, 0) << said.errors;
  const auto json = nlohmann::json::parse(said.output);
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["name"], "one");
  EXPECT_EQ(json[1]["name"], "two");
}

TEST(Inspect, refuses_what_it_cannot_answer) {
  const Scratch scratch;
  compile(scratch, {"-t", "aarch64-linux-gnu"});
  const Finished shaped = run_burin({"inspect", "libdigits.so", "--define_symbol", "N", "1"}, scratch.path());
  EXPECT_EQ(shaped.exit_code, 2);
  EXPECT_NE(shaped.errors.find("expected no shapes"), std::string::npos) << shaped.errors;
  scratch.write("none.a", "!<arch>\n");
  const Finished none = run_burin({"inspect", "none.a"}, scratch.path());
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(none.errors,
            "none.a: expected a library, an archive or an object that burin made, found a file without a model "
            "[library]\n");
}

}  // namespace
}  // namespace burin::tools
