// The texts that --help, --version and docs/tools.md consist of, made from the table of commands and flags.
#pragma once

#include <string>

#include "tools/burin/command_line/flags.h"

namespace burin::tools {

// "burin compile MODEL [FLAGS]"
std::string usage_line(const CommandInfo& command);

std::string version_text();
// What burin is, and its commands.
std::string help_of_commands();
// A command's usage and flags.
std::string help_of(const CommandInfo& command);
// The reference of all commands and flags: docs/tools.md.
std::string flags_markdown();

}  // namespace burin::tools
