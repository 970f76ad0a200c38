// If, Loop and Scan as statements of the program around the lowered regions. Values that keep their shape are carried by the
// statement itself. Where a shape changes from one iteration to the next, its extents are opaque symbols that `count`
// statements set, and the value is saved and copied between them.
#include <algorithm>
#include <utility>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/ops/control.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

using Body = std::vector<Statement>;

Expr single(Lowering& op, TensorId tensor) {
  const std::vector<Expr> first(op.program.tensors[tensor].shape.size(), op.pool().integer(0));
  return read(op.program, tensor, first);
}

void write_single(Lowering& op, Body& body, TensorId tensor, Expr value) {
  NestBuilder nest = op.nest();
  nest.write(tensor, std::vector<Expr>(op.program.tensors[tensor].shape.size(), op.pool().integer(0)), value);
  body.push_back({nest.take()});
}

TensorId new_condition(Lowering& op, std::string_view name) { return op.temporary(name, ElementType::kBool, {}); }

// The largest value that memory is planned for.
Expr bound_of(ExprPool& pool, VariableId symbol) {
  const Variable& variable = pool[symbol];
  return variable.extent.valid() ? variable.extent - 1 : pool.integer(variable.high);
}

VariableId declare_count(Lowering& op, std::string name, Expr most) {
  const VariableId symbol = op.pool().declare({std::move(name), kIndex, 0, most->high, most + 1});
  op.program.opaque_symbols.push_back(symbol);
  return symbol;
}

bool is_opaque(const Program& program, Expr extent) {
  return is_variable(extent) &&
         std::ranges::find(program.opaque_symbols, variable_of(extent)) != program.opaque_symbols.end();
}

// Lets the extents of `to` that are counts be those of `from`.
void take_extents(Lowering& op, Body& body, TensorId from, TensorId to) {
  const Shape& source = op.program.tensors[from].shape;
  const Shape& target = op.program.tensors[to].shape;
  for (size_t d = 0; d < source.size(); ++d) {
    if (provably_equal(source[d], target[d])) continue;
    BURIN_ASSERT(is_opaque(op.program, target[d]), "an extent that differs is a count, by inference");
    body.push_back({Count{variable_of(target[d]), source[d]}});
  }
}

// to[leading.., i..] = from[i..]. Extents that are not known to be equal are so when this runs.
void copy(Lowering& op, Body& body, TensorId from, TensorId to, std::vector<Expr> leading = {}) {
  const Shape source = op.program.tensors[from].shape;
  const Shape target = op.program.tensors[to].shape;
  Shape extents;
  for (size_t d = 0; d < source.size(); ++d) {
    const Expr other = target[d + leading.size()];
    extents.push_back(provably_equal(source[d], other) ? other : min(source[d], other));
  }
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(extents);
  std::vector<Expr> index = std::move(leading);
  index.insert(index.end(), i.begin(), i.end());
  nest.write(to, std::move(index), read(op.program, from, i));
  body.push_back({nest.take()});
}

// The opaque symbols that statements of `body` give values.
std::vector<VariableId> counted_in(const Body& body) {
  std::vector<VariableId> counted;
  for_each_statement(body, [&](const Statement& statement) {
    if (const auto* count = std::get_if<Count>(&statement.form)) counted.push_back(count->count);
    if (const auto* compact = std::get_if<Compact>(&statement.form)) counted.push_back(compact->count);
  });
  return counted;
}

// What Loop and Scan share: values carried through the region, and what it yields beyond them stacked along a new axis.
class Iteration {
 public:
  // Value k of `count` carried ones is operand `operand + k`, the region's parameter `parameter + k`, and its yield
  // `yield + k`; the yields after those are stacked.
  Iteration(Lowering& op, int operand, size_t parameter, size_t yield, size_t count)
      : op_(op), region_(op.region(0)), yield_(yield) {
    for (size_t k = 0; k < count; ++k)
      carry(k, op.operand(operand + static_cast<int>(k)), region_.parameters[parameter + k]);
    lowered = op.regions().lower(op.op().regions[0]);
    counted_ = counted_in(lowered);
  }

  Body lowered;  // the region's ops, for the loop's body

  bool grows() const { return !changing_.empty(); }
  size_t carried_count() const { return kept_.size() + changing_.size(); }
  void set_most(Expr most) { counter_ = op_.pool().declare({"t", kIndex, INT64_MIN, INT64_MAX, most}); }
  VariableId counter() const { return counter_; }
  Expr turn() const { return op_.pool().variable(counter_); }
  TensorId tensor(ValueId value) const { return op_.regions().tensor(value); }

  // Row `turn` of every stacked result; `count` is their length where it is found while running.
  void stack(Body& body, std::optional<VariableId> count) {
    if (count) body.push_back({Count{*count, turn() + 1}});
    for (size_t k = carried_count(); k < static_cast<size_t>(op_.result_count()); ++k) {
      copy(op_, body, tensor(region_.yields[yield_ + k]), op_.result(static_cast<int>(k)), {turn()});
    }
  }

  // Saves every value whose shape changes before the first of their extents is set.
  void advance(Body& body) {
    Body after;
    for (const Changing& value : changing_) {
      const TensorId next = tensor(value.yielded);
      const TensorId saved = saved_like(value.tensor);
      bound_extents(body, next, saved);
      copy(op_, body, next, saved);
      take_extents(op_, after, saved, value.tensor);
      copy(op_, after, saved, value.tensor);
    }
    std::ranges::move(after, std::back_inserter(body));
  }

  std::vector<Carried> carried() const {
    std::vector<Carried> list;
    for (const Kept& value : kept_) list.push_back({value.tensor, value.initial, tensor(value.yielded)});
    return list;
  }

  // Extents that only an iteration sets are 0 when there is none.
  void start(Body& before) const {
    const Expr none = op_.pool().integer(0);
    for (VariableId length : row_lengths()) before.push_back({Count{length, none}});
    for (const Changing& value : changing_) {
      take_extents(op_, before, value.initial, value.tensor);
      copy(op_, before, value.initial, value.tensor);
    }
    for (VariableId widest : widest_) before.push_back({Count{widest, none}});
  }

  void finish(Body& after) const {
    for (const Changing& value : changing_) {
      take_extents(op_, after, value.tensor, value.result);
      copy(op_, after, value.tensor, value.result);
    }
  }

 private:
  struct Kept {
    TensorId tensor, initial;
    ValueId yielded;
  };
  struct Changing {
    TensorId tensor, initial, result;
    ValueId yielded;
  };

  // Extents of stacked rows that the region finds out.
  std::vector<VariableId> row_lengths() const {
    std::vector<VariableId> lengths;
    for (size_t k = carried_count(); k < static_cast<size_t>(op_.result_count()); ++k) {
      for (Expr extent : op_.result_shape(static_cast<int>(k))) {
        const bool is_new = is_variable(extent) && std::ranges::find(lengths, variable_of(extent)) == lengths.end();
        if (is_new && std::ranges::find(counted_, variable_of(extent)) != counted_.end())
          lengths.push_back(variable_of(extent));
      }
    }
    return lengths;
  }

  // A value of one shape lives in the result's tensor while the loop runs.
  void carry(size_t k, TensorId initial, ValueId parameter) {
    const Graph& graph = op_.graph();
    const ValueId yielded = region_.yields[yield_ + k];
    const TensorId result = op_.result(static_cast<int>(k));
    const Shape& shape = op_.program.tensors[result].shape;
    const bool is_kept = graph.values[parameter].type.shape == shape && op_.program.tensors[initial].shape == shape &&
                         graph.values[yielded].type.shape == shape;
    if (is_kept) {
      op_.regions().bind(parameter, result);
      kept_.push_back({result, initial, yielded});
    } else {
      changing_.push_back({tensor(parameter), initial, result, yielded});
    }
  }

  // A tensor like `id`, whose extents that change are counts of its own.
  TensorId saved_like(TensorId id) {
    const Tensor original = op_.program.tensors[id];
    Shape shape = original.shape;
    for (Expr& extent : shape) {
      if (!is_opaque(op_.program, extent)) continue;
      const std::string name = op_.pool()[variable_of(extent)].name + ".next";
      extent = op_.pool().variable(declare_count(op_, name, bound_of(op_.pool(), variable_of(extent))));
    }
    return op_.program.add_tensor(original.name + ".next", original.element, std::move(shape));
  }

  // As take_extents, but never above what memory is planned for: an extent that wants to be larger is cut, and a symbol of its
  // own keeps the largest one, for the runtime to complain about.
  void bound_extents(Body& body, TensorId from, TensorId to) {
    const Shape source = op_.program.tensors[from].shape;
    const Shape target = op_.program.tensors[to].shape;
    for (size_t d = 0; d < source.size(); ++d) {
      if (provably_equal(source[d], target[d])) continue;
      const VariableId symbol = variable_of(target[d]);
      const Expr bound = bound_of(op_.pool(), symbol);
      body.push_back({Count{symbol, min(source[d], bound)}});
      if (provably_nonnegative(bound - source[d])) continue;
      const VariableId widest = declare_count(op_, op_.pool()[symbol].name + ".widest", bound);
      body.push_back({Count{widest, max(op_.pool().variable(widest), source[d])}});
      widest_.push_back(widest);
    }
  }

  Lowering& op_;
  const Region& region_;
  size_t yield_;
  VariableId counter_;
  std::vector<Kept> kept_;
  std::vector<Changing> changing_;
  std::vector<VariableId> counted_, widest_;
};

// Whether a statement or a tensor it touches mentions a symbol.
class Mentions {
 public:
  Mentions(const Program& program, VariableId symbol) : program_(program), symbol_(symbol) {}

  bool in(const Body& body) {
    for_each_statement(
        body, [&](const Statement& statement) { std::visit([&](const auto& form) { scan(form); }, statement.form); });
    return found_;
  }

 private:
  void scan(Expr root) {
    if (!root.valid()) return;
    for_each_node(root, [&](Expr e) {
      found_ |= is_variable(e) && variable_of(e) == symbol_;
      if (e->opcode == Opcode::kRead) scan(tensor_of(e));
    });
  }
  void scan(TensorId tensor) {
    for (Expr extent : program_.tensors[tensor].shape) found_ |= uses_variable(extent, symbol_);
  }
  void scan(VariableId counter) { scan((*program_.pool)[counter].extent); }
  void scan(const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) scan(axis.variable);
  }
  void scan(const Nest& nest) {
    scan(nest.axes);
    for_each_expr(nest, [&](Expr e) { scan(e); });
    for (const Write& write : nest.writes) scan(write.tensor);
  }
  void scan(const Group& group) {
    scan(group.axes);
    in(group.body);
  }
  void scan(const Compact& compact) {
    Nest writes;
    writes.axes = compact.axes;
    writes.writes = compact.writes;
    scan(writes);
    scan(compact.where);
  }
  void scan(const For& loop) { scan(loop.counter); }
  void scan(const While& loop) { scan(loop.counter); }
  void scan(const If&) {}
  void scan(const Count& count) { scan(count.value); }

  const Program& program_;
  VariableId symbol_;
  bool found_ = false;
};

void append(Body& body, Body more) { std::ranges::move(more, std::back_inserter(body)); }

class LoopLowering {
 public:
  explicit LoopLowering(Lowering& op)
      : op_(op),
        region_(op.region(0)),
        known_(iterations_of(op.graph(), op.op())),
        iteration_(op, 2, 2, 1, static_cast<size_t>(std::max(op.operand_count() - 2, 0))) {}

  void lower() {
    const bool follows_counter = set_iterations();
    Body body;
    if (follows_counter) body.push_back({Count{*counter_symbol(), iteration_.turn()}});
    write_single(op_, body, iteration_.tensor(region_.parameters[0]), iteration_.turn());
    write_single(op_, body, iteration_.tensor(region_.parameters[1]), op_.pool().boolean(true));
    append(body, std::move(iteration_.lowered));
    const std::optional<VariableId> length = stacked_length();
    iteration_.stack(body, length);
    const TensorId next = known_.is_exact ? TensorId{} : new_condition(op_, "again");
    if (next.valid()) {
      const Expr again = single(op_, iteration_.tensor(region_.yields[0]));
      write_single(op_, body, next, logical_and(again, is_within(iteration_.turn() + 1)));
    }
    iteration_.advance(body);

    Body& program = op_.program.body;
    iteration_.start(program);
    if (length) program.push_back({Count{*length, op_.pool().integer(0)}});
    if (next.valid()) {
      run_while(next, std::move(body));
    } else {
      program.push_back({For{iteration_.counter(), iteration_.carried(), std::move(body)}});
    }
    iteration_.finish(program);
  }

 private:
  // The symbol that the graph knows the region's count as, where it does.
  std::optional<VariableId> counter_symbol() const {
    const Value& count = op_.graph().values[region_.parameters[0]];
    if (!count.elements || !is_opaque(op_.program, count.elements->at(0))) return std::nullopt;
    return variable_of(count.elements->at(0));
  }

  // Declares how often the loop runs at most. Where extents depend on that, it is limited even if the model does not say how.
  bool set_iterations() {
    const std::optional<VariableId> symbol = counter_symbol();
    const bool follows_counter = symbol && Mentions(op_.program, *symbol).in(iteration_.lowered);
    const bool stacks = static_cast<size_t>(op_.result_count()) > iteration_.carried_count();
    is_limited_ = !known_.most.valid() && (stacks || iteration_.grows() || follows_counter);
    const int64_t most = is_limited_ ? kMostIterations : INT64_MAX;
    iteration_.set_most(known_.most.valid() ? known_.most : op_.pool().integer(most));
    return follows_counter;
  }

  // The length of stacked results, where running finds it.
  std::optional<VariableId> stacked_length() const {
    if (known_.is_exact || static_cast<size_t>(op_.result_count()) == iteration_.carried_count()) return std::nullopt;
    return variable_of(op_.result_shape(static_cast<int>(iteration_.carried_count()))[0]);
  }

  // Whether there is a turn `turn`, as far as a trip count that is data says.
  Expr is_within(Expr turn) const {
    if (!op_.has(0) || known_.most.valid()) return op_.pool().boolean(true);
    return less(turn, single(op_, op_.operand(0)));
  }

  void run_while(TensorId next, Body body) {
    Body& program = op_.program.body;
    const TensorId first = new_condition(op_, "starts");
    const Expr starts = op_.has(1) ? single(op_, op_.operand(1)) : op_.pool().boolean(true);
    write_single(op_, program, first, logical_and(starts, is_within(op_.pool().integer(0))));
    const TensorId goes_on = new_condition(op_, "goes_on");
    std::vector<Carried> carried = iteration_.carried();
    carried.push_back({goes_on, first, next});
    program.push_back({While{iteration_.counter(), goes_on, std::move(carried), std::move(body)}});
    if (!is_limited_) return;
    // A loop that would have gone on leaves a count above its bound, which the runtime refuses.
    const Expr most = op_.pool().integer(kMostIterations);
    const VariableId turns = declare_count(op_, op_.program.tensors[op_.result(0)].name + ".turns", most);
    program.push_back({Count{turns, select(single(op_, goes_on), most + 1, op_.pool().integer(0))}});
  }

  Lowering& op_;
  const Region& region_;
  Iterations known_;
  Iteration iteration_;
  bool is_limited_ = false;
};

}  // namespace

void lower_if(Lowering& op) {
  TensorId condition = op.operand(0);
  if (!op.shape(0).empty()) {
    condition = new_condition(op, "condition");
    write_single(op, op.program.body, condition, single(op, op.operand(0)));
  }
  If branch{condition, {}, {}};
  for (size_t side = 0; side < 2; ++side) {
    Body& body = side == 0 ? branch.then_body : branch.else_body;
    body = op.regions().lower(op.op().regions[side]);
    for (int k = 0; k < op.result_count(); ++k) {
      const TensorId yielded = op.regions().tensor(op.region(side).yields[static_cast<size_t>(k)]);
      take_extents(op, body, yielded, op.result(k));
      copy(op, body, yielded, op.result(k));
    }
  }
  op.program.body.push_back({std::move(branch)});
}

void lower_loop(Lowering& op) { LoopLowering(op).lower(); }

void lower_scan(Lowering& op) {
  const size_t sequences = static_cast<size_t>(op.attributes<Scan>().sequences);
  const size_t carried = static_cast<size_t>(op.operand_count()) - sequences;
  Iteration iteration(op, 0, 0, 0, carried);
  iteration.set_most(op.shape(static_cast<int>(carried))[0]);
  Body body;
  for (size_t k = carried; k < carried + sequences; ++k) {
    const TensorId step = iteration.tensor(op.region(0).parameters[k]);
    NestBuilder nest = op.nest();
    const std::vector<Expr> i = nest.parallel(op.program.tensors[step].shape);
    std::vector<Expr> index{iteration.turn()};
    index.insert(index.end(), i.begin(), i.end());
    nest.write(step, i, op.at(static_cast<int>(k), index));
    body.push_back({nest.take()});
  }
  append(body, std::move(iteration.lowered));
  iteration.stack(body, std::nullopt);
  iteration.advance(body);
  iteration.start(op.program.body);
  op.program.body.push_back({For{iteration.counter(), iteration.carried(), std::move(body)}});
  iteration.finish(op.program.body);
}

}  // namespace burin::ir
