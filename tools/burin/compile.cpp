#include "tools/burin/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ir/loop_text.h"
#include "ir/nest_text.h"
#include "tools/burin/command_line.h"
#include "tools/burin/dry_run.h"
#include "tools/burin/lower_model.h"
#include "tools/burin/output_files.h"

namespace burin::tools {
namespace {

struct TextFile {
  std::string name;
  std::string text;
};

ir::Result<std::vector<TextFile>> loop_texts(const ir::Graph& graph, const Options& options) {
  const ir::Result<std::vector<targets::Target>> targets = targets_for(options, kDefaultPlatform);
  if (!targets) return targets.faults();
  std::vector<TextFile> files;
  for (const targets::Target& target : *targets) {
    const ir::Result<ir::Module> module = lower_for(graph, target, options);
    if (!module) return module.faults();
    files.push_back({fmt::format("{}_{}.loops", graph.name, target.name), ir::text_of(*module)});
  }
  return files;
}

ir::Result<std::vector<TextFile>> texts_for(const ir::Graph& graph, const Options& options) {
  switch (options.emit) {
    case Emit::kLoops: return loop_texts(graph, options);
    case Emit::kGraph:
    case Emit::kNests:
    case Emit::kLib:
    case Emit::kStaticLib:
    case Emit::kObject:
    case Emit::kCpp:
    case Emit::kLlvmIr: break;
  }
  return usage_fault("--emit", "is not built into this burin");
}

ir::Status write_texts(const std::vector<TextFile>& texts, const Options& options) {
  if (options.output_dir.empty()) {
    ir::Status status;
    for (const TextFile& file : texts) status.merge(print(file.text));
    return status;
  }
  ir::Result<OutputFiles> files = OutputFiles::in(options.output_dir);
  if (!files) return files.faults();
  for (const TextFile& file : texts) {
    if (ir::Status status = files->add(file.name, file.text); !status) return status;
  }
  return files->publish();
}

}  // namespace

ExitCode compile(const Options& options) {
  if (options.dry_run) return dry_run(options);
  const std::string subject = options.subject.string();
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return report(subject, graph.faults());
  if (ir::Status status = run_graph_passes(*graph, options); !status) return report(subject, status.faults());
  const ir::Result<std::vector<TextFile>> texts = texts_for(*graph, options);
  if (!texts) return report(subject, texts.faults());
  if (ir::Status status = write_texts(*texts, options); !status) return report("burin", status.faults());
  clear_progress();
  return kDone;
}

}  // namespace burin::tools
