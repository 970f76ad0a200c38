// The burin executable on the example model: every subcommand, and exit codes.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>

#include "passes/pipeline.h"
#include "tests/frontend/hostile_bytes.h"
#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

const std::string kDigits = source("tools/digits/digits.onnx");
const std::string kDigitsData = source("tools/digits/test_data_set_0");

size_t entries_in(const fs::path& folder) {
  return fs::exists(folder) ? static_cast<size_t>(std::distance(fs::directory_iterator(folder), {})) : 0;
}

// Compiles the example model into `scratch`/out.
std::string compiled(const Scratch& scratch) {
  const Finished made = run_burin({"compile", kDigits, "-o", "out", "-t", "x86_64-v3"}, scratch.path());
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  return scratch.path() / "out/libdigits.so";
}

TEST(Burin, verifies_the_example_model_by_every_toolchain_of_its_own) {
  for (const char* toolchain : {"interpret", "llvm", "gcc"}) {
    const Finished done = run_burin({"verify", kDigits, "--data", kDigitsData, "--toolchain", toolchain});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(done.output.find("PASS digits: max error "), 0u) << done.output;
  }
}

TEST(Burin, made_the_page_of_operators) {
  std::ifstream file(source("docs/operators.md"));
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(page, run_burin({"ops", "--markdown"}).output)
      << "to make it anew: burin ops --markdown > docs/operators.md";
}

TEST(Burin, names_the_target_that_a_misspelled_one_may_be) {
  const Finished done = run_burin({"compile", kDigits, "-o", "out", "--target", "x86_64-v33"});
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_NE(done.errors.find("--target: expected one of "), std::string::npos) << done.errors;
  EXPECT_NE(done.errors.find("hint: did you mean \"x86_64-v3\"?"), std::string::npos) << done.errors;
}

TEST(Burin, verifies_layer_by_layer) {
  const Finished done = run_burin({"verify", kDigits, "--layers"});
  EXPECT_EQ(done.exit_code, 0) << done.errors << done.output;
  EXPECT_NE(done.output.find("0 of "), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("0 of 1 outputs differ"), std::string::npos) << done.output;
}

TEST(Burin, verifies_between_guard_pages) {
  for (const char* toolchain : {"llvm", "gcc"}) {
    const Finished done =
        run_burin({"verify", kDigits, "--data", kDigitsData, "--guard_pages", "--toolchain", toolchain});
    EXPECT_EQ(done.exit_code, 0) << done.errors << done.output;
    EXPECT_EQ(done.output.find("PASS digits: max error "), 0u) << done.output;
  }
  EXPECT_EQ(run_burin({"verify", kDigits, "--guard_pages", "--toolchain", "interpret"}).exit_code, 2);
}

TEST(Burin, fails_where_an_output_differs) {
  const Scratch scratch;
  fs::copy(kDigitsData, scratch.path() / "data");
  std::string expected = scratch.read("data/output_0.pb");
  expected[expected.size() - 2] = 'B';  // the exponent of the last element
  scratch.write("data/output_0.pb", expected);
  const Finished done = run_burin({"verify", kDigits, "--data", "data", "--json", "report.json"}, scratch.path());
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.output.find("FAIL digits: output \"probabilities\"["), 0u) << done.output;
  EXPECT_NE(done.output.find("differ (max error "), std::string::npos) << done.output;
  const auto report = nlohmann::json::parse(scratch.read("report.json"));
  EXPECT_EQ(report["failed"], 1);
  EXPECT_EQ(report["cases"][0]["outputs"][0]["name"], "probabilities");
  EXPECT_GT(report["cases"][0]["outputs"][0]["max_error"], 0);
}

TEST(Burin, runs_a_suite_to_its_end) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "good");
  fs::create_directories(scratch.path() / "broken");
  fs::copy(kDigits, scratch.path() / "good/model.onnx");
  fs::copy(kDigitsData, scratch.path() / "good/test_data_set_0");
  scratch.write("broken/model.onnx", "not a model");
  const Finished done = run_burin({"verify", "--suite", ".", "-j", "2"}, scratch.path());
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_EQ(done.output.find("FAIL broken: "), 0u) << done.output;
  EXPECT_NE(done.output.find("\nPASS good: max error "), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("\n1 passed, 1 failed, 0 unsupported\n"), std::string::npos) << done.output;
}

TEST(Burin, compiles_what_it_promises) {
  const Scratch scratch;
  const Finished made = run_burin({"compile", kDigits, "-o", "out", "--json", "report.json"}, scratch.path());
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  for (const char* name : {"libdigits.so", "digits.h", "burin.h", "digits_net.json", "example.c"}) {
    EXPECT_TRUE(fs::exists(scratch.path() / "out" / name)) << name;
  }
  EXPECT_EQ(entries_in(scratch.path() / "out"), 5u);
  EXPECT_EQ(nlohmann::json::parse(scratch.read("report.json"))["files"].size(), 5u);
  const auto net = nlohmann::json::parse(scratch.read("out/digits_net.json"));
  EXPECT_EQ(net["graph"]["tensors"]["probabilities"]["type"], 1);
  EXPECT_EQ(net["graph"]["tensors"]["image"]["data_type"], 562);
}

// The steps that --time names, in their order.
std::vector<std::string> timed_steps(const std::vector<std::string>& flags) {
  const Scratch scratch;
  std::vector<std::string> words{"compile", kDigits, "-o", "out", "--time"};
  words.insert(words.end(), flags.begin(), flags.end());
  const Finished made = run_burin(words, scratch.path());
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  std::vector<std::string> steps;
  std::istringstream lines(made.errors);
  for (std::string line; std::getline(lines, line);) {
    if (const size_t at = line.find(" ms  "); at != std::string::npos) steps.push_back(line.substr(at + 5));
  }
  return steps;
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Burin, says_how_long_each_step_took) {
  const auto names = [](std::span<const passes::Step> steps) {
    std::vector<std::string> list;
    for (const passes::Step& step : steps) list.emplace_back(step.name);
    return list;
  };
  using enum passes::FormKind;
  const std::vector<std::string> graph = std::vector<std::string>{"import"} + names(passes::passes_of(kGraph));
  const std::vector<std::string> nests = names(passes::steps_between(kGraph, kNests));
  const std::vector<std::string> loops = names(passes::steps_between(kGraph, kLoops));
  const std::vector<std::string> code{"generate-code", "link"};
  EXPECT_EQ(timed_steps({"-t", "x86_64-v3", "--emit", "nests"}), graph + nests);
  EXPECT_EQ(timed_steps({"-t", "x86_64-v3", "--emit", "loops"}), graph + loops);
  EXPECT_EQ(timed_steps({"-t", "x86_64-v3"}), graph + loops + code);
  // Variants are compiled side by side, and told of one after the other.
  EXPECT_EQ(timed_steps({}), graph + loops + loops + code);
}

TEST(Burin, makes_the_same_bytes_of_variants_side_by_side_and_one_by_one) {
  const Scratch scratch;
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", "together"}, scratch.path()).exit_code, 0);
  // Looking in between, the compiler lowers one variant after the other.
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", "apart", "--print-ir-after", "import"}, scratch.path()).exit_code, 0);
  EXPECT_EQ(scratch.read("together/libdigits.so"), scratch.read("apart/libdigits.so"));
}

TEST(Burin, header_is_also_cpp) {
  const Scratch scratch;
  ASSERT_EQ(run_burin({"compile", kDigits, "-o", "."}, scratch.path()).exit_code, 0);
  scratch.write("use.cpp", "#include \"digits.h\"\nint main() { return digits_api() == nullptr; }\n");
  const Finished built =
      run_program({"c++", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "use.cpp"}, scratch.path());
  EXPECT_EQ(built.exit_code, 0) << built.errors;
}

TEST(Burin, runs_a_library_and_a_model_on_lists) {
  const Scratch scratch;
  const std::string library = compiled(scratch);
  scratch.write("list.txt",
                source("tools/digits/pictures/3.raw") + "\nimage:=" + source("tools/digits/pictures/7.raw") + "\n");
  for (const std::string& subject : {library, kDigits}) {
    const Finished ran = run_burin(
        {"run", subject, "--input_dim", "image", "1,1,8,8", "--input_list", "list.txt", "--output_dir", "results"},
        scratch.path());
    ASSERT_EQ(ran.exit_code, 0) << ran.errors;
    EXPECT_EQ(fs::file_size(scratch.path() / "results/Result_0/probabilities.raw"), 40u);
    EXPECT_EQ(fs::file_size(scratch.path() / "results/Result_1/probabilities.raw"), 40u);
    EXPECT_NE(scratch.read("results/execution_metadata.yaml").find("inferences_completed: 2"), std::string::npos);
  }
  const Finished native = run_burin({"run", library, "--define_symbol", "N", "1", "--input_list", "list.txt",
                                     "--output_dir", "native", "--use_native_input_files", "--use_native_output_files"},
                                    scratch.path());
  ASSERT_EQ(native.exit_code, 0) << native.errors;
  EXPECT_EQ(scratch.read("native/Result_1/probabilities_native.raw"),
            scratch.read("results/Result_1/probabilities.raw"));
}

TEST(Burin, refuses_inputs_of_the_wrong_size_and_writes_nothing) {
  const Scratch scratch;
  const std::string library = compiled(scratch);
  scratch.write("short.raw", "abc");
  scratch.write("list.txt", "short.raw\n");
  const Finished ran = run_burin(
      {"run", library, "--input_dim", "image", "1,1,8,8", "--input_list", "list.txt", "--output_dir", "results"},
      scratch.path());
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.errors.find("expected 256 bytes (f32[1,1,8,8]), found 3"), std::string::npos) << ran.errors;
  EXPECT_EQ(entries_in(scratch.path() / "results"), 0u);
}

TEST(Burin, asks_for_symbols_in_words_to_paste) {
  const Scratch scratch;
  const Finished ran = run_burin({"bench", compiled(scratch)});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.errors.find("hint: --define_symbol "), std::string::npos) << ran.errors;
}

TEST(Burin, measures_and_describes) {
  const Scratch scratch;
  const std::string library = compiled(scratch);
  const Finished measured =
      run_burin({"bench", library, "--input_dim", "image", "2,1,8,8", "--seconds", "0.02", "--json", "bench.json"},
                scratch.path());
  ASSERT_EQ(measured.exit_code, 0) << measured.errors;
  EXPECT_GT(nlohmann::json::parse(scratch.read("bench.json"))["median_ms"], 0);
  const Finished described = run_burin({"inspect", library, "--input_dim", "image", "2,1,8,8", "--json"});
  ASSERT_EQ(described.exit_code, 0) << described.errors;
  const auto json = nlohmann::json::parse(described.output);
  EXPECT_EQ(json["inputs"][0]["name"], "image");
  EXPECT_EQ(json["targets"][0]["name"], "x86_64-v3");
  EXPECT_EQ(json["digest"].get<std::string>().size(), 32u);
  EXPECT_LE(json["arena_lower_bound"], json["arena_bytes"]);
}

TEST(Burin, ends_with_the_exit_code_of_what_is_at_fault) {
  const Scratch scratch;
  scratch.write("bad.onnx", "\x08\x07not a model");
  EXPECT_EQ(run_burin({"--version"}).exit_code, 0);
  EXPECT_EQ(run_burin({"compile", "bad.onnx", "-o", "out"}, scratch.path()).exit_code, 1);
  EXPECT_EQ(run_burin({"compile", "missing.onnx", "-o", "out"}, scratch.path()).exit_code, 1);
  EXPECT_EQ(run_burin({"compile", kDigits, "--frobnicate"}).exit_code, 2);
  EXPECT_EQ(run_burin({"compile", kDigits}).exit_code, 2);
  EXPECT_EQ(run_burin({"compile", kDigits, "-o", "out", "-t", "vax"}, scratch.path()).exit_code, 2);
  EXPECT_EQ(run_burin({"run", "bad.onnx", "--input_list", "x", "--output_dir", "y"}, scratch.path()).exit_code, 1);
  EXPECT_EQ(run_burin({"compile", kDigits, "-o", "/proc/burin"}).exit_code, 3);
  EXPECT_EQ(run_burin({"ops"}, ".", [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); }).exit_code, 3);
  EXPECT_EQ(entries_in(scratch.path() / "out"), 0u);
}

TEST(Burin, verifies_another_machine_under_its_emulator) {
  const Scratch scratch;
  const Finished built =
      run_program({"aarch64-linux-gnu-gcc", "-O1", "-I", source(""), source("examples/run_model.c"), "-o", "run_model"},
                  scratch.path());
  if (built.exit_code == 127 || run_program({"qemu-aarch64", "--version"}).exit_code != 0) {
    GTEST_SKIP() << "no qemu-aarch64 and compiler for it: aarch64 is not tested";
  }
  ASSERT_EQ(built.exit_code, 0) << built.errors;
  const std::string emulator = "qemu-aarch64 -L /usr/aarch64-linux-gnu " + (scratch.path() / "run_model").string();
  const Finished done = run_burin({"verify", kDigits, "-t", "aarch64-linux-gnu", "--emulator", emulator});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(done.output.find("PASS digits: max error "), 0u) << done.output;
}

TEST(Burin, knows_the_least_arena_of_fixed_shapes) {
  const Finished described = run_burin({"inspect", kDigits, "--input_dim", "image", "1,1,8,8", "--json"});
  ASSERT_EQ(described.exit_code, 0) << described.errors;
  const auto json = nlohmann::json::parse(described.output);
  EXPECT_GT(json["arena_lower_bound"], 0);
  EXPECT_LE(json["arena_lower_bound"], json["arena_bytes"]);
}

TEST(Burin, prints_the_page_of_its_flags) {
  std::ifstream file(source("docs/tools.md"), std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_TRUE(run_burin({"--help-markdown"}).output == page) << "made by: burin --help-markdown > docs/tools.md";
}

TEST(Burin, prefixes_faults_with_the_file) {
  const Scratch scratch;
  scratch.write("bad.onnx", "\x08\x07not a model");
  const Finished made = run_burin({"compile", "bad.onnx", "-o", "out"}, scratch.path());
  EXPECT_EQ(made.errors.find("bad.onnx: "), 0u) << made.errors;
  EXPECT_EQ(made.output, "");
}

TEST(Burin, dry_run_compiles_nothing) {
  const Finished done = run_burin({"compile", kDigits, "--dry_run"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_NE(done.output.find("0 unsupported features"), std::string::npos) << done.output;
}

// An index below n is inside z's m elements where prepare finds both equal: a check that is made, but no proof.
TEST(Burin, opt_takes_the_reads_of_a_model_as_compile_does) {
  const Scratch scratch;
  scratch.write("dot.onnx", frontend::of_two_symbols("MatMul"));
  const Finished done = run_burin({"opt", "dot.onnx", "--passes=lower-graph"}, scratch.path());
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(done.output.find("program @dot("), 0U) << done.output;
  const Finished asked = run_burin({"opt", "dot.onnx", "--passes=lower-graph", "--reads=proven"}, scratch.path());
  EXPECT_EQ(asked.exit_code, 1) << asked.output;
  EXPECT_NE(asked.errors.find("[read-outside]"), std::string::npos) << asked.errors;
}

TEST(Burin, passes_keep_the_example_model_right) {
  const Finished done = run_burin({"verify", kDigits, "--verify-each", "--check-passes", "--toolchain", "interpret"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
}

TEST(Burin, prints_every_form) {
  for (const char* emit : {"graph", "nests", "loops", "llvm-ir"}) {
    const Finished done = run_burin({"compile", kDigits, "--emit", emit, "-t", "x86_64-v3"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_GT(done.output.size(), 1000u) << emit;
  }
}

}  // namespace
}  // namespace burin::tools
