#include "tools/burin/command_line/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/closest_name.h"
#include "tools/burin/base/report.h"
#include "tools/burin/command_line/flags.h"
#include "tools/burin/command_line/help.h"

namespace burin::tools {
namespace {

using Answer = std::variant<Options, Shown>;
using WordsLeft = std::span<const std::string>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, word) != names.end();
}
bool asks_for_help(std::string_view word) { return is_one_of(word, {"-h", "--help"}); }
bool asks_for_version(std::string_view word) { return is_one_of(word, {"-V", "--version"}); }

ir::Diagnostic with_hint(ir::Diagnostic fault, std::string hint) {
  fault.hint = std::move(hint);
  return fault;
}

const CommandInfo* find_command(std::string_view name) {
  const auto commands = all_commands();
  const auto found = std::ranges::find(commands, name, &CommandInfo::name);
  return found == commands.end() ? nullptr : &*found;
}

const Flag* find_flag(std::string_view name) {
  const auto flags = all_flags();
  const auto found = std::ranges::find_if(
      flags, [&](const Flag& flag) { return name == long_name(flag) || (!name.empty() && name == short_name(flag)); });
  return found == flags.end() ? nullptr : &*found;
}

std::string usage_of(const CommandInfo& command) { return fmt::format("usage: {}", usage_line(command)); }

// `did you mean "--output_dir"?` for "--output", "-output_dir" and "--outptu_dir"; else the usage.
std::string hint_for_flag(std::string_view name, const CommandInfo& command) {
  const std::string_view stem = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  frontend::ClosestName closest(stem);
  std::vector<std::string_view> longer;
  const auto consider = [&](std::string_view known) {
    closest.consider(known.substr(2));
    if (!stem.empty() && known.substr(2).starts_with(stem)) longer.push_back(known);
  };
  for (const Flag& flag : all_flags()) {
    if (applies(flag, command.command)) consider(long_name(flag));
  }
  consider("--help");
  consider("--version");
  if (longer.size() == 1) return fmt::format("did you mean \"{}\"?", longer.front());
  if (const std::string_view best = closest.best(); !best.empty()) return fmt::format("did you mean \"--{}\"?", best);
  return fmt::format("burin {} --help lists the flags", command.name);
}

// Reads the words after a command.
class Reader {
 public:
  Reader(const CommandInfo& command, WordsLeft words) : command_(command), left_(words) {
    options_.command = command.command;
  }

  ir::Result<Answer> read() {
    while (!left_.empty()) {
      const std::string& word = left_.front();
      left_ = left_.subspan(1);
      if (only_subjects_ || word == "-" || !word.starts_with('-')) {
        subjects_.push_back(word);
      } else if (word == "--") {
        only_subjects_ = true;
      } else if (asks_for_help(word)) {
        return Answer(Shown{help_of(command_)});
      } else if (asks_for_version(word)) {
        return Answer(Shown{version_text()});
      } else {
        read_flag(word);
      }
    }
    take_subject();
    if (!faults_.empty()) return faults_;
    return Answer(std::move(options_));
  }

 private:
  // `name` and, where "=" or a short flag's own word has it, the first word of its value.
  struct Written {
    std::string name;
    std::optional<std::string> value;
  };

  static Written split(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    const bool is_long = name.starts_with("--") || name.size() == 2;
    // "-emit" is "--emit" with a dash missing, not "-e mit".
    if (is_long || find_flag("-" + name) != nullptr) return {name, value};
    const Flag* flag = find_flag(name.substr(0, 2));
    if (flag == nullptr || flag->words == 0) return {name, value};
    return {name.substr(0, 2), word.substr(2)};
  }

  void read_flag(const std::string& word) {
    Written written = split(word);
    const Flag* flag = find_flag(written.name);
    if (flag == nullptr) {
      knows_all_flags_ = false;
      add(with_hint(usage_fault("", fmt::format("expected a flag of {}, found \"{}\"", command_.name,
                                                ir::printable(written.name))),
                    hint_for_flag(written.name, command_)));
      return;
    }
    const std::optional<std::vector<std::string>> words = value_of(*flag, written);
    if (!applies(*flag, command_.command)) {
      add(usage_fault(std::string(long_name(*flag)),
                      fmt::format("has no effect on {}: {}", command_.name, flag->elsewhere)));
    } else if (words) {
      set(*flag, *words);
    }
  }

  void set(const Flag& flag, std::span<const std::string> words) {
    options_.given.insert(long_name(flag));
    ir::Status status = flag.set(options_, words);
    for (ir::Diagnostic fault : status.faults()) {
      fault.where = long_name(flag);
      add(std::move(fault));
    }
  }

  // The words of the value; none, and a fault, where there are too few or too many.
  std::optional<std::vector<std::string>> value_of(const Flag& flag, Written& written) {
    const auto expected = [&](std::string_view value, std::string_view found) {
      if (applies(flag, command_.command))
        add(usage_fault(std::string(long_name(flag)), fmt::format("expected {}, found {}", value, found)));
      return std::nullopt;
    };
    if (flag.words == 0 && written.value) return expected("no value", fmt::format("\"{}\"", *written.value));
    std::vector<std::string> words;
    if (written.value) words.push_back(std::move(*written.value));
    while (words.size() < static_cast<size_t>(flag.words) && !left_.empty() && is_value(left_.front())) {
      words.push_back(left_.front());
      left_ = left_.subspan(1);
    }
    if (flag.value_optional && !words.empty() && !written.value) taken_optionally_ = {&flag, words.front()};
    if (words.size() == static_cast<size_t>(flag.words) || (flag.value_optional && words.empty())) return words;
    return expected(flag.value, words.empty() ? "none" : fmt::format("\"{}\"", fmt::join(words, " ")));
  }

  // Words of two dashes and flags are none, so that a forgotten value does not take the flag after it.
  static bool is_value(const std::string& word) {
    return !word.starts_with("--") && !asks_for_help(word) && (!word.starts_with('-') || find_flag(word) == nullptr);
  }

  void take_subject() {
    const std::string_view kind = command_.subject;
    const auto quoted = [&] {
      std::vector<std::string> all;
      for (const std::string& subject : subjects_) all.push_back(fmt::format("\"{}\"", ir::printable(subject)));
      return fmt::format("{}", fmt::join(all, ", "));
    };
    if (kind.empty()) {
      if (!subjects_.empty())
        add(with_hint(usage_fault("", fmt::format("expected flags alone, found {}", quoted())), usage_of(command_)));
    } else if (subjects_.size() > 1 && !knows_all_flags_) {
      // One of them may be the value of a flag that is reported already.
    } else if (subjects_.size() > 1) {
      add(with_hint(usage_fault("", fmt::format("expected one {}, found {}", kind, quoted())), usage_of(command_)));
    } else if (subjects_.size() == 1 && subjects_.front().empty()) {
      add(usage_fault("", fmt::format("expected a {}, found \"\"", kind)));
    } else if (subjects_.size() == 1) {
      options_.subject = subjects_.front();
    } else if (!command_.subject_optional) {
      add(missing_subject());
    }
  }

  ir::Diagnostic missing_subject() const {
    std::string hint = usage_of(command_);
    if (const auto& [flag, word] = taken_optionally_; flag != nullptr) {
      hint = fmt::format("{} took \"{}\" as its {}: write {} before it, or {}=-", long_name(*flag), word, flag->value,
                         command_.subject, long_name(*flag));
    }
    return with_hint(usage_fault("", fmt::format("expected a {}, found none", command_.subject)), std::move(hint));
  }

  void add(ir::Diagnostic fault) { faults_.push_back(std::move(fault)); }

  const CommandInfo& command_;
  WordsLeft left_;
  Options options_;
  ir::Diagnostics faults_;
  std::vector<std::string> subjects_;
  bool only_subjects_ = false;
  bool knows_all_flags_ = true;
  // The last flag that took a word it could have gone without, and that word.
  std::pair<const Flag*, std::string> taken_optionally_ = {nullptr, ""};
};

// A fault of the word where a command should be.
ir::Diagnostic no_command(std::string_view word) {
  frontend::ClosestName closest(word);
  for (const CommandInfo& row : all_commands()) closest.consider(row.name);
  for (std::string_view other : {"help", "--help", "--version"}) closest.consider(other);
  const std::string found = word.empty() ? "none" : fmt::format("\"{}\"", ir::printable(word));
  ir::Diagnostic fault = usage_fault("", fmt::format("expected a command, found {}", found));
  fault.hint = closest.hint();
  if (!fault.hint.empty()) return fault;
  std::vector<std::string_view> names;
  for (const CommandInfo& row : all_commands()) names.push_back(row.name);
  fault.hint = fmt::format("commands are {}; burin help says more", fmt::join(names, ", "));
  if (word.ends_with(".onnx")) fault.hint = fmt::format("burin compile {} -o DIR", ir::printable(word));
  if (word.starts_with('-')) fault.hint = "a command comes first: burin COMMAND [FLAGS]; burin help lists the commands";
  return fault;
}

ir::Result<Answer> help(WordsLeft words) {
  if (words.empty()) return Answer(Shown{help_of_commands()});
  const std::string& name = words.front();
  if (words.size() > 1) {
    return usage_fault("help", fmt::format("expected one command, found {} words", words.size()));
  }
  if (name == "help" || asks_for_help(name)) return Answer(Shown{help_of_commands()});
  const CommandInfo* command = find_command(name);
  if (command == nullptr) return no_command(name);
  return Answer(Shown{help_of(*command)});
}

}  // namespace

ir::Result<Answer> parse_command_line(int argc, const char* const* argv) {
  const std::vector<std::string> all(argv + std::min(argc, 1), argv + argc);
  if (all.empty()) return no_command("");
  const std::string& first = all.front();
  const WordsLeft rest = WordsLeft(all).subspan(1);
  if (first == "help" || asks_for_help(first)) return help(rest);
  if (asks_for_version(first)) return Answer(Shown{version_text()});
  if (first == "--help-markdown") return Answer(Shown{flags_markdown()});
  const CommandInfo* command = find_command(first);
  if (command == nullptr) return no_command(first);
  return Reader(*command, rest).read();
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

}  // namespace burin::tools
