// The command that `burin reduce` asks whether a model still has the fault: `sh -c COMMAND`, in which `{}` is the model's path
// (at the end where the command has no `{}`). Exit code 0 says yes, everything else, the end of its time included, says no.
#pragma once

#include <filesystem>
#include <string>

#include "ir/base/result.h"

namespace burin::tools {

// What the shell gets: the path is quoted.
std::string shell_command(const std::string& command, const std::filesystem::path& model);

// Runs it with nothing to read, its output thrown away; it is killed, with all that it started, after `timeout` seconds.
ir::Result<bool> still_has_fault(const std::string& command, const std::filesystem::path& model, double timeout);

}  // namespace burin::tools
