#include "tools/burin/commands/dry_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>

#include "tools/burin/base/json_text.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/compile/lower_model.h"

namespace burin::tools {
namespace {

std::string counted(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string line_of(const frontend::Unsupported& feature) {
  const int64_t others = feature.count - static_cast<int64_t>(feature.nodes.size());
  const std::string more = others > 0 ? fmt::format(", and {} more", others) : "";
  return fmt::format("unsupported: {}, {}: {}{}\n", ir::printable(feature.what),
                     counted(static_cast<size_t>(feature.count), "node"),
                     ir::printable(fmt::format("{}", fmt::join(feature.nodes, ", "))), more);
}

// What stands in the way after import: every step up to code generation, with the invariants of each form checked. Nothing of
// it is kept.
ir::Diagnostics faults_of_lowering(const Options& asked) {
  Options options = asked;
  options.verify_each = true;
  ir::Result<ir::Graph> graph = import_file(options.subject, options);
  if (!graph) return graph.faults();
  if (ir::Status status = run_graph_passes(*graph, options); !status) return status.faults();
  const ir::Result<std::vector<targets::Target>> targets = targets_for(options, kDefaultPlatform);
  if (!targets) return targets.faults();
  ir::Diagnostics faults;
  for (const targets::Target& target : *targets) {
    const ir::Result<ir::Module> module = lowered_for<ir::Module>(*graph, target, options);
    if (!module) faults.insert(faults.end(), module.faults().begin(), module.faults().end());
  }
  return faults;
}

// {"nodes": N, "unsupported": [{"what", "count", "nodes": [..]}], "faults": [{"where", "kind", "message"}]}
ir::Status write_dry_run_report(const frontend::ImportReport& found, const std::filesystem::path& file) {
  Json json = {{"nodes", found.nodes}, {"unsupported", Json::array()}, {"faults", Json::array()}};
  for (const frontend::Unsupported& feature : found.unsupported) {
    json["unsupported"].push_back({{"what", feature.what}, {"count", feature.count}, {"nodes", feature.nodes}});
  }
  for (const ir::Diagnostic& fault : found.faults) {
    json["faults"].push_back({{"where", fault.where}, {"kind", fault.kind}, {"message", fault.message}});
  }
  return write_output(file, json_text(json));
}

}  // namespace

ExitCode dry_run(const Options& options) {
  const std::string subject = options.subject.string();
  ir::Result<frontend::OnnxModel> model = frontend::read_model(options.subject, limits_of(options));
  if (!model) return report(subject, model.faults());
  frontend::ImportReport found = frontend::check_model(std::move(*model), import_options(options));
  if (found.faults.empty() && found.unsupported.empty()) found.faults = faults_of_lowering(options);
  std::string text;
  for (const frontend::Unsupported& feature : found.unsupported) text += line_of(feature);
  text += fmt::format("{}, {}, {}\n", counted(static_cast<size_t>(found.nodes), "node"),
                      counted(found.unsupported.size(), "unsupported feature"), counted(found.faults.size(), "fault"));
  if (ir::Status status = print(text); !status) return report("burin", status.faults());
  if (options.json) {
    if (ir::Status status = write_dry_run_report(found, *options.json); !status)
      return report("burin", status.faults());
  }
  if (!found.faults.empty()) return report(subject, found.faults);
  return found.unsupported.empty() ? kDone : kInputAtFault;
}

}  // namespace burin::tools
