// Reports of subcommands for machines: what --json writes.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "frontend/onnx/import_model.h"
#include "ir/result.h"
#include "tools/burin/options.h"
#include "tools/burin/verify.h"

namespace burin::tools {

// {"cases": [{"name", "outcome": "pass"|"fail"|"unsupported", "detail"}], "passed": N, "failed": N, "unsupported": N}
ir::Status write_verify_report(std::span<const std::pair<std::string, CaseResult>> results,
                               const std::filesystem::path& file);
inline ir::Status write_verify_report(std::initializer_list<std::pair<std::string, CaseResult>> results,
                                      const std::filesystem::path& file) {
  return write_verify_report(std::span(results.begin(), results.size()), file);
}

// {"nodes": N, "unsupported": [{"what", "count", "nodes": [..]}], "faults": [{"where", "kind", "message"}]}
ir::Status write_dry_run_report(const frontend::ImportReport& found, const std::filesystem::path& file);

}  // namespace burin::tools
