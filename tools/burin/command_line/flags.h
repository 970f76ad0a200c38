// Every command and every flag as a row of a table: the reader of the command line, help, docs/tools.md and the refusal of
// flags without effect walk it (command_line.h, help.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

// A set of commands.
using Commands = uint16_t;
template <class... Each>
constexpr Commands in(Each... commands) {
  return static_cast<Commands>((0u | ... | (1u << static_cast<unsigned>(commands))));
}

struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view subject = {};  // "MODEL"; empty: none
  bool subject_optional = false;
  std::string_view doc;
};
std::span<const CommandInfo> all_commands();
const CommandInfo& info(Command command);

// What a flag needs to have an effect: a model that is compiled now, or also a library that was compiled before.
enum class Needs : uint8_t { kNothing, kModel };

struct Flag {
  std::string_view name;        // "--input_dim", or "-o,--output_dir"
  std::string_view value = {};  // what follows, as in help: "NAME D,D,.."; empty: nothing does
  int words = 0;                // of the value
  bool value_optional = false;
  Commands commands;
  Needs needs = Needs::kNothing;
  std::string_view doc;
  std::string_view elsewhere;  // why it has no effect on the other commands
  // Takes the words of one occurrence: `words` of them, or none where the value is optional (flag_setters.h).
  ir::Status (*set)(Options& options, std::span<const std::string> words);
};
std::span<const Flag> all_flags();

// "--output_dir" of "-o,--output_dir": what Options::given holds.
std::string_view long_name(const Flag& flag);
// "-o" of "-o,--output_dir"; empty where there is none.
std::string_view short_name(const Flag& flag);
bool applies(const Flag& flag, Command command);

}  // namespace burin::tools
