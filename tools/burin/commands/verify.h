// `burin verify`: compile a model, run it on inputs that are kept beside it, and compare with the outputs expected there.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"
#include "tools/burin/data/output_error.h"
#include "tools/burin/data/tolerance.h"

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
  std::string detail;               // why it is not a pass: `output "y"[3,5]: expected 1.0, found 2.0, 12 of 60 differ`
  ir::Diagnostics faults;           // when it did not come to comparing
  std::string flips;                // of a pass: `output "y": 3 of 600 elements are one quantum apart` (tolerance.h)
  std::vector<OutputError> errors;  // of the outputs compared, over all data sets
};

CaseResult verify_case(const Case& test, const Options& options);

// "PASS name: max error 1e-06, mean 2e-08, SQNR 120.1 dB", "PASS name with flips: ..", "FAIL name: detail (max error ..)".
std::string line_of(const std::string& name, const CaseResult& result);

// The subcommand; the exit code of the process.
ExitCode verify(const Options& options);

}  // namespace burin::tools
