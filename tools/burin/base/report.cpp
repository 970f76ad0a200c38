#include "tools/burin/base/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "ir/base/retried.h"

namespace burin::tools {
namespace {

constexpr std::string_view kReaderGoneKind = "reader-gone";

ExitCode exit_code_of(const ir::Diagnostic& diagnostic) {
  if (diagnostic.kind == kReaderGoneKind) return kReaderGone;
  switch (diagnostic.fault) {
    case ir::Fault::kInput:
    case ir::Fault::kUnsupported: return kInputAtFault;
    case ir::Fault::kUsage: return kCommandLineAtFault;
    case ir::Fault::kEnvironment: return kEnvironmentAtFault;
    case ir::Fault::kInternal: return kDefect;
  }
  return kDefect;
}

bool on_terminal() {
  static const bool answer = isatty(STDERR_FILENO) != 0;
  return answer;
}

}  // namespace

ir::Diagnostic usage_fault(std::string where, std::string message) {
  return {ir::Fault::kUsage, "usage", std::move(where), std::move(message), {}};
}

ExitCode exit_code_of(const ir::Diagnostics& faults) {
  ExitCode worst = kDone;
  for (const ir::Diagnostic& fault : faults) worst = std::max(worst, exit_code_of(fault));
  return worst;
}

ExitCode report(std::string_view subject, const ir::Diagnostics& faults) {
  clear_progress();
  const std::string prefix = subject.empty() ? "" : fmt::format("{}: ", subject);
  for (const ir::Diagnostic& fault : faults) {
    // A fault of the file itself, which whoever read it has named already.
    const bool is_named = fault.where == subject || fault.where.starts_with(prefix);
    if (fault.kind != kReaderGoneKind) print_error((is_named ? "" : prefix) + fault.text() + '\n');
  }
  return exit_code_of(faults);
}

void advise(std::string_view subject, std::string_view what) {
  clear_progress();
  const std::string line = fmt::format("{}: {}\n", subject, what);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ir::retried([&] { return write(file, text.data(), text.size()); });
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

ir::Status print(std::string_view text) {
  clear_progress();
  if (write_all(STDOUT_FILENO, text)) return {};
  const std::string_view kind = errno == EPIPE ? kReaderGoneKind : "write";
  return ir::environment_fault(kind, "standard output", "cannot write: {}", std::strerror(errno));
}

void print_error(std::string_view text) { write_all(STDERR_FILENO, text); }

void show_progress(std::string_view what) {
  if (!on_terminal()) return;
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(what.size()), what.data());
  std::fflush(stderr);
}

void clear_progress() {
  if (on_terminal()) std::fputs("\r\x1b[K", stderr);
}

}  // namespace burin::tools
