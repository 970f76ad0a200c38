#include "tools/burin/opt_command.h"

#include <utility>

#include "frontend/onnx/mapped_file.h"
#include "tools/burin/lower_model.h"
#include "tools/burin/opt.h"

namespace burin::tools {
namespace {

// A model is binary: protobuf's tags of its first fields are control characters.
bool is_text(std::string_view bytes) {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes.find('\0') == std::string_view::npos && bytes[first] >= ' ';
}

ir::Result<AnyForm> run_file(const Options& options) {
  const ir::Result<OptOptions> words = parse_opt_options(options.rest);
  if (!words) return words.faults();
  const ir::Result<frontend::MappedFile> file = frontend::MappedFile::open(options.subject);
  if (!file) return file.faults();
  const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  if (is_text(text)) return run_opt(*words, text);
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return graph.faults();
  return run_opt(*words, AnyForm(std::move(*graph)));
}

}  // namespace

ExitCode opt(const Options& options) {
  const ir::Result<AnyForm> form = run_file(options);
  if (!form) return report(options.subject.string(), form.faults());
  const ir::Status printed = print(text_of(*form));
  return printed ? kDone : report("burin", printed.faults());
}

}  // namespace burin::tools
