#include "passes/lower_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ir/graph/op.h"

namespace burin::passes {

using namespace ir;

namespace {

class GraphLowering {
 public:
  explicit GraphLowering(const Graph& graph)
      : graph_(graph),
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

  void lower_ops(RegionId region) {
    for (OpId op : graph_.regions[region].ops) lower(op);
  }

  // An output that is an input, a constant or another output too gets a tensor of its own, filled by a copy. Users know outputs
  // by their names: a constant leaves its own to the copy.
  void add_output(ValueId value) {
    Program& program = lowered_.program;
    const TensorId source = tensor(value);
    const bool is_computed = graph_.values[value].definition.valid() && !graph_.values[value].constant;
    bool taken = !is_computed;
    for (TensorId output : program.outputs) taken |= output == source;
    if (!taken) return program.outputs.push_back(source);
    const Tensor original = program.tensors[source];
    const bool is_constant = original.constant.has_value();
    if (is_constant) program.tensors[source].name += ".value";
    const TensorId copy =
        program.add_tensor(is_constant ? original.name : original.name + ".out", original.element, original.shape);
    NestBuilder nest(program, "");
    const std::vector<Expr> index = nest.parallel(original.shape);
    nest.write(copy, index, read(program, source, index));
    program.body.push_back({nest.take()});
    program.outputs.push_back(copy);
  }

  // Symbols that no statement counts: the op that would have is gone.
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
    lower_ops(region);
    return guarded(region, std::exchange(lowered_.program.body, std::move(outside)));
  }

  // What a region assumes of dimensions cannot be checked before it is known to run. Where it does not hold, the region is left
  // out, and a count of 1 whose bound is 0 makes the runtime complain.
  std::vector<Statement> guarded(RegionId region, std::vector<Statement> body) {
    ExprPool& pool = *graph_.pool;
    std::vector<Statement> counts;
    Expr holds = pool.boolean(true);
    for (const AssumedEqual& assumed : graph_.assumptions) {
      if (assumed.region != region) continue;
      const Expr equal = ir::equal(assumed.left, assumed.right);
      const VariableId differs = pool.declare({assumed.origin + ".differs", kIndex, 0, 0, pool.integer(1)});
      lowered_.program.opaque_symbols.push_back(differs);
      counts.push_back({Count{differs, select(equal, pool.integer(0), pool.integer(1))}});
      holds = logical_and(holds, equal);
    }
    if (counts.empty()) return body;
    const Expr times = select(holds, pool.integer(1), pool.integer(0));
    const VariableId once = pool.declare({"once", kIndex, INT64_MIN, INT64_MAX, times});
    counts.push_back({For{once, {}, std::move(body)}});
    return counts;
  }

  const Graph& graph_;
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
  for (const AssumedEqual& assumed : graph.assumptions) {
    if (!assumed.region.valid()) program.checks.push_back({assumed.left, assumed.right, assumed.origin});
  }
  for (ValueId input : graph.main().parameters) program.inputs.push_back(lowering.tensor(input));
  lowering.lower_ops(graph.body);
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
