#include "tools/burin/command_line/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "tools/burin/base/report.h"

namespace burin::tools {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kIndent = 30;  // of what a command or a flag does

// `text` in lines that begin at kIndent, the first of them after `name`, or below it where that is too long.
std::string row(std::string_view name, std::string_view text) {
  std::string lines = fmt::format("  {}", name);
  if (lines.size() + 2 > kIndent)
    lines += '\n' + std::string(kIndent, ' ');
  else
    lines.resize(kIndent, ' ');
  size_t column = kIndent;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (column > kIndent && column + 1 + end > kColumns) {
      lines += '\n' + std::string(kIndent, ' ');
      column = kIndent;
    } else if (column > kIndent) {
      lines += ' ';
      ++column;
    }
    lines += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines + '\n';
}

std::string name_and_value(const Flag& flag) {
  std::string text(short_name(flag).empty() ? "    " : fmt::format("{}, ", short_name(flag)));
  text += long_name(flag);
  if (!flag.value.empty())
    text += flag.value_optional ? fmt::format(" [{}]", flag.value) : fmt::format(" {}", flag.value);
  return text;
}

}  // namespace

std::string version_text() { return std::string(kVersion) + "\n"; }

std::string usage_line(const CommandInfo& command) {
  std::string line = fmt::format("burin {}", command.name);
  if (!command.subject.empty()) {
    line += command.subject_optional ? fmt::format(" [{}]", command.subject) : fmt::format(" {}", command.subject);
  }
  return line + " [FLAGS]";
}

std::string help_of_commands() {
  std::string text = fmt::format(
      "{}, an ahead-of-time compiler of neural networks: a model becomes a library without dependencies.\n\n"
      "usage: burin COMMAND [FLAGS]\n\ncommands\n",
      kVersion);
  for (const CommandInfo& command : all_commands()) text += row(command.name, command.doc);
  text += row("help [COMMAND]", "List the commands, or the flags of one.");
  return text + "\nburin COMMAND --help lists the flags of a command, burin --version prints the version.\n";
}

std::string help_of(const CommandInfo& command) {
  std::string text = fmt::format("{}\n\nusage: {}\n\nflags\n", command.doc, usage_line(command));
  for (const Flag& flag : all_flags()) {
    if (applies(flag, command.command)) text += row(name_and_value(flag), flag.doc);
  }
  return text + row("-h, --help", "Print this.");
}

std::string flags_markdown() {
  std::string text =
      "# Commands and flags\n\nMade by `burin --help-markdown` from the table in tools/burin/command_line/flags.cpp. "
      "`burin help` lists the commands,\n`burin help COMMAND` or `burin COMMAND --help` the flags of one, and "
      "`burin --version` prints the version.\n";
  for (const CommandInfo& command : all_commands()) {
    text += fmt::format("\n## burin {}{}{}\n\n{}\n", command.name, command.subject.empty() ? "" : " ", command.subject,
                        command.doc);
    text += "\n| flag | |\n|---|---|\n";
    for (const Flag& flag : all_flags()) {
      if (!applies(flag, command.command)) continue;
      std::string value(flag.value);
      for (size_t at = 0; (at = value.find('|', at)) != std::string::npos; at += 2) value.insert(at, 1, '\\');
      text += fmt::format("| `{}{}{}` | {} |\n", flag.name, value.empty() ? "" : " ", value, flag.doc);
    }
  }
  return text;
}

}  // namespace burin::tools
