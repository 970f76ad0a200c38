// Reports of subcommands for machines: what --json writes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "frontend/onnx/import_model.h"
#include "ir/base/result.h"
#include "tools/burin/bench.h"
#include "tools/burin/compile.h"
#include "tools/burin/inspect.h"
#include "tools/burin/ops.h"
#include "tools/burin/options.h"
#include "tools/burin/verify.h"

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

// {"nodes": N, "unsupported": [{"what", "count", "nodes": [..]}], "faults": [{"where", "kind", "message"}]}
ir::Status write_dry_run_report(const frontend::ImportReport& found, const std::filesystem::path& file);

// {"name", "target", "threads", "iterations", "min_ms", "median_ms", "p95_ms", "p99_ms", "mean_ms", "arena_bytes"}
ir::Status write_bench_report(const BenchReport& found, const std::filesystem::path& file);

// {"name", "digest", "compiler", "target", "targets", "inputs", "outputs", "symbols", "weights_bytes", "code_bytes",
//  "arena_bytes", "arena_lower_bound"}; the last two are null where symbols have no values, or nothing is recorded
ir::Status write_inspect_report(std::span<const Inspection> found, const std::filesystem::path& file);

// {"onnx": [{"operator", "since": [..]}], "graph": [{"op", "doc"}]}
ir::Status write_ops_report(std::span<const ImportedOperator> operators, const std::filesystem::path& file);

// {"name", "digest", "files": [..], "seconds"}
ir::Status write_compile_report(const CompileReport& made, const std::filesystem::path& file);

}  // namespace burin::tools
