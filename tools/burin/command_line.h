// The command line as Options: CLI11's options are made from the table of flags. Nothing is printed here.
#pragma once

#include <string>
#include <variant>

#include "ir/result.h"
#include "tools/burin/options.h"

namespace burin::tools {

inline constexpr const char* kVersion = "burin " BURIN_VERSION;

// What was asked for is a text: --help, --version.
struct Shown {
  std::string text;
};

// A usage fault names the flag, what was expected and what was found.
ir::Result<std::variant<Options, Shown>> parse_command_line(int argc, const char* const* argv);

// The reference of all subcommands and flags: docs/tools.md.
std::string flags_markdown();

// Refuses the flags that only have an effect when a model is compiled, for a subject that is a library.
ir::Status refuse_flags_of_models(const Options& options);

ir::Diagnostic usage_fault(std::string where, std::string message);

}  // namespace burin::tools
