// The nest form: the mathematics, in logical indices. All compute is here in one form, so that adding an op never means
// adding a printer and adding a target never means touching an op. Nothing below the graph knows what a convolution is.
// It does not say in which order a machine walks the axes: layouts and schedules are annotations on it.
//
// A *nest* runs over its axes. For each point of the parallel axes its accumulators start at `init`; each point of the
// reduction axes replaces them by `combine`; then the writes store their values, which may read the accumulators. With
// sequential axes, `combine` and the writes happen at every step, in order. Without accumulators the nest is a plain map.
// A read's index is any integer expression; one out of the tensor takes the read's else-value, and a read without one is
// provably inside. A write whose `where` is false, or whose index has no place in the tensor, is left out.
//
// A *group* runs its statements for each point of the axes they share; tensors first written inside are local to a step.
// Invariants: ir/nest/verify.h.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ir/base/store.h"
#include "ir/expr/shape.h"
#include "ir/tensor/layout.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

using TensorId = Id<struct TensorTag>;

struct Tensor {
  std::string name;
  ElementType element = ElementType::kF32;
  Shape shape;
  std::optional<Literal> constant;
  Layout layout;
};

enum class AxisKind : uint8_t { kParallel, kReduction, kSequential };
struct Axis {
  VariableId variable;  // its extent is the variable's
  AxisKind kind = AxisKind::kParallel;
};

bool has_axis(std::span<const Axis> axes, VariableId variable);
// The axis that stands alone in `e`. Absent where `e` is more than a variable, and where the variable is no axis of these: a
// symbol or the counter of a loop is a variable too, has an extent or none, and is one number to the whole nest.
std::optional<VariableId> axis_of(std::span<const Axis> axes, Expr e);

struct Accumulator {
  VariableId variable;
  Expr init;     // over parallel axes
  Expr combine;  // over all axes and all accumulators' previous values
};

struct Write {
  TensorId tensor;
  std::vector<Expr> index;
  Expr value;
  Expr where;  // invalid: always
};

// How a loop over (part of) an axis is run.
enum class LoopKind : uint8_t { kSerial, kParallel, kUnrolled, kVector };

// One loop of a schedule: `axis` is a position in Nest::axes. A factor of 0 takes what the inner loops over the same axis
// leave; an axis with loops of factors 2 and 16 inside is walked in steps of 32.
struct ScheduledLoop {
  int axis;
  LoopKind kind = LoopKind::kSerial;
  int64_t factor = 0;
  bool operator==(const ScheduledLoop&) const = default;
};
// Outermost first. Parallel axes' loops inside the outermost reduction loop make the register tile: one accumulator per
// point. Empty means every axis in the order written.
using Schedule = std::vector<ScheduledLoop>;

struct Nest {
  std::vector<Axis> axes;
  std::vector<Accumulator> accumulators;
  std::vector<Write> writes;
  std::vector<std::string> origin;  // names of the model's nodes
  Schedule schedule;
};

struct Statement;

struct Group {
  std::vector<Axis> axes;  // all parallel
  std::vector<Statement> body;
  std::vector<std::string> origin;
};

// A tensor that a loop carries: `tensor` holds `initial` at first and after each iteration what `next` held.
struct Carried {
  TensorId tensor;
  TensorId initial;
  TensorId next;
};

struct For {
  VariableId counter;  // from 0 to its extent
  std::vector<Carried> carried;
  std::vector<Statement> body;
};

// Runs while the scalar bool tensor `condition`, which is among the carried ones, is true, at most `counter`'s extent times.
struct While {
  VariableId counter;
  TensorId condition;
  std::vector<Carried> carried;
  std::vector<Statement> body;
};

// Runs one of two bodies by the scalar bool tensor `condition`; both write the same tensors.
struct If {
  TensorId condition;
  std::vector<Statement> then_body;
  std::vector<Statement> else_body;
};

// Walks `axes` in order and, at each point where `where` holds, performs the writes and then counts `position` up, whose
// final value is the opaque symbol `count`.
struct Compact {
  std::vector<Axis> axes;
  VariableId position;
  VariableId count;
  Expr where;
  std::vector<Write> writes;
  std::vector<std::string> origin;
};

// Gives the opaque symbol `count` a value, which holds until it is given another: how long a loop has become, which extent a
// branch leaves behind. A tensor whose extents change by it keeps its elements at their row-major positions.
struct Count {
  VariableId count;
  Expr value;  // i64, not above the symbol's bound
};

struct Statement {
  std::variant<Nest, Group, For, While, If, Compact, Count> form;
};

// Calls `visit(std::vector<Statement>&)` with every body that control enters from `statement`: those of loops and branches. A
// group's body is part of its statement.
template <class AnyStatement, class Visitor>
void for_each_body(AnyStatement& statement, Visitor&& visit) {
  if (auto* loop = std::get_if<For>(&statement.form)) visit(loop->body);
  if (auto* loop = std::get_if<While>(&statement.form)) visit(loop->body);
  if (auto* branch = std::get_if<If>(&statement.form)) {
    visit(branch->then_body);
    visit(branch->else_body);
  }
}
// Calls `visit(Statement&)` with the statements of `body` and of every body that control enters inside, in order.
template <class Body, class Visitor>
void for_each_statement(Body& body, Visitor&& visit) {
  for (auto& statement : body) {
    visit(statement);
    for_each_body(statement, [&](auto& inner) { for_each_statement(inner, visit); });
  }
}

// A program: tensors, and statements that compute `outputs` from `inputs`.
struct Program {
  std::string name = "model";
  std::shared_ptr<ExprPool> pool = std::make_shared<ExprPool>();
  Store<TensorId, Tensor> tensors;
  std::vector<VariableId> symbols;         // bound by the inputs' shapes
  std::vector<VariableId> opaque_symbols;  // counts found while running
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  std::vector<Statement> body;
  std::vector<DimensionCheck> checks;

  TensorId add_tensor(std::string tensor_name, ElementType element, Shape shape);
};

// --- Reads.
inline TensorId tensor_of(Expr read) { return TensorId{static_cast<uint32_t>(read->payload)}; }
Expr read(const Program& program, TensorId tensor, std::span<const Expr> index);
Expr read_or(const Program& program, TensorId tensor, std::span<const Expr> index, Expr otherwise);
// The index operands of a read, and its else-value (invalid when it has none).
std::span<const Expr> index_of(const Program& program, Expr read);
Expr otherwise_of(const Program& program, Expr read);

// Calls `visit(Expr)` with every expression of the nest: inits, combines, values, indices and conditions.
template <class Visitor>
void for_each_expr(const Nest& nest, Visitor&& visit) {
  for (const Accumulator& accumulator : nest.accumulators) {
    visit(accumulator.init);
    visit(accumulator.combine);
  }
  for (const Write& write : nest.writes) {
    for (Expr index : write.index) visit(index);
    visit(write.value);
    if (write.where.valid()) visit(write.where);
  }
}
// Replaces every expression of the nest by `map(expression)`.
template <class Map>
void map_exprs(Nest& nest, Map&& map) {
  for (Accumulator& accumulator : nest.accumulators) {
    accumulator.init = map(accumulator.init);
    accumulator.combine = map(accumulator.combine);
  }
  for (Write& write : nest.writes) {
    for (Expr& index : write.index) index = map(index);
    write.value = map(write.value);
    if (write.where.valid()) write.where = map(write.where);
  }
}
// Every distinct read in the nest, in order of appearance.
std::vector<Expr> reads_of(const Nest& nest);

// --- Building a nest, as an op's lowering does:
//   NestBuilder nest(program, origin);
//   const std::vector<Expr> i = nest.parallel(shape);
//   const Expr k = nest.reduction("k", depth);
//   const Expr sum = nest.accumulate(zero, [&](Expr acc) { return fma(read(..), read(..), acc); });
//   nest.write(y, i, sum);
//   program.body.push_back({nest.take()});
class NestBuilder {
 public:
  NestBuilder(Program& program, std::string origin);

  Expr axis(AxisKind kind, std::string name, Expr extent);
  Expr parallel(std::string name, Expr extent) { return axis(AxisKind::kParallel, std::move(name), extent); }
  Expr reduction(std::string name, Expr extent) { return axis(AxisKind::kReduction, std::move(name), extent); }
  Expr sequential(std::string name, Expr extent) { return axis(AxisKind::kSequential, std::move(name), extent); }
  // One parallel axis per dimension, named i, j, k, ... A dimension of 1 gets no axis: its index is the constant 0.
  std::vector<Expr> parallel(const Shape& shape);

  // Declares an accumulator and returns it as an expression; several must be declared before any combine reads another.
  Expr accumulator(Expr init);
  void combine(Expr accumulator, Expr value);
  template <class Step>
  Expr accumulate(Expr init, Step&& step) {
    const Expr held = accumulator(init);
    combine(held, step(held));
    return held;
  }
  void write(TensorId tensor, std::vector<Expr> index, Expr value, Expr where = {});
  Nest take() { return std::move(nest_); }

 private:
  Program& program_;
  Nest nest_;
};

// Where to read a dimension of `extent` that is repeated to `to`, at `index` of the latter: 0 where it is 1. The result is
// `index` itself where the two are known to be equal.
Expr repeated_index(Expr index, Expr extent, Expr to);

}  // namespace burin::ir
