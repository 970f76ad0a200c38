#include "tools/burin/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <utility>

#include "tools/burin/flags.h"

namespace burin::tools {
namespace {

// Where the callbacks of CLI11's options put what they find.
struct Found {
  Options options;
  ir::Diagnostics faults;
};

bool applies(const Flag& flag, Command command) { return (flag.commands & in(command)) != 0; }

// CLI11 hands over the words of all occurrences in one row.
void take(Found& found, const Flag& flag, const CLI::results_t& words) {
  found.options.given.insert(long_name(flag));
  const size_t each = flag.words == 0 || (flag.value_optional && words.empty()) ? words.size() : flag.words;
  size_t at = 0;
  do {
    const std::span<const std::string> occurrence(words.data() + at, each);
    if (std::string wrong = flag.set(found.options, occurrence); !wrong.empty()) {
      found.faults.push_back(usage_fault(std::string(long_name(flag)), std::move(wrong)));
    }
    at += each;
  } while (at < words.size());
}

void add_flag(CLI::App& app, const Flag& flag, Found& found) {
  const CLI::callback_t callback = [&found, &flag](const CLI::results_t& words) {
    take(found, flag, words);
    return true;
  };
  CLI::Option* option = app.add_option(std::string(flag.name), callback, std::string(flag.doc));
  if (flag.words == 0) {
    option->type_size(0)->expected(0)->type_name("");
    return;
  }
  option->type_size(flag.words)->type_name(std::string(flag.value));
  option->expected(flag.value_optional ? 0 : 1, 1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// Known, so that the reason can be given, but not shown in help.
void add_refusal(CLI::App& app, const Flag& flag, const CommandInfo& command, Found& found) {
  const CLI::callback_t callback = [&found, &flag, &command](const CLI::results_t&) {
    found.faults.push_back(usage_fault(std::string(long_name(flag)),
                                       fmt::format("has no effect on {}: {}", command.name, flag.elsewhere)));
    return true;
  };
  CLI::Option* option = app.add_option(std::string(flag.name), callback)->group("");
  if (flag.words == 0) {
    option->type_size(0)->expected(0);
  } else {
    option->type_size(flag.words)->expected(flag.value_optional ? 0 : 1, 1);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
}

void add_command(CLI::App& app, const CommandInfo& row, Found& found) {
  CLI::App* command = app.add_subcommand(std::string(row.name), std::string(row.doc));
  command->callback([&found, &row] { found.options.command = row.command; });
  if (!row.subject.empty()) {
    CLI::Option* subject = command->add_option_function<std::string>(
        std::string(row.subject), [&found](const std::string& path) { found.options.subject = path; });
    subject->required(!row.subject_optional)->type_name("");
  }
  for (const Flag& flag : all_flags()) {
    if (applies(flag, row.command)) {
      add_flag(*command, flag, found);
    } else {
      add_refusal(*command, flag, row, found);
    }
  }
}

// CLI11's messages start with a capital and may end with a period.
std::string our_words(std::string message) {
  if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  while (!message.empty() && (message.back() == '.' || message.back() == '\n')) message.pop_back();
  return message;
}

}  // namespace

ir::Diagnostic usage_fault(std::string where, std::string message) {
  return {ir::Fault::kUsage, "usage", std::move(where), std::move(message), {}};
}

ir::Result<std::variant<Options, Shown>> parse_command_line(int argc, const char* const* argv) {
  using Answer = std::variant<Options, Shown>;
  Found found;
  CLI::App app("Ahead-of-time compiler of neural networks: a model becomes a library without dependencies.", "burin");
  app.require_subcommand(1);
  app.set_version_flag("--version", kVersion);
  bool reference = false;
  app.add_flag_callback(
      "--help-markdown",
      [&reference] {
        reference = true;
        throw CLI::CallForHelp();
      },
      "Print the reference of all subcommands and flags, docs/tools.md");
  for (const CommandInfo& row : all_commands()) add_command(app, row, found);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    return Answer(Shown{std::string(kVersion) + "\n"});
  } catch (const CLI::CallForHelp&) {
    return Answer(Shown{reference ? flags_markdown() : app.help()});
  } catch (const CLI::ParseError& error) {
    if (found.faults.empty()) {
      ir::Diagnostic fault = usage_fault("", our_words(error.what()));
      fault.hint = "burin --help, or burin SUBCOMMAND --help";
      found.faults.push_back(std::move(fault));
    }
  }
  if (!found.faults.empty()) return found.faults;
  return Answer(std::move(found.options));
}

ir::Status refuse_flags_of_models(const Options& options) {
  ir::Status status;
  for (const Flag& flag : all_flags()) {
    if (flag.needs != Needs::kModel || !options.gave(long_name(flag))) continue;
    status.merge(usage_fault(std::string(long_name(flag)),
                             "has no effect on a library: it is compiled already; give the model instead"));
  }
  return status;
}

std::string flags_markdown() {
  std::string text =
      "# Subcommands and flags\n\nMade by `burin --help-markdown` from the table in tools/burin/flags.cpp.\n";
  for (const CommandInfo& row : all_commands()) {
    text += fmt::format("\n## burin {}{}{}\n\n{}\n", row.name, row.subject.empty() ? "" : " ", row.subject, row.doc);
    text += "\n| flag | |\n|---|---|\n";
    for (const Flag& flag : all_flags()) {
      if (!applies(flag, row.command)) continue;
      std::string value(flag.value);
      for (size_t at = 0; (at = value.find('|', at)) != std::string::npos; at += 2) value.insert(at, 1, '\\');
      text += fmt::format("| `{}{}{}` | {} |\n", flag.name, value.empty() ? "" : " ", value, flag.doc);
    }
  }
  return text;
}

}  // namespace burin::tools
