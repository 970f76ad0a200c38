#include "tools/burin/command_line/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/paths.h"
#include "tools/burin/command_line/flags.h"
#include "tools/burin/command_line/help.h"
#include "tools/burin/compile/pass_hooks.h"

namespace burin::tools {
namespace {

using Parsed = ir::Result<std::variant<Options, Shown>>;

Parsed parse(std::vector<const char*> words) {
  words.insert(words.begin(), "burin");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

Options options_of(const Parsed& parsed) {
  EXPECT_TRUE(parsed) << ir::text_of(parsed.faults());
  return parsed ? std::get<Options>(*parsed) : Options{};
}

std::string faults_of(const Parsed& parsed) { return parsed ? "" : ir::text_of(parsed.faults()); }

TEST(CommandLine, takes_flags_of_several_words_several_times) {
  const Options options = options_of(parse(
      {"compile", "m.onnx",          "-o", "out", "--input_dim",    "image", "1,3,224,224", "--input_dim", "mask",
       "-1,8",    "--define_symbol", "N",  "4",   "--symbol_range", "M",     "0",           "16",          "--out_node",
       "a",       "--out_node",      "b"}));
  EXPECT_EQ(options.subject, "m.onnx");
  EXPECT_EQ(options.input_dims.at("image"), (std::vector<int64_t>{1, 3, 224, 224}));
  EXPECT_EQ(options.input_dims.at("mask"), (std::vector<int64_t>{-1, 8}));
  EXPECT_EQ(options.symbols.at("N"), 4);
  EXPECT_EQ(options.symbol_ranges.at("M"), (std::pair<int64_t, int64_t>{0, 16}));
  EXPECT_EQ(options.out_nodes, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(options.gave("--input_dim"));
  EXPECT_FALSE(options.gave("--math"));
}

TEST(CommandLine, an_input_of_no_dimensions_has_an_empty_word) {
  EXPECT_TRUE(options_of(parse({"run", "m.onnx", "--input_dim", "x", ""})).input_dims.at("x").empty());
}

TEST(CommandLine, json_may_have_a_file) {
  EXPECT_EQ(options_of(parse({"inspect", "l.so", "--json"})).json, "-");
  EXPECT_EQ(options_of(parse({"bench", "l.so", "--json", "out.json"})).json, "out.json");
  EXPECT_FALSE(options_of(parse({"bench", "l.so"})).json.has_value());
}

TEST(CommandLine, says_what_was_expected_and_found) {
  EXPECT_NE(faults_of(parse({"verify", "m.onnx", "--toolchain", "tcc"}))
                .find("expected one of llvm, gcc, clang, interpret, found \"tcc\""),
            std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m.onnx", "--input_dim", "x", "1,,2"})).find("found \"1,,2\""),
            std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m.onnx", "--input_dim", "x", "1,2,"})).find("found \"1,2,\""),
            std::string::npos);
  EXPECT_NE(
      faults_of(parse({"compile", "m.onnx", "--define_symbol", "N", "99999999999999999999"})).find("found \"9999"),
      std::string::npos);
  EXPECT_NE(faults_of(parse({"bench", "l.so", "--seconds", "nan"})).find("found \"nan\""), std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m.onnx", "--name", "../x"})).find("found \"../x\""), std::string::npos);
}

TEST(CommandLine, reports_several_faults_at_once) {
  const Parsed parsed = parse({"compile", "m.onnx", "--emit", "exe", "--math", "loose"});
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.faults().size(), 2u);
}

TEST(CommandLine, refuses_flags_without_effect_and_says_why) {
  EXPECT_NE(faults_of(parse({"compile", "m.onnx", "--threads", "2"})).find("when it runs"), std::string::npos);
  EXPECT_NE(faults_of(parse({"run", "l.so", "--data", "d"})).find("only verify"), std::string::npos);
}

TEST(CommandLine, refuses_what_it_does_not_know) {
  EXPECT_FALSE(parse({"compile", "m.onnx", "--optimize"}));
  EXPECT_FALSE(parse({"assemble", "m.onnx"}));
  EXPECT_FALSE(parse({"compile"}));
  EXPECT_FALSE(parse({}));
}

// Where each fault is, in order, and what was found.
std::vector<std::string> found_in(const Parsed& parsed) {
  std::vector<std::string> found;
  if (parsed) return found;
  for (const ir::Diagnostic& fault : parsed.faults()) {
    EXPECT_EQ(fault.fault, ir::Fault::kUsage);
    found.push_back(fault.message.substr(fault.message.find("found ")));
  }
  return found;
}

std::string hint_of(const Parsed& parsed) { return parsed ? "" : parsed.faults().front().hint; }

TEST(CommandLine, reports_unknown_flags_once_each_in_their_order) {
  EXPECT_EQ(found_in(parse({"compile", "m.onnx", "--zebra", "-g", "--emit", "exe", "--apple=3", "-o", "out"})),
            (std::vector<std::string>{"found \"--zebra\"", "found \"-g\"", "found \"exe\"", "found \"--apple\""}));
}

TEST(CommandLine, the_value_of_an_unknown_flag_is_no_fault_of_its_own) {
  EXPECT_EQ(found_in(parse({"compile", "m.onnx", "--output", "out"})), std::vector<std::string>{"found \"--output\""});
}

TEST(CommandLine, says_which_command_was_meant) {
  EXPECT_EQ(hint_of(parse({"complie", "m.onnx"})), "did you mean \"compile\"?");
  EXPECT_EQ(hint_of(parse({"Verify"})), "did you mean \"verify\"?");
  EXPECT_EQ(hint_of(parse({"help", "benhc"})), "did you mean \"bench\"?");
  EXPECT_EQ(hint_of(parse({"--hepl"})), "did you mean \"--help\"?");
  EXPECT_EQ(hint_of(parse({"m.onnx"})), "burin compile m.onnx -o DIR");
  EXPECT_NE(hint_of(parse({"frobnicate"})).find("commands are compile, run, "), std::string::npos);
}

TEST(CommandLine, says_which_flag_was_meant) {
  for (const char* written :
       {"--output", "--output-dir", "-output_dir", "--ouptut_dir", "--OUTPUT_DIR", "--output=x"}) {
    EXPECT_EQ(hint_of(parse({"compile", "m.onnx", written})), "did you mean \"--output_dir\"?") << written;
  }
  EXPECT_EQ(hint_of(parse({"compile", "m.onnx", "-time"})), "did you mean \"--time\"?");
  EXPECT_EQ(hint_of(parse({"compile", "m.onnx", "--emit", "libs"})), "did you mean \"lib\"?");
  EXPECT_EQ(hint_of(parse({"compile", "m.onnx", "--wrong"})), "burin compile --help lists the flags");
}

TEST(CommandLine, names_what_is_missing_as_it_is_written) {
  EXPECT_NE(faults_of(parse({"compile"})).find("expected a MODEL, found none"), std::string::npos);
  EXPECT_NE(faults_of(parse({"run"})).find("expected a LIBRARY|MODEL, found none"), std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m", "-o"})).find("--output_dir: expected DIR, found none"), std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m", "-o", "--dry_run"})).find("--output_dir: expected DIR, found none"),
            std::string::npos);
  EXPECT_NE(
      faults_of(parse({"compile", "m", "--input_dim", "x=1,2"})).find("expected NAME D,D,.., found \"x=1,2\" [usage]"),
      std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "m", "--dry_run=yes"})).find("--dry_run: expected no value, found \"yes\""),
            std::string::npos);
  EXPECT_NE(faults_of(parse({"compile", "a", "b"})).find("expected one MODEL, found \"a\", \"b\""), std::string::npos);
  EXPECT_NE(faults_of(parse({"ops", "a"})).find("expected flags alone, found \"a\""), std::string::npos);
}

TEST(CommandLine, a_file_that_json_took_is_named) {
  EXPECT_EQ(hint_of(parse({"inspect", "--json", "l.so"})),
            "--json took \"l.so\" as its FILE: write LIBRARY|ARCHIVE|OBJECT|MODEL before it, or --json=-");
}

TEST(CommandLine, takes_values_next_to_their_flags) {
  const Options options =
      options_of(parse({"verify", "-j4", "--timeout=2.5", "-tnative", "--data=d", "--", "-m.onnx"}));
  EXPECT_EQ(options.jobs, 4);
  EXPECT_EQ(options.timeout, 2.5);
  EXPECT_EQ(options.target, "native");
  EXPECT_EQ(options.data, "d");
  EXPECT_EQ(options.subject, "-m.onnx");
  EXPECT_EQ(options_of(parse({"compile", "m.onnx", "--name=--x", "-o", "-"})).name, "--x");
}

TEST(CommandLine, prints_help_and_version_however_they_are_asked_for) {
  const auto shown = [](const Parsed& parsed) {
    return parsed ? std::get<Shown>(*parsed).text : ir::text_of(parsed.faults());
  };
  for (const char* word : {"help", "-h", "--help"}) EXPECT_EQ(shown(parse({word})), help_of_commands());
  for (const char* word : {"-V", "--version"}) EXPECT_EQ(shown(parse({word})), version_text());
  const std::string compile = help_of(info(Command::kCompile));
  EXPECT_EQ(shown(parse({"help", "compile"})), compile);
  EXPECT_EQ(shown(parse({"compile", "-h"})), compile);
  EXPECT_EQ(shown(parse({"compile", "m.onnx", "--frob", "--help"})), compile);
  EXPECT_NE(compile.find("\nusage: burin compile MODEL [FLAGS]\n"), std::string::npos) << compile;
  EXPECT_NE(compile.find("\n  -o, --output_dir DIR "), std::string::npos) << compile;
}

TEST(CommandLine, refuses_model_flags_on_libraries) {
  const Options options = options_of(parse({"run", "l.so", "--toolchain", "gcc", "--input_dim", "x", "1"}));
  const ir::Status status = refuse_flags_of_models(options);
  ASSERT_EQ(status.faults().size(), 1u);
  EXPECT_EQ(status.faults()[0].where, "--toolchain");
}

TEST(CommandLine, opt_takes_its_flags) {
  const Options options = options_of(parse({"opt", "f.nests", "--passes=pad-reads,inline-maps", "--form=nests",
                                            "--target=t", "--math=strict", "--reads=unless-refuted", "--as-written"}));
  EXPECT_EQ(options.passes, (std::vector<std::string>{"pad-reads", "inline-maps"}));
  EXPECT_EQ(options.form, "nests");
  EXPECT_EQ(options.target, "t");
  EXPECT_EQ(options.math, passes::Math::kStrict);
  EXPECT_EQ(options.reads, ir::ReadProof::kUnlessRefuted);
  EXPECT_EQ(options.building, ir::Building::kAsWritten);
}

TEST(CommandLine, opt_says_what_else_a_flag_may_be) {
  EXPECT_NE(faults_of(parse({"opt", "f", "--form=trees"})).find("expected one of graph, nests, loops, found \"trees\""),
            std::string::npos);
  EXPECT_FALSE(parse({"opt", "f", "--no-such-flag"}));
}

TEST(CommandLine, a_pass_to_print_after_is_one_that_there_is) {
  for (const char* step : {"all", "import", "fold-constants", "lower-graph", "lower-nests", "expand-math"}) {
    EXPECT_EQ(options_of(parse({"compile", "m.onnx", "--print-ir-after", step})).print_ir_after, step);
  }
  const std::string faults = faults_of(parse({"compile", "m.onnx", "--print-ir-after=nosuch"}));
  EXPECT_NE(faults.find("--print-ir-after: expected one of all, import, "), std::string::npos) << faults;
  EXPECT_NE(faults.find(", lower-nests, "), std::string::npos) << faults;
  EXPECT_NE(faults.find("found \"nosuch\" [usage]"), std::string::npos) << faults;
}

// The rows of docs/architecture.md's table of passes: form, `name`, what it does.
TEST(Architecture, lists_the_steps_in_their_order) {
  std::ifstream page(test::source_dir() + "/docs/architecture.md");
  std::vector<std::string> listed{"import"};
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    inside = line.starts_with("| form | pass |") || (inside && line.starts_with("|"));
    const size_t begin = line.find('`') + 1;
    if (inside && begin > 0) listed.push_back(line.substr(begin, line.find('`', begin) - begin));
  }
  const std::vector<std::string_view> steps = step_names();
  EXPECT_EQ(listed, std::vector<std::string>(steps.begin(), steps.end()));
}

TEST(CommandLine, more_threads_than_libraries_use_are_refused) {
  EXPECT_EQ(options_of(parse({"run", "l.so", "--threads", "1"})).threads, 1);
  for (const char* command : {"run", "bench"}) {
    EXPECT_NE(
        faults_of(parse({command, "l.so", "--threads", "4"})).find("expected 1, as libraries have no parallel loops"),
        std::string::npos);
  }
}

TEST(CommandLine, shows_help_of_every_subcommand) {
  for (const CommandInfo& row : all_commands()) {
    const Parsed parsed = parse({std::string(row.name).c_str(), "--help"});
    ASSERT_TRUE(parsed);
    EXPECT_NE(std::get<Shown>(*parsed).text.find(row.doc), std::string::npos) << row.name;
  }
}

TEST(Flags, every_row_is_complete) {
  std::set<std::string_view> names;
  for (const Flag& flag : all_flags()) {
    EXPECT_TRUE(names.insert(long_name(flag)).second) << flag.name;
    EXPECT_FALSE(flag.doc.empty()) << flag.name;
    EXPECT_FALSE(flag.elsewhere.empty()) << flag.name;
    EXPECT_EQ(flag.words == 0, flag.value.empty()) << flag.name;
    EXPECT_NE(flag.commands, 0) << flag.name;
    EXPECT_NE(flags_markdown().find(flag.name), std::string::npos) << flag.name;
  }
}

TEST(Flags, commands_are_in_the_order_of_their_enum) {
  for (const CommandInfo& row : all_commands()) EXPECT_EQ(&row, &info(row.command));
  EXPECT_EQ(all_commands().size(), static_cast<size_t>(kCommands));
}

}  // namespace
}  // namespace burin::tools
