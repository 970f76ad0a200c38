#include "tools/burin/commands/opt_command.h"

#include <utility>

#include "frontend/mapped_file.h"
#include "tools/burin/compile/lower_model.h"

namespace burin::tools {

OptOptions opt_options(const Options& options) {
  OptOptions opt;
  opt.passes = options.passes;
  opt.form = options.form;
  if (!options.target.empty()) opt.target = options.target;
  opt.math = options.math;
  opt.reads = options.reads;
  opt.building = options.building;
  return opt;
}

namespace {

// A model is binary: protobuf's tags of its first fields are control characters.
bool is_text(std::string_view bytes) {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes.find('\0') == std::string_view::npos && bytes[first] >= ' ';
}

ir::Result<AnyForm> run_file(const Options& options) {
  OptOptions opt = opt_options(options);
  const ir::Result<frontend::MappedFile> file = frontend::MappedFile::open(options.subject);
  if (!file) return file.faults();
  const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  if (is_text(text)) return run_opt(opt, text);
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return graph.faults();
  // As in compile: lowering clamps and guards what no proof reaches.
  if (!options.gave("--reads")) opt.reads = ir::ReadProof::kUnlessRefuted;
  return run_opt(opt, AnyForm(std::move(*graph)));
}

}  // namespace

ExitCode opt(const Options& options) {
  const ir::Result<AnyForm> form = run_file(options);
  if (!form) return report(options.subject.string(), form.faults());
  const ir::Status printed = print(text_of(*form));
  return printed ? kDone : report("burin", printed.faults());
}

}  // namespace burin::tools
