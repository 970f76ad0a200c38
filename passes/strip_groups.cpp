#include "passes/strip_groups.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "ir/expr/walk.h"
#include "ir/graph/op.h"
#include "passes/flat_nest.h"
#include "passes/tensor_uses.h"
#include "passes/vectorize.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostVectors = 4;  // of a strip

// One group on its way into strips along one of its axes.
class Strip {
 public:
  Strip(Program& program, Group& group, size_t axis, std::set<TensorId> own)
      : program_(program), group_(group), axis_(axis), own_(std::move(own)) {}

  // Whether every tensor from outside keeps the axis innermost, or does not move with it, and no nest of the group walks an
  // axis of its own in unit steps. Why not, if it should not; empty otherwise.
  std::string objection() const {
    bool moves_in_unit_steps = false;
    for (const Statement& statement : group_.body) {
      const auto* nest = std::get_if<Nest>(&statement.form);
      if (nest == nullptr) return "a group is inside it";
      if (!nest->schedule.empty()) return "a nest of it is scheduled already";
      if (nest->axes.empty()) continue;
      std::vector<Expr> positions;
      for (Expr read : reads_of(*nest)) positions.push_back(position(tensor_of(read), index_of(program_, read)));
      for (const Write& write : nest->writes) positions.push_back(position(write.tensor, write.index));
      for (Expr at : positions) {
        for (const Axis& axis : nest->axes) {
          if (is_unit_step(at, axis.variable)) return "a nest of it has vectors already";
        }
        if (is_unit_step(at, variable())) {
          moves_in_unit_steps = true;
        } else if (uses_variable(at, variable())) {
          return "memory does not keep the axis innermost";
        }
      }
    }
    return moves_in_unit_steps ? "" : "nothing moves along the axis in unit steps";
  }

  void apply(int64_t width) {
    ExprPool& pool = *program_.pool;
    const Variable whole = pool[variable()];
    const VariableId strips = pool.declare({whole.name, kIndex, 0, INT64_MAX, floor_div(whole.extent, width)});
    const std::set<TensorId> local = tensors_of_a_step();
    for (Statement& statement : group_.body) {
      auto& nest = std::get<Nest>(statement.form);
      const VariableId point = pool.declare({whole.name + "v", kIndex, 0, INT64_MAX, pool.integer(width)});
      const Expr at = pool.variable(point);
      map_exprs(nest, [&](Expr e) { return with_dimension(e, local, at); });
      for (Write& write : nest.writes) {
        if (local.contains(write.tensor)) write.index.push_back(at);
      }
      const Substitution place = {{variable().index, pool.variable(strips) * width + at}};
      map_exprs(nest, [&](Expr e) { return substitute(e, place); });
      const auto last =
          std::ranges::find_if(nest.axes, [](const Axis& axis) { return axis.kind != AxisKind::kParallel; });
      nest.axes.insert(last, {point, AxisKind::kParallel});
    }
    for (TensorId tensor : local) program_.tensors[tensor].shape.push_back(pool.integer(width));
    group_.axes[axis_].variable = strips;
  }

 private:
  VariableId variable() const { return group_.axes[axis_].variable; }

  Expr position(TensorId tensor, std::span<const Expr> index) const {
    return physical_position(program_.tensors[tensor], index, *program_.pool);
  }

  static bool is_unit_step(Expr position, VariableId axis) {
    if (!uses_variable(position, axis)) return false;
    const Expr by = slope(position, axis);
    return by.valid() && is_constant_value(by, 1);
  }

  // Tensors of the group alone that hold one step: no index of theirs moves with the axis.
  std::set<TensorId> tensors_of_a_step() const {
    std::set<TensorId> local = own_;
    const auto look_at = [&](TensorId tensor, std::span<const Expr> index) {
      if (std::ranges::any_of(index, [&](Expr e) { return uses_variable(e, variable()); })) local.erase(tensor);
    };
    for (const Statement& statement : group_.body) {
      const auto& nest = std::get<Nest>(statement.form);
      for (Expr read : reads_of(nest)) look_at(tensor_of(read), index_of(program_, read));
      for (const Write& write : nest.writes) look_at(write.tensor, write.index);
    }
    return local;
  }

  // Reads of the tensors in `local` take one more index, `at`.
  Expr with_dimension(Expr e, const std::set<TensorId>& local, Expr at) const {
    return rewrite_bottom_up(e, [&](Expr node) {
      if (node->opcode != Opcode::kRead || !local.contains(tensor_of(node))) return node;
      const std::span<const Expr> index = index_of(program_, node);
      std::vector<Expr> operands(index.begin(), index.end());
      operands.push_back(at);
      if (const Expr otherwise = otherwise_of(program_, node); otherwise.valid()) operands.push_back(otherwise);
      return program_.pool->make(Opcode::kRead, operands, node->type, node->payload);
    });
  }

  Program& program_;
  Group& group_;
  size_t axis_;
  std::set<TensorId> own_;  // tensors that only this group touches
};

// Of the widest element that the nests of the group compute.
int widest_element(const ExprPool& pool, const Group& group) {
  int bytes = 1;
  for (const Statement& statement : group.body) {
    const auto* nest = std::get_if<Nest>(&statement.form);
    if (nest == nullptr) continue;
    for (const Write& write : nest->writes) bytes = std::max(bytes, size_of(compute_type(write.value->type.element)));
    for (const Accumulator& accumulator : nest->accumulators)
      bytes = std::max(bytes, size_of(pool[accumulator.variable].type.element));
  }
  return bytes;
}

// The most points, up to a few vectors of them, that divide the axis; 0 when there are too few.
int64_t strip_width(Expr extent, int64_t lanes) {
  const std::optional<int64_t> count = constant_integer(extent);
  if (!count) return 0;
  for (int64_t width = kMostVectors * lanes; width >= kLeastVector; width /= 2) {
    if (*count % width == 0) return width;
  }
  return 0;
}

// Takes one axis of the group in strips, if any can be.
void strip(Program& program, Group& group, const std::set<TensorId>& own, const PassContext& context) {
  const int64_t lanes = context.machine.vector_bytes / widest_element(*program.pool, group);
  for (size_t axis = 0; axis < group.axes.size(); ++axis) {
    const Variable& variable = (*program.pool)[group.axes[axis].variable];
    const int64_t width = strip_width(variable.extent, lanes);
    if (width == 0) continue;
    Strip strip(program, group, axis, own);
    const std::string objection = strip.objection();
    if (objection.empty()) return strip.apply(width);
    context.explain(fmt::format("strip-groups: declined axis \"{}\" of {}: {}", variable.name,
                                group.origin.empty() ? "a group" : group.origin[0], objection));
  }
}

}  // namespace

Status strip_groups(Program& program, const PassContext& context) {
  for_each_program_body(program, [&](std::vector<Statement>& body, const SharedTensors& shared) {
    std::vector<int> touches(program.tensors.size());
    for (const Statement& statement : body) {
      for (TensorId tensor : touched_by(statement)) ++touches[tensor.index];
    }
    for (Statement& statement : body) {
      auto* group = std::get_if<Group>(&statement.form);
      if (group == nullptr) continue;
      std::set<TensorId> own;
      for (TensorId tensor : touched_by(statement)) {
        const bool is_own = touches[tensor.index] == 1 && !shared.contains(tensor);
        if (is_own && !program.tensors[tensor].constant) own.insert(tensor);
      }
      strip(program, *group, own, context);
    }
  });
  return {};
}

}  // namespace burin::passes
