// Runs every tests/**/*.test. The first line says how: `// burin opt FLAGS`. Cases are divided by `// ---`; a case is its
// input and then, on lines behind `// =>`, the output or the diagnostics. `// => (unchanged)` says that the output is the input
// without its comments. With `--explain` among the flags the reasons that passes gave come first, as `explain: ` lines.
//
// Each output is also parsed back, as it stands and simplified, and must print the same again, and the last pass finds nothing
// more to do in it. With BURIN_BLESS=1 in the environment the expectations are rewritten instead of compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ir/expr/rules.h"
#include "tests/paths.h"
#include "tools/burin/command_line/command_line.h"
#include "tools/burin/commands/opt_command.h"
#include "tools/burin/compile/opt.h"

namespace burin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCommand = "// burin opt";
constexpr std::string_view kDivider = "// ---";
constexpr std::string_view kExpected = "// =>";
constexpr std::string_view kUnchanged = "(unchanged)";

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

struct Case {
  Lines input;
  Lines expected;
};

struct TestFile {
  std::string command;  // the first line
  std::vector<std::string> flags;
  bool explains = false;
  std::vector<Case> cases;
};

TestFile read_test(const fs::path& path) {
  std::ifstream stream(path);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  TestFile file;
  for (const std::string& line : lines_of(text)) {
    if (file.command.empty()) {
      file.command = line;
      std::istringstream words(line.starts_with(kCommand) ? line.substr(kCommand.size()) : "");
      for (std::string word; words >> word;) file.flags.push_back(word);
      file.explains = std::erase(file.flags, "--explain") > 0;
      file.cases.emplace_back();
    } else if (line == kDivider) {
      file.cases.emplace_back();
    } else if (line.starts_with(kExpected)) {
      const size_t begin = line.starts_with("// => ") ? kExpected.size() + 1 : kExpected.size();
      file.cases.back().expected.push_back(line.substr(begin));
    } else {
      file.cases.back().input.push_back(line);
    }
  }
  return file;
}

bool is_comment_or_blank(const std::string& line) {
  const size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos || line.compare(begin, 2, "//") == 0;
}

Lines without_comments(const Lines& lines) {
  Lines rest;
  std::ranges::copy_if(lines, std::back_inserter(rest),
                       [](const std::string& line) { return !is_comment_or_blank(line); });
  return rest;
}

// Prints `form`, and says where parsing that and printing again differs.
std::string round_trip_fault(const std::string& text, const ir::ConstantMap& constants, ir::Building building) {
  ir::Result<tools::AnyForm> again = tools::parse_any(text, {building, &constants});
  if (!again) return "the output does not parse: " + text_of(again.faults());
  const std::string second = tools::text_of(*again);
  return second == text ? "" : "the output, parsed back, prints differently:\n" + second;
}

// What the last pass makes of its own result, where that is of the same form: nothing new.
std::string rerun_fault(tools::OptOptions options, tools::AnyForm form) {
  if (options.passes.empty() || options.passes.back().starts_with("lower-")) return "";
  const std::string once = tools::text_of(form);
  options.passes = {options.passes.back()};
  options.explained = nullptr;
  ir::Result<tools::AnyForm> again = tools::run_opt(options, std::move(form));
  if (!again) return "the pass does not run on its own result: " + text_of(again.faults());
  const std::string twice = tools::text_of(*again);
  return twice == once ? "" : options.passes[0] + " changes its own result:\n" + twice;
}

// The flags as `burin opt` takes them.
ir::Result<tools::OptOptions> options_of(const TestFile& file) {
  std::vector<const char*> words{"burin", "opt", "case"};
  for (const std::string& flag : file.flags) words.push_back(flag.c_str());
  const auto parsed = tools::parse_command_line(static_cast<int>(words.size()), words.data());
  if (!parsed) return parsed.faults();
  return tools::opt_options(std::get<tools::Options>(*parsed));
}

Lines run_case(const TestFile& file, const Case& test) {
  ir::Result<tools::OptOptions> options = options_of(file);
  if (!options) return lines_of(text_of(options.faults()));
  Lines explained;
  if (file.explains) options->explained = &explained;
  ir::Result<tools::AnyForm> form = tools::run_opt(*options, joined(test.input));
  if (!form) return lines_of(text_of(form.faults()));
  ir::ConstantMap constants;
  const std::string text = tools::text_of(*form, {&constants});
  EXPECT_EQ(round_trip_fault(text, constants, ir::Building::kAsWritten), "") << text;
  EXPECT_EQ(round_trip_fault(text, constants, ir::Building::kSimplified), "") << text;
  EXPECT_EQ(rerun_fault(*options, *std::move(form)), "") << text;
  Lines lines = lines_of(text);
  if (lines == without_comments(test.input)) lines = {std::string(kUnchanged)};
  std::ranges::transform(explained, explained.begin(), [](const std::string& line) { return "explain: " + line; });
  lines.insert(lines.begin(), explained.begin(), explained.end());
  return lines;
}

// The lines of both with ` `, `-` and `+` in front, after the longest common subsequence.
std::string difference(const Lines& expected, const Lines& actual) {
  const size_t rows = expected.size();
  const size_t columns = actual.size();
  std::vector<std::vector<size_t>> common(rows + 1, std::vector<size_t>(columns + 1));
  for (size_t i = rows; i-- > 0;) {
    for (size_t j = columns; j-- > 0;) {
      common[i][j] = expected[i] == actual[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string text = "--- expected\n+++ actual\n";
  for (size_t i = 0, j = 0; i < rows || j < columns;) {
    if (i < rows && j < columns && expected[i] == actual[j]) {
      text += ' ' + expected[i++] + '\n';
      ++j;
    } else if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
      text += '-' + expected[i++] + '\n';
    } else {
      text += '+' + actual[j++] + '\n';
    }
  }
  return text;
}

void bless(const fs::path& path, const TestFile& file, const std::vector<Lines>& outputs) {
  std::string text = file.command + '\n';
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (i > 0) text += std::string(kDivider) + '\n';
    text += joined(file.cases[i].input);
    for (const std::string& line : outputs[i]) text += std::string(kExpected) + (line.empty() ? "" : " ") + line + '\n';
  }
  std::ofstream(path) << text;
}

class TextTest : public ::testing::Test {
 public:
  TextTest(fs::path path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

  void TestBody() override {
    const TestFile file = read_test(path_);
    ASSERT_TRUE(file.command.starts_with(kCommand))
        << path_ << " begins with the command to run: " << kCommand << " FLAGS";
    const auto is_command = [](const std::string& line) { return line.starts_with(kCommand); };
    for (const Case& test : file.cases) {
      ASSERT_TRUE(std::ranges::none_of(test.input, is_command)) << path_ << " has one command, in its first line";
    }
    std::vector<Lines> outputs;
    for (const Case& test : file.cases) outputs.push_back(run_case(file, test));
    if (std::getenv("BURIN_BLESS") != nullptr) return bless(path_, file, outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_EQ(file.cases[i].expected, outputs[i])
          << path_.string() << ", case " << i + 1 << ":\n"
          << difference(file.cases[i].expected, outputs[i]) << "if intended: BURIN_BLESS=1 ctest -R '" << name_ << "'";
    }
  }

 private:
  fs::path path_;
  std::string name_;
};

std::vector<fs::path> test_files_below(const fs::path& root) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

void register_tests(const fs::path& root) {
  for (const fs::path& path : test_files_below(root)) {
    const std::string name = fs::relative(path, root).replace_extension().generic_string();
    ::testing::RegisterTest("Text", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [path, name]() -> ::testing::Test* { return new TextTest(path, name); });
  }
}

// A rule of the algebra that nothing here makes use of is dead, or lacks its case.
TEST(Rules, each_rewrites_something_in_a_text_test) {
  const std::span<const ir::Rule> rules = ir::index_rules();
  std::vector<int64_t> firings(rules.size());
  for (const fs::path& path : test_files_below(test::source_dir() + "/tests")) {
    const TestFile file = read_test(path);
    for (const Case& test : file.cases) {
      const ir::Result<tools::OptOptions> options = options_of(file);
      const ir::Result<tools::AnyForm> form = tools::run_opt(*options, joined(test.input));
      if (!form) continue;
      const auto& fired = std::visit([](const auto& held) -> const auto& { return held.pool->rule_firings; }, *form);
      std::ranges::transform(fired, firings, firings.begin(), std::plus());
    }
  }
  for (size_t row = 0; row < rules.size(); ++row) EXPECT_GT(firings[row], 0) << rules[row].name << " never fires";
}

}  // namespace
}  // namespace burin

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  burin::register_tests(burin::test::source_dir() + "/tests");
  return RUN_ALL_TESTS();
}
