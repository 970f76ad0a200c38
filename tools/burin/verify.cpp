#include "tools/burin/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "tools/burin/data_set.h"
#include "tools/burin/json_report.h"
#include "tools/burin/layers.h"
#include "tools/burin/lower_model.h"
#include "tools/burin/report.h"
#include "tools/burin/runner.h"
#include "tools/burin/suite.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

// One sentence for several faults.
std::string summary_of(const ir::Diagnostics& faults) {
  const ir::Diagnostic& first = faults.front();
  std::string text = first.where.empty() ? first.message : first.where + ": " + first.message;
  if (faults.size() > 1) text += fmt::format(" (and {} more)", faults.size() - 1);
  return text;
}

CaseResult refused(ir::Diagnostics faults) {
  const bool is_unsupported = std::all_of(faults.begin(), faults.end(),
                                          [](const ir::Diagnostic& f) { return f.fault == ir::Fault::kUnsupported; });
  std::string summary = summary_of(faults);
  return {is_unsupported ? Outcome::kUnsupported : Outcome::kFail, std::move(summary), std::move(faults)};
}

CaseResult differs(std::string detail) { return {Outcome::kFail, std::move(detail), {}}; }

CaseResult compare_outputs(const DataSet& data, std::span<const TensorDescription> outputs,
                           std::span<const ir::Literal> found, Standard standard, double noise) {
  const std::vector<int> match = match_names(data.outputs, outputs);
  size_t compared = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (match[i] < 0) continue;
    ++compared;
    ir::Literal expected = data.outputs[static_cast<size_t>(match[i])].value;
    if (standard == Standard::kModel) expected = as_float_type(expected, found[i].element);
    const Comparison comparison = compare(expected, found[i], standard, noise);
    if (comparison.differing > 0) return differs(fmt::format("output \"{}\"{}", outputs[i].name, comparison.text));
  }
  if (compared == data.outputs.size()) return {};
  return differs(fmt::format("expected {} outputs, found {}", data.outputs.size(), outputs.size()));
}

CaseResult verify_data(Runner& runner, const fs::path& folder, Standard standard, double noise) {
  const ir::Result<DataSet> data = read_data_set(folder);
  if (!data) return refused(data.faults());
  const ir::Result<std::vector<ir::Literal>> inputs = inputs_for(data->inputs, runner.inputs());
  if (!inputs) return refused(inputs.faults());
  const ir::Result<std::vector<ir::Literal>> found = runner.run(*inputs);
  if (!found) return refused(found.faults());
  return compare_outputs(*data, runner.outputs(), *found, standard, noise);
}

ExitCode finish(const std::string& name, const CaseResult& result, const Options& options) {
  if (ir::Status status = print(line_of(name, result) + "\n"); !status) return report("burin", status.faults());
  if (options.json) {
    if (ir::Status status = write_verify_report({{name, result}}, *options.json); !status) {
      return report("burin", status.faults());
    }
  }
  if (!result.faults.empty()) return report(options.subject.string(), result.faults);
  return result.outcome == Outcome::kPass ? kDone : kInputAtFault;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass: return "PASS";
    case Outcome::kFail: return "FAIL";
    case Outcome::kUnsupported: return "UNSUPPORTED";
  }
  return "";
}

std::string line_of(const std::string& name, const CaseResult& result) {
  std::string line = fmt::format("{} {}", name_of(result.outcome), name);
  if (result.outcome != Outcome::kPass) line += ": " + result.detail;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

CaseResult verify_case(const Case& test, const Options& for_all) {
  Options options = for_all;
  options.subject = test.model;
  ir::Result<ir::Graph> graph = import_file(test.model, options);
  if (!graph) return refused(graph.faults());
  if (test.data.empty()) {
    return refused(
        {ir::unsupported("no-data", "", "expected test_data_set_0 or inputs.npz with data to compare, found none")});
  }
  if (ir::Status status = run_graph_passes(*graph, options); !status) return refused(status.faults());
  ir::Result<Runner> runner = make_runner(*graph, options);
  if (!runner) return refused(runner.faults());
  for (const fs::path& folder : test.data) {
    CaseResult result = verify_data(*runner, folder, test.standard, options.noise);
    if (result.outcome == Outcome::kPass) continue;
    if (test.data.size() > 1) result.detail = folder.filename().string() + ": " + result.detail;
    return result;
  }
  return {};
}

ExitCode verify(const Options& options) {
  if (options.suite) {
    if (!options.subject.empty()) {
      return report(
          "burin verify",
          {usage_fault("--suite", fmt::format("expected no MODEL with it, found \"{}\"", options.subject.string()))});
    }
    return verify_suite(options);
  }
  if (options.subject.empty())
    return report("burin verify", {usage_fault("MODEL", "expected a model, or --suite DIR")});
  Case test;
  test.name = options.subject.stem().string();
  test.model = options.subject;
  fs::path data = options.data.empty() ? options.subject.parent_path() / "" : options.data;
  if (data.empty()) data = ".";
  test.data = data_sets_in(data);
  if (test.data.empty()) {
    return report(data.string(), {ir::input_fault("no-data", "",
                                                  "expected input_N.pb and output_N.pb, or inputs.npz and "
                                                  "outputs.npz, or folders test_data_set_N; found none")});
  }
  if (options.layers) return verify_layers(test, options);
  return finish(test.name, verify_case(test, options), options);
}

}  // namespace burin::tools
