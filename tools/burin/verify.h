// `burin verify`: compile a model, run it on inputs that are kept beside it, and compare with the outputs expected there.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ir/result.h"
#include "tools/burin/options.h"
#include "tools/burin/report.h"
#include "tools/burin/tolerance.h"

namespace burin::tools {

enum class Outcome : uint8_t { kPass, kFail, kUnsupported };
std::string_view name_of(Outcome outcome);

struct Case {
  std::string name;
  std::filesystem::path model;
  std::vector<std::filesystem::path> data;  // folders that each hold a data set
  Standard standard = Standard::kModel;
};

struct CaseResult {
  Outcome outcome = Outcome::kPass;
  std::string detail;      // why it is not a pass: `output "y"[3,5]: expected 1.0, found 2.0, 12 of 60 differ`
  ir::Diagnostics faults;  // when it did not come to comparing
};

CaseResult verify_case(const Case& test, const Options& options);

// "PASS name", "FAIL name: detail".
std::string line_of(const std::string& name, const CaseResult& result);

// The subcommand; the exit code of the process.
ExitCode verify(const Options& options);

}  // namespace burin::tools
