#include "tools/burin/commands/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "codegen/c_text.h"
#include "tools/burin/base/output_files.h"
#include "tools/burin/base/report.h"
#include "tools/burin/commands/subject.h"
#include "tools/burin/data/input_list.h"

namespace burin::tools {
namespace {

// An output that is written, and the stem of its file.
struct Written {
  size_t output;
  std::string stem;
};

// Outputs that the list chooses, or all; names as C identifiers, each once.
ir::Result<std::vector<Written>> outputs_to_write(const InputList& list, std::span<const TensorDescription> outputs) {
  ir::Status status;
  for (const std::string& name : list.outputs) {
    const bool is_known =
        std::any_of(outputs.begin(), outputs.end(), [&](const auto& each) { return each.name == name; });
    if (!is_known)
      status.merge(ir::input_fault("input-list", "", "expected the name of an output, found \"{}\"", name));
  }
  if (!status) return status.faults();
  std::vector<Written> written;
  std::set<std::string> taken;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool is_chosen =
        list.outputs.empty() || std::count(list.outputs.begin(), list.outputs.end(), outputs[i].name) > 0;
    if (!is_chosen) continue;
    const std::string wanted = codegen::c_identifier(outputs[i].name);
    std::string stem = wanted;
    for (int again = 1; !taken.insert(stem).second; ++again) stem = fmt::format("{}_{}", wanted, again);
    written.push_back({i, std::move(stem)});
  }
  return written;
}

std::string qnn_type(ir::ElementType element) {
  if (element == ir::ElementType::kBool) return "QNN_DATATYPE_BOOL_8";
  std::string_view kind = ir::is_unsigned(element) ? "UINT" : "INT";
  if (ir::is_float(element)) kind = element == ir::ElementType::kBF16 ? "BFLOAT" : "FLOAT";
  return fmt::format("QNN_DATATYPE_{}_{}", kind, ir::size_of(element) * 8);
}

std::string metadata(const ModelDescription& model, const Shapes& shapes, std::span<const std::vector<int64_t>> outputs,
                     size_t inferences) {
  std::string text =
      fmt::format("inferences_completed: {}\ngraph_name: {}\n", inferences, codegen::c_identifier(model.name));
  const auto add = [&](std::string_view side, std::span<const TensorDescription> tensors,
                       std::span<const std::vector<int64_t>> dims) {
    text += fmt::format("{}:\n", side);
    for (size_t i = 0; i < tensors.size() && i < dims.size(); ++i) {
      text += fmt::format("  - name: {}\n    datatype: {}\n    dims: [{}]\n", codegen::c_identifier(tensors[i].name),
                          qnn_type(tensors[i].element), fmt::join(dims[i], ", "));
    }
  };
  add("inputs", model.inputs, shapes);
  add("outputs", model.outputs, outputs);
  return text;
}

// Runs the list's inferences one by one; each one's files appear together.
ir::Status run_list(Runner& runner, const InputList& list, const Options& options) {
  const ModelDescription& model = runner.description();
  const ir::Result<Shapes> shapes = shapes_to_run(model, options);
  if (!shapes) return shapes.faults();
  const ir::Result<std::vector<Written>> written = outputs_to_write(list, model.outputs);
  if (!written) return written.faults();
  ir::Result<OutputFiles> files = OutputFiles::in(options.output_dir);
  if (!files) return files.faults();
  const RawElements reads = options.native_inputs ? RawElements::kNative : RawElements::kFloat32;
  const RawElements writes = options.native_outputs ? RawElements::kNative : RawElements::kFloat32;
  std::vector<std::vector<int64_t>> output_dims;
  for (size_t i = 0; i < list.inferences.size(); ++i) {
    show_progress(fmt::format("inference {} of {}", i + 1, list.inferences.size()));
    const ir::Result<std::vector<ir::Literal>> inputs =
        load_inputs(list, list.inferences[i], model.inputs, *shapes, reads);
    if (!inputs) return inputs.faults();
    const ir::Result<std::vector<ir::Literal>> outputs = runner.run(*inputs, options.threads);
    if (!outputs) return outputs.faults();
    output_dims.clear();
    for (const ir::Literal& output : *outputs) output_dims.push_back(output.dims);
    for (const Written& each : *written) {
      const std::string name = fmt::format("Result_{}/{}{}.raw", i, each.stem, options.native_outputs ? "_native" : "");
      if (ir::Status status = files->add(name, raw_of_tensor((*outputs)[each.output], writes)); !status) return status;
    }
    if (ir::Status status = files->publish(); !status) return status;
  }
  const std::string text = metadata(model, *shapes, output_dims, list.inferences.size());
  if (ir::Status status = files->add("execution_metadata.yaml", text); !status) return status;
  return files->publish();
}

}  // namespace

ExitCode run(const Options& options) {
  const std::string subject = options.subject.string();
  if (options.input_list.empty() || options.output_dir.empty()) {
    return report("burin run", {usage_fault("", "expected --input_list FILE and --output_dir DIR")});
  }
  ir::Result<Runner> runner = open_runner(options);
  if (!runner) return report(subject, runner.faults());
  const ir::Result<InputList> list = read_input_list(options.input_list);
  if (!list) return report(options.input_list.string(), list.faults());
  if (ir::Status status = run_list(*runner, *list, options); !status) return report(subject, status.faults());
  const size_t count = list->inferences.size();
  const ir::Status printed = print(fmt::format("{} inference{}, outputs in {}\n", count, count == 1 ? "" : "s",
                                               (options.output_dir / "Result_<i>").string()));
  return printed ? kDone : report("burin", printed.faults());
}

}  // namespace burin::tools
