#include "passes/fold_terms.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "ir/base/checked.h"
#include "ir/expr/walk.h"
#include "passes/constant_nest.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostPoints = int64_t{1} << 18;

class TermFolding {
 public:
  explicit TermFolding(Program& program) : program_(program) {}

  void run(std::vector<Statement>& body) {
    for (Statement& statement : body) {
      if (auto* nest = std::get_if<Nest>(&statement.form)) run(*nest);
      if (auto* group = std::get_if<Group>(&statement.form)) run(group->body);
      for_each_body(statement, [&](std::vector<Statement>& inner) { run(inner); });
    }
  }

 private:
  void run(Nest& nest) {
    axes_ = &nest.axes;
    foldable_.clear();
    map_exprs(nest, [&](Expr root) { return fold(root); });
  }

  // True for an expression of constants, axes and reads of constant tensors.
  bool is_known(Expr e) {
    if (auto found = foldable_.find(e.node()); found != foldable_.end()) return found->second;
    bool known = false;
    if (e->opcode == Opcode::kVariable) {
      known = has_axis(*axes_, variable_of(e));
    } else if (e->opcode == Opcode::kRead) {
      known = program_.tensors[tensor_of(e)].constant.has_value() &&
              std::ranges::all_of(e->operands, [&](Expr o) { return is_known(o); });
    } else {
      known = std::ranges::all_of(e->operands, [&](Expr o) { return is_known(o); });
    }
    foldable_.emplace(e.node(), known);
    return known;
  }

  // Worth a constant: it computes something out of constant tensors.
  static bool computes(Expr e) {
    bool reads = false;
    for_each_node(e, [&](Expr node) { reads |= node->opcode == Opcode::kRead; });
    return reads && e->opcode != Opcode::kRead && !is_constant(e);
  }

  Expr fold(Expr e) {
    if (is_known(e) && computes(e)) {
      const Expr folded = evaluated(e);
      if (folded.valid()) return folded;
    }
    if (e->opcode == Opcode::kRead) return e;
    std::vector<Expr> operands;
    bool changed = false;
    for (Expr operand : e->operands) {
      operands.push_back(fold(operand));
      changed |= operands.back() != operand;
    }
    return changed ? e->pool->make(e->opcode, operands, e->type, e->payload) : e;
  }

  // A read of a new constant that holds the values of `e`; invalid when it would be too large.
  Expr evaluated(Expr e) {
    ExprPool& pool = *program_.pool;
    std::vector<Axis> used;
    std::vector<int64_t> extents;
    std::vector<Expr> index;
    Shape shape;
    for (const Axis& axis : *axes_) {
      if (!uses_variable(e, axis.variable)) continue;
      const std::optional<int64_t> extent = constant_integer(pool[axis.variable].extent);
      if (!extent) return {};
      used.push_back({axis.variable, AxisKind::kParallel});
      extents.push_back(*extent);
      shape.push_back(pool.integer(*extent));
      index.push_back(pool.variable(axis.variable));
    }
    if (checked_product(extents).value_or(INT64_MAX) > kMostPoints) return {};
    Nest nest;
    nest.axes = used;
    nest.writes.push_back({{}, index, e, {}});
    std::optional<Literal> literal = values_of(program_, std::move(nest), e->type.element, shape);
    if (!literal) return {};
    const TensorId added = program_.add_tensor(fmt::format("folded{}", count_++), e->type.element, shape);
    program_.tensors[added].constant = std::move(literal);
    return ir::read(program_, added, index);
  }

  Program& program_;
  const std::vector<Axis>* axes_ = nullptr;
  std::unordered_map<const ExprNode*, bool> foldable_;
  int count_ = 0;
};

}  // namespace

Status fold_terms(Program& program, const PassContext&) {
  TermFolding(program).run(program.body);
  return {};
}

}  // namespace burin::passes
