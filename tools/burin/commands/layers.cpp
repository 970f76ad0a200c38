#include "tools/burin/commands/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph/copy.h"
#include "ir/run/evaluate.h"
#include "passes/lower_graph.h"
#include "tools/burin/compile/lower_model.h"
#include "tools/burin/data/data_set.h"
#include "tools/burin/library/runner.h"

namespace burin::tools {
namespace {

// The graph with every value of its main region that an op computes as an output, in the order of the ops.
ir::Graph with_all_outputs(const ir::Graph& graph) {
  ir::Graph all = ir::copy_of(graph);
  ir::Region& body = all.regions[all.body];
  body.yields.clear();
  for (ir::OpId op : body.ops) {
    for (ir::ValueId result : all.ops[op].results) {
      if (result.valid() && !all.values[result].constant) body.yields.push_back(result);
    }
  }
  return all;
}

// `exact` in the element type of the compiled model.
ir::Literal rounded(const ir::Literal& exact, ir::ElementType element) {
  if (exact.element == element) return exact;
  const int64_t count = exact.element_count();
  std::vector<std::byte> bytes(static_cast<size_t>(count * ir::size_of(element)));
  for (int64_t i = 0; i < count; ++i) {
    ir::store_scalar(bytes.data() + i * ir::size_of(element), element,
                     ir::convert(exact.at(i), exact.element, element));
  }
  return ir::make_literal(element, exact.dims, std::move(bytes));
}

struct Layers {
  ir::Graph graph;
  std::vector<ir::Literal> found, expected;  // by position in the yields
  std::vector<ir::ValueId> outputs;          // of the model
  std::vector<ir::Literal> as_compiled;      // the same, from the library that users get
};

ir::Result<Layers> run_both(const Case& test, const Options& options) {
  ir::Result<ir::Graph> graph = import_file(test.model, options);
  if (!graph) return graph.faults();
  if (ir::Status status = run_graph_passes(*graph, options); !status) return status.faults();
  Layers layers{with_all_outputs(*graph), {}, {}, graph->main().yields, {}};
  const ir::Result<DataSet> data = read_data_set(test.data.front());
  if (!data) return data.faults();
  ir::Result<Runner> runner = make_runner(layers.graph, options);
  if (!runner) return runner.faults();
  const ir::Result<std::vector<ir::Literal>> inputs = inputs_for(data->inputs, runner->inputs());
  if (!inputs) return inputs.faults();
  ir::Result<std::vector<ir::Literal>> found = runner->run(*inputs);
  if (!found) return found.faults();
  layers.found = std::move(*found);
  ir::Result<Runner> plain = make_runner(*graph, options);
  if (!plain) return plain.faults();
  ir::Result<std::vector<ir::Literal>> outputs = plain->run(*inputs);
  if (!outputs) return outputs.faults();
  layers.as_compiled = std::move(*outputs);
  const ir::Result<ir::Program> lowered = passes::lower_graph(ir::copy_of(layers.graph));
  if (!lowered) return lowered.faults();
  ir::Result<ir::Evaluation> evaluation = ir::evaluate(*lowered, *inputs, ir::Precision::kDouble);
  if (!evaluation) return evaluation.faults();
  layers.expected = std::move(evaluation->outputs);
  return layers;
}

// A line for each output of the library as users get it that differs from the evaluator: tensors that are kept change what the
// passes may do, so it may differ where no layer does.
std::vector<std::string> differing_outputs(const Layers& layers) {
  const std::vector<ir::ValueId>& yields = layers.graph.main().yields;
  std::vector<std::string> lines;
  for (size_t i = 0; i < layers.outputs.size(); ++i) {
    const auto found = std::ranges::find(yields, layers.outputs[i]);
    if (found == yields.end()) continue;  // a constant or an input
    const auto at = static_cast<size_t>(found - yields.begin());
    const ir::Literal expected = rounded(layers.expected[at], layers.as_compiled[i].element);
    const Comparison comparison = compare(expected, layers.as_compiled[i], Standard::kModel);
    if (comparison.differing == 0) continue;
    lines.push_back(fmt::format("output \"{}\"{}\n", layers.graph.values[layers.outputs[i]].name, comparison.text));
  }
  return lines;
}

}  // namespace

ExitCode verify_layers(const Case& test, const Options& options) {
  const ir::Result<Layers> layers = run_both(test, options);
  if (!layers) return report(test.model.string(), layers.faults());
  const ir::Graph& graph = layers->graph;
  const std::vector<ir::ValueId>& yields = graph.main().yields;
  size_t differing = 0;
  for (size_t i = 0; i < yields.size(); ++i) {
    const ir::Value& value = graph.values[yields[i]];
    const ir::Literal expected = rounded(layers->expected[i], layers->found[i].element);
    const Comparison comparison = compare(expected, layers->found[i], Standard::kModel);
    if (comparison.differing == 0) continue;
    const std::string_view first = differing == 0 ? "first differing node: " : "then: ";
    ++differing;
    const std::string line =
        fmt::format("{}{}: tensor \"{}\"{}\n", first, graph.ops[value.definition].origin, value.name, comparison.text);
    if (ir::Status status = print(line); !status) return report("burin", status.faults());
  }
  const std::vector<std::string> outputs = differing_outputs(*layers);
  std::string summary = fmt::format("{} of {} intermediate tensors differ\n", differing, yields.size());
  summary += fmt::format("{} of {} outputs differ when the library keeps no other tensor\n", outputs.size(),
                         layers->outputs.size());
  for (const std::string& line : outputs) summary += line;
  if (differing == 0 && !outputs.empty())
    summary += "no layer differs by itself: compile with --check-passes to find the pass that changes the result\n";
  if (ir::Status status = print(summary); !status) return report("burin", status.faults());
  return differing == 0 && outputs.empty() ? kDone : kInputAtFault;
}

}  // namespace burin::tools
