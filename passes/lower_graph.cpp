#include "passes/lower_graph.h"

#include <set>
#include <utility>

#include "ir/op.h"

namespace burin::passes {

using namespace ir;

namespace {

// Marks the ops of all regions that an output depends on.
std::vector<bool> needed_ops(const Graph& graph) {
  std::vector<bool> needed(graph.ops.size());
  std::vector<ValueId> pending = graph.main().yields;
  const auto need = [&](const std::vector<ValueId>& values) {
    pending.insert(pending.end(), values.begin(), values.end());
  };
  while (!pending.empty()) {
    const ValueId value = pending.back();
    pending.pop_back();
    if (!value.valid() || graph.values[value].constant) continue;
    const OpId definition = graph.values[value].definition;
    if (!definition.valid() || needed[definition.index]) continue;
    needed[definition.index] = true;
    need(graph.ops[definition].operands);
    for (RegionId region : graph.ops[definition].regions) need(graph.regions[region].yields);
  }
  return needed;
}

class GraphLowering {
 public:
  explicit GraphLowering(const Graph& graph)
      : graph_(graph),
        needed_(needed_ops(graph)),
        regions_{[this](ValueId value) { return tensor(value); },
                 [this](ValueId value, TensorId tensor) { lowered_.tensors[value.index] = tensor; },
                 [this](RegionId region) { return lower_region(region); }} {
    lowered_.tensors.resize(graph.values.size());
    lowered_.program.name = graph.name;
    lowered_.program.pool = graph.pool;
  }

  TensorId tensor(ValueId id) {
    if (!id.valid()) return {};
    TensorId& tensor = lowered_.tensors[id.index];
    if (tensor.valid()) return tensor;
    const Value& value = graph_.values[id];
    tensor = lowered_.program.add_tensor(value.name, value.type.element, value.type.shape);
    lowered_.program.tensors[tensor].constant = value.constant;
    return tensor;
  }

  void lower(OpId id) {
    const Op& op = graph_.ops[id];
    if (op.info->lower == nullptr) {
      status_.merge(unsupported("unsupported", op.origin, "expected an op with a lowering, found {}", op.info->name));
      return;
    }
    std::vector<TensorId> operands;
    std::vector<TensorId> results;
    for (ValueId value : op.operands) operands.push_back(tensor(value));
    for (ValueId value : op.results) results.push_back(tensor(value));
    Lowering lowering(graph_, op, lowered_.program, operands, results, &regions_);
    op.info->lower(lowering);
  }

  void lower_needed(RegionId region) {
    for (OpId op : graph_.regions[region].ops) {
      if (needed_[op.index]) lower(op);
    }
  }

  // An output that is an input, a constant or another output too gets a tensor of its own, filled by a copy.
  void add_output(ValueId value) {
    Program& program = lowered_.program;
    const TensorId source = tensor(value);
    const bool is_computed = graph_.values[value].definition.valid() && !graph_.values[value].constant;
    bool taken = !is_computed;
    for (TensorId output : program.outputs) taken |= output == source;
    if (!taken) return program.outputs.push_back(source);
    const Tensor original = program.tensors[source];
    const TensorId copy = program.add_tensor(original.name + ".out", original.element, original.shape);
    NestBuilder nest(program, "");
    const std::vector<Expr> index = nest.parallel(original.shape);
    nest.write(copy, index, read(program, source, index));
    program.body.push_back({nest.take()});
    program.outputs.push_back(copy);
  }

  // Symbols that only ops left out would have counted.
  void drop_uncounted_symbols() {
    std::set<VariableId> counted;
    for_each_statement(lowered_.program.body, [&](const Statement& statement) {
      if (const auto* compact = std::get_if<Compact>(&statement.form)) counted.insert(compact->count);
      if (const auto* count = std::get_if<Count>(&statement.form)) counted.insert(count->count);
    });
    std::erase_if(lowered_.program.opaque_symbols, [&](VariableId symbol) { return !counted.contains(symbol); });
  }

  const Status& status() const { return status_; }
  LoweredGraph take() { return std::move(lowered_); }
  LoweredGraph& lowered() { return lowered_; }

 private:
  std::vector<Statement> lower_region(RegionId region) {
    std::vector<Statement> outside = std::exchange(lowered_.program.body, {});
    lower_needed(region);
    return std::exchange(lowered_.program.body, std::move(outside));
  }

  const Graph& graph_;
  std::vector<bool> needed_;
  RegionLowering regions_;
  LoweredGraph lowered_;
  Status status_;
};

}  // namespace

Result<LoweredGraph> lower_graph(const Graph& graph) {
  GraphLowering lowering(graph);
  Program& program = lowering.lowered().program;
  program.symbols = graph.symbols;
  program.opaque_symbols = graph.opaque_symbols;
  for (const AssumedEqual& assumed : graph.assumptions)
    program.checks.push_back({assumed.left, assumed.right, assumed.origin});
  for (ValueId input : graph.main().parameters) program.inputs.push_back(lowering.tensor(input));
  lowering.lower_needed(graph.body);
  if (!lowering.status()) return lowering.status().faults();
  lowering.drop_uncounted_symbols();
  for (ValueId output : graph.main().yields) lowering.add_output(output);
  return lowering.take();
}

Result<Program> lower_op(const Graph& graph, OpId id) {
  GraphLowering lowering(graph);
  Program& program = lowering.lowered().program;
  program.symbols = graph.symbols;
  program.opaque_symbols = graph.opaque_symbols;
  for (ValueId operand : graph.ops[id].operands) {
    if (operand.valid()) program.inputs.push_back(lowering.tensor(operand));
  }
  lowering.lower(id);
  if (!lowering.status()) return lowering.status().faults();
  for (ValueId result : graph.ops[id].results) program.outputs.push_back(lowering.tensor(result));
  return std::move(lowering.take().program);
}

}  // namespace burin::passes
