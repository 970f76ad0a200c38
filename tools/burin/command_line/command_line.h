// The command line as Options, read by the table of flags (flags.h). Nothing is printed here.
//
// Flags and the subject may come in any order. A value follows its flag as the next word or after "=": `--emit cpp`,
// `--emit=cpp`, `-j 4`, `-j4`. A next word that begins with two dashes, or is a flag, is no value. After `--` nothing is a flag.
// Where a flag of one value is given twice, the last one counts.
#pragma once

#include <string>
#include <variant>

#include "ir/base/result.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

// A text to print, and nothing else to do: --help, --version.
struct Shown {
  std::string text;
};

// All faults, in the order of the words they are about. Each is of usage and names the flag, what was expected and what was
// found.
ir::Result<std::variant<Options, Shown>> parse_command_line(int argc, const char* const* argv);

// Refuses the flags that only have an effect when a model is compiled, for a subject that is a library.
ir::Status refuse_flags_of_models(const Options& options);

}  // namespace burin::tools
