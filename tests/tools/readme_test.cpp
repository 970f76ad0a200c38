// README.md's commands print what it says. Every indented line that begins with "$ " is run in a copy of the source tree with
// build/burin, in their order, and the lines after it are compared with what it printed: ".." alone stands for any lines,
// ".." at the end of a line for its rest. Times, and what differs from machine to machine, are masked.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

struct Example {
  int line = 0;  // of the command in README.md
  std::string command;
  Lines expected;
};

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// Blocks of lines that are indented by four spaces and lie outside of fences; a blank line ends a block.
std::vector<Example> examples_in(const Lines& page) {
  std::vector<Example> examples;
  bool is_fenced = false, is_open = false;
  for (size_t i = 0; i < page.size(); ++i) {
    const std::string& line = page[i];
    if (line.starts_with("```")) is_fenced = !is_fenced;
    if (is_fenced || !line.starts_with("    ")) {
      is_open = false;
    } else if (line.starts_with("    $ ")) {
      examples.push_back({static_cast<int>(i) + 1, line.substr(6), {}});
      is_open = true;
    } else if (is_open) {
      examples.back().expected.push_back(line.substr(4));
    }
  }
  return examples;
}

// The line without parts that differ from run to run, from machine to machine, or with the version of a code generator.
std::string masked(const std::string& line) {
  static const std::pair<std::regex, const char*> kMasks[] = {
      {std::regex(R"(\b\d+\.\d+ s\b)"), "# s"},
      {std::regex(R"(\b\d+\.\d+ ms\b)"), "# ms"},
      {std::regex(R"(, \d+ inferences$)"), ", # inferences"},
      {std::regex(R"(^code( +)\d+ bytes$)"), "code$1# bytes"},
      {std::regex(R"(\b[0-9a-f]{32,64}\b)"), "#"},
      {std::regex(R"(\bon x86_64-v\d\b)"), "on #"},
      {std::regex(R"(^(  x86_64-v\d +)(used|runs|not) here$)"), "$1#"},
  };
  std::string text = line;
  for (const auto& [pattern, mask] : kMasks) text = std::regex_replace(text, pattern, mask);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

bool line_matches(const std::string& expected, const std::string& found) {
  if (expected.ends_with("..") && expected != "..") {
    return masked(found).starts_with(masked(expected.substr(0, expected.size() - 2)));
  }
  return masked(expected) == masked(found);
}

bool matches(std::span<const std::string> expected, std::span<const std::string> found) {
  if (expected.empty()) return found.empty();
  if (expected.front() == "..") {
    for (size_t skipped = 0; skipped <= found.size(); ++skipped) {
      if (matches(expected.subspan(1), found.subspan(skipped))) return true;
    }
    return false;
  }
  return !found.empty() && line_matches(expected.front(), found.front()) &&
         matches(expected.subspan(1), found.subspan(1));
}

// `diff -u` of both, in which what matches is the same.
std::string difference(const Example& example, Lines found) {
  for (std::string& line : found) {
    for (const std::string& expected : example.expected) {
      if (expected != ".." && line_matches(expected, line)) line = expected;
    }
  }
  const Scratch scratch;
  scratch.write("expected", std::string_view(text_of(example.expected)));
  scratch.write("found", std::string_view(text_of(found)));
  return run_program({"diff", "-u", "--label", "README.md", "--label", "found", "expected", "found"}, scratch.path())
      .output;
}

// The parts of the source tree that the page's commands name, and build/burin.
void lay_out(const fs::path& root) {
  fs::create_directory(root / "build");
  fs::create_symlink(burin(), root / "build/burin");
  for (const char* folder : {"tools", "examples"}) fs::create_directory_symlink(source(folder), root / folder);
}

TEST(Readme, elisions_and_masks_match_what_they_stand_for) {
  EXPECT_TRUE(matches(Lines{"a", "..", "b .."}, Lines{"a", "x", "y", "b c"}));
  EXPECT_TRUE(matches(Lines{".."}, Lines{}));
  EXPECT_FALSE(matches(Lines{"a", ".."}, Lines{"b"}));
  EXPECT_FALSE(matches(Lines{"a"}, Lines{"a", "b"}));
  EXPECT_TRUE(matches(Lines{"done in 0.09 s"}, Lines{"done in 12.50 s"}));
  EXPECT_FALSE(matches(Lines{"1 passed"}, Lines{"2 passed"}));
}

TEST(Readme, examples_are_found_with_what_they_print) {
  const auto examples = examples_in({"    tools/test   no command", "text", "    $ one", "    1", "      2", "",
                                     "    $ two", "    $ three", "```", "    $ fenced", "```"});
  ASSERT_EQ(examples.size(), 3U);
  EXPECT_EQ(examples[0].expected, (Lines{"1", "  2"}));
  EXPECT_EQ(examples[1].command, "two");
  EXPECT_EQ(examples[2].line, 8);
}

TEST(Readme, commands_print_what_it_says) {
  const Scratch scratch;
  lay_out(scratch.path());
  std::ifstream page(source("README.md"));
  const std::string text((std::istreambuf_iterator<char>(page)), {});
  const std::vector<Example> examples = examples_in(lines_of(text));
  EXPECT_GE(examples.size(), 20U) << "the commands of README.md were not found";
  for (const Example& example : examples) {
    const Finished ran = run_program({"bash", "-c", "exec 2>&1; " + example.command}, scratch.path());
    const Lines found = lines_of(ran.output);
    if (matches(example.expected, found)) continue;
    ADD_FAILURE() << "README.md:" << example.line << ": $ " << example.command << '\n' << difference(example, found);
  }
}

// The program in a fence is the file that the next command compiles.
TEST(Readme, shows_the_program_that_it_compiles) {
  std::ifstream page(source("README.md")), file(source("examples/first.c"));
  const std::string text((std::istreambuf_iterator<char>(page)), {});
  const std::string program((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find("```c\n" + program + "```\n"), std::string::npos) << "README.md and examples/first.c differ";
}

}  // namespace
}  // namespace burin::tools
