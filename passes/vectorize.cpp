#include "passes/vectorize.h"

#include <unordered_map>

#include "ir/linear.h"

namespace burin::passes {

using namespace ir;

namespace {

class Widening {
 public:
  Widening(VariableId axis, Expr base, int lanes) : axis_(axis), base_(base), lanes_(lanes), first_{{axis.index, base}} {}

  Expr run(Expr e) {
    if (auto found = done_.find(e.node()); found != done_.end()) return found->second;
    const Expr result = uses_variable(e, axis_) ? rebuild(e) : e;
    done_.emplace(e.node(), result);
    return result;
  }

 private:
  Expr rebuild(Expr e) {
    ExprPool& pool = *e->pool;
    if (is_variable(e) && variable_of(e) == axis_) return ramp(base_, pool.integer(1), lanes_);
    if (e->type == kIndex) {
      if (const Expr step = slope(e, axis_); step.valid()) return ramp(substitute(e, first_), step, lanes_);
    }
    if (e->opcode == Opcode::kLoad) return load(e);
    std::vector<Expr> operands;
    for (Expr operand : e->operands) {
      const Expr wide = run(operand);
      operands.push_back(wide->type.lanes == lanes_ ? wide : splat(wide, lanes_));
    }
    return pool.make(e->opcode, operands, {e->type.element, lanes_}, e->payload);
  }

  Expr load(Expr e) {
    ExprPool& pool = *e->pool;
    const Expr position = e->operands[0];
    const Expr step = slope(position, axis_);
    const bool consecutive = step.valid() && is_constant_value(step, 1);
    Expr index = consecutive ? substitute(position, first_) : run(position);
    if (index->type.lanes == 1 && !consecutive) index = splat(index, lanes_);
    return pool.make(Opcode::kLoad, {&index, 1}, {e->type.element, lanes_}, e->payload);
  }

  VariableId axis_;
  Expr base_;
  int lanes_;
  Substitution first_;
  std::unordered_map<const ExprNode*, Expr> done_;
};

}  // namespace

Expr slope(Expr e, VariableId axis) {
  bool reads = false;
  for_each_node(e, [&](Expr node) { reads |= node->opcode == Opcode::kLoad && uses_variable(node, axis); });
  if (reads) return {};
  const Expr step = substitute(e, {{axis.index, e->pool->variable(axis) + 1}}) - e;
  return uses_variable(step, axis) ? Expr() : step;
}

Expr widen(Expr e, VariableId axis, Expr base, int lanes) {
  if (lanes == 1) return substitute(e, {{axis.index, base}});
  return Widening(axis, base, lanes).run(e);
}

Expr widen_to_lanes(Expr e, VariableId axis, Expr base, int lanes) {
  const Expr wide = widen(e, axis, base, lanes);
  return wide->type.lanes == lanes ? wide : splat(wide, lanes);
}

}  // namespace burin::passes
