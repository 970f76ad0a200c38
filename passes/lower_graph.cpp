#include "passes/lower_graph.h"

#include "ir/op.h"

namespace burin::passes {

using namespace ir;

namespace {

// Marks the ops of the main region that an output depends on.
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
    // What a region reads from around it counts as an operand of its op.
    std::vector<RegionId> regions = graph.ops[definition].regions;
    while (!regions.empty()) {
      const Region& region = graph.regions[regions.back()];
      regions.pop_back();
      need(region.yields);
      for (OpId inner : region.ops) {
        need(graph.ops[inner].operands);
        regions.insert(regions.end(), graph.ops[inner].regions.begin(), graph.ops[inner].regions.end());
      }
    }
  }
  return needed;
}

class GraphLowering {
 public:
  explicit GraphLowering(const Graph& graph) : graph_(graph) {
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

  Status lower(OpId id) {
    const Op& op = graph_.ops[id];
    if (op.info->lower == nullptr) {
      return unsupported("unsupported", op.origin, "expected an op without regions, found {}", op.info->name);
    }
    std::vector<TensorId> operands;
    std::vector<TensorId> results;
    for (ValueId value : op.operands) operands.push_back(tensor(value));
    for (ValueId value : op.results) results.push_back(tensor(value));
    Lowering lowering(graph_, op, lowered_.program, operands, results);
    op.info->lower(lowering);
    return {};
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

  LoweredGraph take() { return std::move(lowered_); }
  LoweredGraph& lowered() { return lowered_; }

 private:
  const Graph& graph_;
  LoweredGraph lowered_;
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
  const std::vector<bool> needed = needed_ops(graph);
  Status status;
  for (OpId op : graph.main().ops) {
    if (needed[op.index]) status.merge(lowering.lower(op));
  }
  if (!status) return status.faults();
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
  if (Status status = lowering.lower(id); !status) return status.faults();
  for (ValueId result : graph.ops[id].results) program.outputs.push_back(lowering.tensor(result));
  return std::move(lowering.take().program);
}

}  // namespace burin::passes
