#include "tools/burin/commands/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "ir/ops/numeric.h"
#include "tools/burin/base/report.h"
#include "tools/burin/commands/layers.h"
#include "tools/burin/commands/suite.h"
#include "tools/burin/commands/verify_report.h"
#include "tools/burin/compile/lower_model.h"
#include "tools/burin/data/data_set.h"
#include "tools/burin/library/guarded_runner.h"
#include "tools/burin/library/runner.h"

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
  return {is_unsupported ? Outcome::kUnsupported : Outcome::kFail, std::move(summary), std::move(faults), {}, {}};
}

CaseResult differs(std::string detail) { return {Outcome::kFail, std::move(detail), {}, {}, {}}; }

// How outputs are judged.
struct Judgement {
  Standard standard = Standard::kModel;
  double noise = 0;
  bool quantizes = false;
};

// Whether results may flip (tolerance.h): some op rounds to a quantum.
bool quantizes(const ir::Graph& graph) {
  for (const ir::Region& region : graph.regions) {
    for (ir::OpId op : region.ops) {
      const ir::OpInfo* info = graph.ops[op].info;
      if (info == &ir::kQuantize || info == &ir::kRequantize) return true;
    }
  }
  return false;
}

// The errors of all outputs up to the first that differs.
CaseResult compare_outputs(const DataSet& data, std::span<const TensorDescription> outputs,
                           std::span<const ir::Literal> found, const Judgement& judgement) {
  const std::vector<int> match = match_names(data.outputs, outputs);
  CaseResult result;
  size_t compared = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (match[i] < 0) continue;
    ++compared;
    ir::Literal expected = data.outputs[static_cast<size_t>(match[i])].value;
    if (judgement.standard == Standard::kModel) expected = as_float_type(expected, found[i].element);
    const Comparison comparison = compare(expected, found[i], judgement.standard, judgement.noise, judgement.quantizes);
    if (expected.element == found[i].element && expected.dims == found[i].dims)
      result.errors.push_back(error_of(outputs[i].name, expected, found[i]));
    if (comparison.are_flips) {
      if (result.flips.empty()) {
        result.flips = fmt::format("output \"{}\": {} of {} elements are one quantum apart", outputs[i].name,
                                   comparison.differing, comparison.elements);
      }
    } else if (comparison.differing > 0) {
      result.outcome = Outcome::kFail;
      result.detail = fmt::format("output \"{}\"{}", outputs[i].name, comparison.text);
      return result;
    }
  }
  if (compared == data.outputs.size()) return result;
  return differs(fmt::format("expected {} outputs, found {}", data.outputs.size(), outputs.size()));
}

CaseResult verify_data(Runner& runner, const fs::path& folder, const Judgement& judgement) {
  const ir::Result<DataSet> data = read_data_set(folder);
  if (!data) return refused(data.faults());
  const ir::Result<std::vector<ir::Literal>> inputs = inputs_for(data->inputs, runner.inputs());
  if (!inputs) return refused(inputs.faults());
  const ir::Result<std::vector<ir::Literal>> found = runner.run(*inputs);
  if (!found) return refused(found.faults());
  return compare_outputs(*data, runner.outputs(), *found, judgement);
}

// Whether a library that got the same inputs twice computed the same bits, whatever its memory held before.
CaseResult compare_runs(std::span<const TensorDescription> outputs, std::span<const ir::Literal> before,
                        std::span<const ir::Literal> now) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Comparison comparison = compare_bits(before[i], now[i]);
    if (comparison.differing == 0) continue;
    return differs(fmt::format("output \"{}\"{} from the run {}: it was not written, or depends on memory that was not",
                               outputs[i].name, comparison.text, name_of(kPlacements.front())));
  }
  return {};
}

// In every placement, until one fails.
CaseResult verify_data(GuardedRunner& runner, const fs::path& folder, const Judgement& judgement) {
  const std::vector<TensorDescription>& outputs = runner.description().outputs;
  const ir::Result<DataSet> data = read_data_set(folder);
  if (!data) return refused(data.faults());
  const ir::Result<std::vector<ir::Literal>> inputs = inputs_for(data->inputs, runner.description().inputs);
  if (!inputs) return refused(inputs.faults());
  std::optional<std::vector<ir::Literal>> first;
  CaseResult passed;
  for (Placement placement : kPlacements) {
    ir::Result<GuardedRun> run = runner.run(*inputs, placement);
    if (!run) return refused(run.faults());
    CaseResult result;
    if (!run->violation.empty()) {
      result = differs("expected accesses between the guard pages, found " + run->violation);
    } else if (first) {
      result = compare_runs(outputs, *first, run->outputs);
    } else {
      result = passed = compare_outputs(*data, outputs, run->outputs, judgement);
      first = std::move(run->outputs);
    }
    if (result.outcome == Outcome::kPass) continue;
    result.detail = fmt::format("{}: {}", name_of(placement), result.detail);
    return result;
  }
  return passed;
}

// Takes in the errors of another data set.
void add_errors(CaseResult& all, const CaseResult& one) {
  for (const OutputError& error : one.errors) {
    const auto same = std::ranges::find(all.errors, error.name, &OutputError::name);
    if (same == all.errors.end()) {
      all.errors.push_back(error);
    } else {
      merge(*same, error);
    }
  }
}

// Data set by data set. Guarded runs go on after one that fails, as another may leave another buffer.
template <class AnyRunner>
CaseResult verify_all_data(ir::Result<AnyRunner> runner, const Case& test, const Judgement& judgement, bool goes_on) {
  if (!runner) return refused(runner.faults());
  CaseResult all;
  size_t failed = 0;
  for (const fs::path& folder : test.data) {
    CaseResult result = verify_data(*runner, folder, judgement);
    const std::string prefix = test.data.size() > 1 ? folder.filename().string() + ": " : "";
    if (result.outcome == Outcome::kPass) {
      if (failed > 0) continue;
      add_errors(all, result);
      if (all.flips.empty() && !result.flips.empty()) all.flips = prefix + result.flips;
    } else if (failed++ == 0) {
      all = std::move(result);
      all.detail = prefix + all.detail;
      if (!goes_on) break;
    }
  }
  if (failed > 1) all.detail += fmt::format(" ({} of {} data sets fail)", failed, test.data.size());
  return all;
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
  const bool is_pass = result.outcome == Outcome::kPass;
  if (!result.flips.empty() && is_pass) line += " with flips: " + result.flips;
  if (!is_pass) line += ": " + result.detail;
  if (!result.errors.empty()) {
    const std::string errors = text_of(result.errors);
    // What differs may have no number to measure it by (NaN).
    if (is_pass && result.flips.empty()) {
      line += ": " + errors;
    } else if (errors != kNoError) {
      line += " (" + errors + ")";
    }
  }
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
  const Judgement judgement{test.standard, options.noise, quantizes(*graph)};
  return options.guard_pages ? verify_all_data(make_guarded_runner(*graph, options), test, judgement, true)
                             : verify_all_data(make_runner(*graph, options), test, judgement, false);
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
