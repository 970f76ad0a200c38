// What `burin verify --json` writes, and results of cases on their way from a child process.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "ir/base/result.h"
#include "tools/burin/commands/verify.h"

namespace burin::tools {

// {"cases": [{"name", "outcome": "pass"|"fail"|"unsupported", "detail", "flips", "outputs": [{"name", "elements",
//   "max_error", "mean_error", "sqnr_db"}]}], "passed": N, "failed": N, "unsupported": N}; sqnr_db is null where exact
ir::Status write_verify_report(std::span<const std::pair<std::string, CaseResult>> results,
                               const std::filesystem::path& file);
inline ir::Status write_verify_report(std::initializer_list<std::pair<std::string, CaseResult>> results,
                                      const std::filesystem::path& file) {
  return write_verify_report(std::span(results.begin(), results.size()), file);
}

// A result without its faults as text, for another process, and back; nothing from text that is no such result.
std::string result_as_text(const CaseResult& result);
std::optional<CaseResult> result_from_text(const std::string& text);

}  // namespace burin::tools
