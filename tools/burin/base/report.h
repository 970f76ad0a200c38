// How faults reach the user: on standard error, each after the file it is about, and as the exit code of the process.
#pragma once

#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace burin::tools {

enum ExitCode : int {
  kDone = 0,
  kInputAtFault = 1,  // also: an output differs from what was expected
  kCommandLineAtFault = 2,
  kEnvironmentAtFault = 3,  // no compiler, disk full, folder not writable
  kDefect = 70,             // of burin
  kReaderGone = 141,        // of standard output, as in `burin ops | head -1`: what a shell calls an end by SIGPIPE
};

inline constexpr const char* kVersion = "burin " BURIN_VERSION;

ir::Diagnostic usage_fault(std::string where, std::string message);

// The gravest of them: a reader that is gone before a defect before the environment before the command line before the input.
ExitCode exit_code_of(const ir::Diagnostics& faults);

// Prints each as `subject: where: message`, and returns their exit code.
ExitCode report(std::string_view subject, const ir::Diagnostics& faults);

// Prints `subject: what` on standard error: something worth knowing that is no fault.
void advise(std::string_view subject, std::string_view what);

// Writes all of `text` into an open file; false, and errno, where that fails.
bool write_all(int file, std::string_view text);

// Writes to standard output; a fault when it cannot be written to (a full disk, a reader that is gone).
ir::Status print(std::string_view text);

// Writes to standard error, in one piece.
void print_error(std::string_view text);

// What goes on, on one line of a terminal that later lines replace; nothing in a pipe.
void show_progress(std::string_view what);
void clear_progress();

}  // namespace burin::tools
