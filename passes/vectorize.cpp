#include "passes/vectorize.h"

#include <unordered_map>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

class Widening {
 public:
  Widening(VariableId lane, int lanes, const Substitution& wide) : lane_(lane), lanes_(lanes), wide_(wide) {}

  Expr run(Expr e) {
    if (auto found = done_.find(e.node()); found != done_.end()) return found->second;
    const Expr result = varies(e) ? rebuild(e) : e;
    done_.emplace(e.node(), result);
    return result;
  }

  Expr position(Expr e) {
    const Expr step = step_of(e);
    if (step.valid() && is_constant_value(step, 1)) return first(e);
    const Expr wide = run(e);
    return wide->type.lanes == lanes_ ? wide : splat(wide, lanes_);
  }

 private:
  Expr first(Expr e) const { return substitute(e, {{lane_.index, e->pool->integer(0)}}); }

  // The slope in the lane; invalid too where a vector has part in the expression.
  Expr step_of(Expr e) const {
    bool vectors = false;
    for_each_node(e, [&](Expr node) { vectors |= is_variable(node) && wide_.contains(variable_of(node).index); });
    return vectors ? Expr() : slope(e, lane_);
  }

  bool varies(Expr e) const {
    bool found = false;
    for_each_node(e, [&](Expr node) {
      found |= is_variable(node) && (variable_of(node) == lane_ || wide_.contains(variable_of(node).index));
    });
    return found;
  }

  Expr rebuild(Expr e) {
    ExprPool& pool = *e->pool;
    if (is_variable(e) && wide_.contains(variable_of(e).index)) return wide_.at(variable_of(e).index);
    if (e->type == kIndex) {
      if (const Expr step = step_of(e); step.valid()) return ramp(first(e), step, lanes_);
    }
    if (e->opcode == Opcode::kLoad) {
      const Expr index = position(e->operands[0]);
      return pool.make(Opcode::kLoad, {&index, 1}, {e->type.element, lanes_}, e->payload);
    }
    std::vector<Expr> operands;
    for (Expr operand : e->operands) {
      const Expr wide = run(operand);
      operands.push_back(wide->type.lanes == lanes_ ? wide : splat(wide, lanes_));
    }
    return pool.make(e->opcode, operands, {e->type.element, lanes_}, e->payload);
  }

  VariableId lane_;
  int lanes_;
  const Substitution& wide_;
  std::unordered_map<const ExprNode*, Expr> done_;
};

// `e` with axis = base + a new variable that counts lanes.
Expr by_lane(Expr e, VariableId axis, Expr base, int lanes, VariableId& lane) {
  ExprPool& pool = *e->pool;
  lane = pool.declare({"lane", kIndex, 0, 0, pool.integer(lanes)});
  return substitute(e, {{axis.index, base + pool.variable(lane)}});
}

}  // namespace

Expr slope(Expr e, VariableId axis) {
  bool reads = false;
  for_each_node(e, [&](Expr node) { reads |= node->opcode == Opcode::kLoad && uses_variable(node, axis); });
  if (reads) return {};
  const Expr step = substitute(e, {{axis.index, e->pool->variable(axis) + 1}}) - e;
  return uses_variable(step, axis) ? Expr() : step;
}

Expr widen(Expr e, VariableId axis, Expr base, int lanes, const Substitution& wide) {
  if (lanes == 1) return substitute(substitute(e, {{axis.index, base}}), wide);
  VariableId lane;
  const Expr placed = by_lane(e, axis, base, lanes, lane);
  return Widening(lane, lanes, wide).run(placed);
}

Expr widen_position(Expr position, VariableId axis, Expr base, int lanes, const Substitution& wide) {
  if (lanes == 1) return substitute(substitute(position, {{axis.index, base}}), wide);
  VariableId lane;
  const Expr placed = by_lane(position, axis, base, lanes, lane);
  return Widening(lane, lanes, wide).position(placed);
}

}  // namespace burin::passes
