#include "passes/lower_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ir/expr/walk.h"
#include "ir/graph/op.h"

namespace burin::passes {

using namespace ir;

namespace {

// True when a side is a size that is found while running, so that `prepare` cannot tell.
bool depends_on_counts(const Graph& graph, const Assumption& assumed) {
  return std::ranges::any_of(graph.opaque_symbols, [&](VariableId count) {
    return uses_variable(assumed.dimensions.left, count) || uses_variable(assumed.dimensions.right, count);
  });
}

class GraphLowering {
 public:
  explicit GraphLowering(Graph& graph)
      : graph_(graph),
        regions_{[this](ValueId value) { return tensor(value); },
                 [this](ValueId value, TensorId tensor) { tensors_[value.index] = tensor; },
                 [this](RegionId region) { return lower_region(region); }} {
    tensors_.resize(graph.values.size());
    program_.name = graph.name;
    program_.pool = graph.pool;
    program_.symbols = graph.symbols;
    program_.opaque_symbols = graph.opaque_symbols;
  }

  TensorId tensor(ValueId id) {
    if (!id.valid()) return {};
    TensorId& tensor = tensors_[id.index];
    if (tensor.valid()) return tensor;
    const Value& value = graph_.values[id];
    Shape shape = value.type.shape;
    for (Expr& dimension : shape) dimension = settled_extent(graph_, dimension);
    tensor = program_.add_tensor(value.name, value.type.element, std::move(shape));
    program_.tensors[tensor].constant = value.constant;
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
    Lowering lowering(graph_, op, program_, operands, results, &regions_);
    const Expr holds = test_counts(op.origin);
    if (!holds.valid()) return op.info->lower(lowering);
    std::vector<Statement> before = std::exchange(program_.body, {});
    op.info->lower(lowering);
    Statement body = only_where(holds, std::exchange(program_.body, std::move(before)));
    program_.body.push_back(std::move(body));
  }

  void lower_ops(RegionId region) {
    for (OpId op : graph_.regions[region].ops) lower(op);
  }

  // An output that is an input, a constant or another output too gets a tensor of its own, filled by a copy. Users know outputs
  // by their names: a constant leaves its own to the copy.
  void add_output(ValueId value) {
    Program& program = program_;
    const TensorId source = tensor(value);
    const bool is_computed = graph_.values[value].definition.valid() && !graph_.values[value].constant;
    const bool is_first = outputs_.insert(source).second;
    if (is_computed && is_first) return program.outputs.push_back(source);
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
    for_each_statement(program_.body, [&](const Statement& statement) {
      if (const auto* compact = std::get_if<Compact>(&statement.form)) counted.insert(compact->count);
      if (const auto* count = std::get_if<Count>(&statement.form)) counted.insert(count->count);
    });
    std::erase_if(program_.opaque_symbols, [&](VariableId symbol) { return !counted.contains(symbol); });
  }

  const Status& status() const { return status_; }
  Program take() {
    program_.body.insert(program_.body.begin(), first_.begin(), first_.end());
    return std::move(program_);
  }
  Program& program() { return program_; }

 private:
  std::vector<Statement> lower_region(RegionId region) {
    std::vector<Statement> outside = std::exchange(program_.body, {});
    ++depth_;
    lower_ops(region);
    std::vector<Statement> body = guarded(region, std::exchange(program_.body, std::move(outside)));
    --depth_;
    return body;
  }

  // What a region assumes of dimensions cannot be checked before it is known to run. Where it does not hold, the region is left
  // out.
  std::vector<Statement> guarded(RegionId region, std::vector<Statement> body) {
    std::vector<Statement> statements;
    Expr holds;
    for (const Assumption& assumed : graph_.assumptions) {
      if (assumed.region == region && !depends_on_counts(graph_, assumed)) test(assumed, holds, statements);
    }
    if (!holds.valid()) return body;
    statements.push_back(only_where(holds, std::move(body)));
    return statements;
  }

  // What a node assumes of sizes that are found while running is tested where its first op stands, and its ops are left out
  // where it does not hold: what they read and divide by is as large as assumed. Invalid where the node assumes nothing.
  Expr test_counts(const std::string& origin) {
    Expr holds = holding_[origin];
    if (holds.valid()) return holds;
    for (const Assumption& assumed : graph_.assumptions) {
      if (assumed.origin == origin && depends_on_counts(graph_, assumed)) test(assumed, holds, program_.body);
    }
    return holding_[origin] = holds;
  }

  // A count of 1 whose bound is 0 makes the runtime complain. In a loop it stays 1 after an iteration that did not hold.
  void test(const Assumption& assumed, Expr& holds, std::vector<Statement>& statements) {
    ExprPool& pool = *graph_.pool;
    const Expr is_met = condition_of(assumed.dimensions);
    const VariableId differs = pool.declare({assumed.origin + ".differs", kIndex, 0, 0, pool.integer(1)});
    program_.opaque_symbols.push_back(differs);
    const Statement none{Count{differs, pool.integer(0)}};
    if (depth_ > 0) first_.push_back(none);
    const Expr so_far = depth_ > 0 ? pool.variable(differs) : pool.integer(0);
    statements.push_back({Count{differs, select(is_met, so_far, pool.integer(1))}});
    holds = holds.valid() ? logical_and(holds, is_met) : is_met;
  }

  Statement only_where(Expr holds, std::vector<Statement> body) const {
    ExprPool& pool = *graph_.pool;
    const Expr times = select(holds, pool.integer(1), pool.integer(0));
    const VariableId once = pool.declare({"once", kIndex, INT64_MIN, INT64_MAX, times});
    return {For{once, {}, std::move(body)}};
  }

  Graph& graph_;
  RegionLowering regions_;
  Program program_;
  std::set<TensorId> outputs_;
  std::vector<TensorId> tensors_;  // by ValueId::index; not valid for values that no statement computes or reads
  Status status_;
  std::map<std::string, Expr> holding_;  // what test_counts found, by origin
  std::vector<Statement> first_;         // before all others
  int depth_ = 0;                        // regions around what is being lowered
};

}  // namespace

Result<Program> lower_graph(Graph&& graph) {
  GraphLowering lowering(graph);
  Program& program = lowering.program();
  for (const Assumption& assumed : graph.assumptions) {
    if (!assumed.region.valid() && !depends_on_counts(graph, assumed))
      program.checks.push_back({assumed.dimensions, assumed.origin});
  }
  for (ValueId input : graph.main().parameters) program.inputs.push_back(lowering.tensor(input));
  lowering.lower_ops(graph.body);
  if (!lowering.status()) return lowering.status().faults();
  lowering.drop_uncounted_symbols();
  for (ValueId output : graph.main().yields) lowering.add_output(output);
  return lowering.take();
}

Result<Program> lower_op(Graph& graph, OpId id) {
  GraphLowering lowering(graph);
  Program& program = lowering.program();
  for (ValueId operand : graph.ops[id].operands) {
    if (operand.valid()) program.inputs.push_back(lowering.tensor(operand));
  }
  lowering.lower(id);
  if (!lowering.status()) return lowering.status().faults();
  for (ValueId result : graph.ops[id].results) program.outputs.push_back(lowering.tensor(result));
  return lowering.take();
}

}  // namespace burin::passes
