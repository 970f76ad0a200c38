#include "tools/burin/commands/compile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/base/report.h"
#include "tools/burin/commands/dry_run.h"
#include "tools/burin/compile/artifacts.h"
#include "tools/burin/compile/lower_model.h"

namespace burin::tools {
namespace {

// What model zoos and exporters call every file.
constexpr std::string_view kGenericName = "model";

bool is_text(Emit emit) {
  switch (emit) {
    case Emit::kLlvmIr:
    case Emit::kGraph:
    case Emit::kNests:
    case Emit::kLoops: return true;
    case Emit::kLib:
    case Emit::kStaticLib:
    case Emit::kObject:
    case Emit::kCpp: return false;
  }
  return false;
}

// Flags that contradict each other are refused before any work.
ir::Status check_flags(const Options& options) {
  ir::Status status;
  if (options.output_dir.empty() && !is_text(options.emit)) {
    status.merge(
        usage_fault("--output_dir", fmt::format("expected a folder for --emit {}, found none", name_of(options.emit))));
  }
  const bool makes_code = !is_text(options.emit) && options.emit != Emit::kCpp;
  if (options.gave("--toolchain") && !makes_code) {
    status.merge(usage_fault("--toolchain",
                             fmt::format("has no effect on --emit {}: nothing is compiled", name_of(options.emit))));
  }
  if (makes_code && options.toolchain == Toolchain::kInterpret) {
    status.merge(usage_fault(
        "--toolchain",
        fmt::format("interpret makes no code for --emit {}: use it with verify or run", name_of(options.emit))));
  }
  return status;
}

ir::Status write_texts(const std::vector<TextFile>& texts, OutputFiles* files) {
  ir::Status status;
  for (const TextFile& file : texts) {
    if (status) status = files == nullptr ? print(file.text) : files->add(file.name, file.text);
  }
  return status;
}

ir::Result<CompileReport> write_artifacts(const ir::Graph& graph, const Options& options) {
  if (options.output_dir.empty()) {
    const ir::Result<std::vector<TextFile>> texts = text_artifacts(graph, options);
    if (!texts) return texts.faults();
    if (ir::Status status = write_texts(*texts, nullptr); !status) return status.faults();
    return CompileReport{graph.name, "", {}, 0};
  }
  // The folder is tried first: a model that takes a minute is not compiled for one that cannot be written.
  ir::Result<OutputFiles> files = OutputFiles::in(options.output_dir);
  if (!files) return files.faults();
  CompileReport made{graph.name, "", {}, 0};
  if (is_text(options.emit)) {
    const ir::Result<std::vector<TextFile>> texts = text_artifacts(graph, options);
    if (!texts) return texts.faults();
    if (ir::Status status = write_texts(*texts, &*files); !status) return status.faults();
  } else {
    const ir::Result<std::string> digest = code_artifacts(graph, options, *files);
    if (!digest) return digest.faults();
    made.digest = *digest;
  }
  made.files = files->names();
  if (ir::Status status = files->publish(); !status) return status.faults();
  return made;
}

ir::Result<CompileReport> compile_model(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return graph.faults();
  if (ir::Status status = run_graph_passes(*graph, options); !status) return status.faults();
  ir::Result<CompileReport> made = write_artifacts(*graph, options);
  if (made) made->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return made;
}

// {"name", "digest", "files": [..], "seconds"}
ir::Status write_compile_report(const CompileReport& made, const std::filesystem::path& file) {
  const Json json = {{"name", made.name}, {"digest", made.digest}, {"files", made.files}, {"seconds", made.seconds}};
  return write_output(file, json_text(json));
}

}  // namespace

ExitCode compile(const Options& options) {
  if (options.dry_run) return dry_run(options);
  if (ir::Status status = check_flags(options); !status) return report("burin compile", status.faults());
  const ir::Result<CompileReport> made = compile_model(options);
  if (!made) return report(options.subject.string(), made.faults());
  clear_progress();
  if (options.name.empty() && !is_text(options.emit) && made->name == kGenericName) {
    advise(options.subject.string(),
           fmt::format("the library is called \"{}\", after the file, as many are: two of them do not fit into one "
                       "program; --name gives it a name of its own",
                       made->name));
  }
  ir::Status status;
  if (options.json) status = write_compile_report(*made, *options.json);
  if (options.json != "-" && !made->files.empty()) {
    status.merge(print(
        fmt::format("{}: {} in {:.2f} s\n", options.output_dir.string(), fmt::join(made->files, ", "), made->seconds)));
  }
  return status ? kDone : report("burin", status.faults());
}

}  // namespace burin::tools
