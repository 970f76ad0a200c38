// `burin verify --suite`: many cases in one go, each in a child process of its own, so that one that crashes, hangs or eats
// the machine is one FAIL line and not the end.
#pragma once

#include <filesystem>
#include <vector>

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"
#include "tools/burin/commands/verify.h"

namespace burin::tools {

// Every folder at or below `root` with a model.onnx, sorted by name; names are relative to `root`.
ir::Result<std::vector<Case>> find_cases(const std::filesystem::path& root);

// Prints a line per case in the order of their names, and "N passed, N failed, N unsupported".
ExitCode verify_suite(const Options& options);

}  // namespace burin::tools
