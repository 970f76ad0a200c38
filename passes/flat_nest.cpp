#include "passes/flat_nest.h"

#include <algorithm>

#include "ir/expr/containment.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/vectorize.h"

namespace burin::passes {

using namespace ir;

namespace {

// 0 <= index < extent for every dimension where that is not proven; invalid when nothing is left to check.
Expr inside(std::span<const Expr> index, const Shape& shape, ExprPool& pool) {
  Expr condition;
  const auto require = [&](Expr test) {
    if (is_constant_value(test, 1)) return;
    condition = condition.valid() ? logical_and(condition, test) : test;
  };
  for (size_t i = 0; i < index.size(); ++i) {
    if (contained(index[i], pool.integer(0), shape[i]) == Containment::kProven) continue;
    require(less_equal(pool.integer(0), index[i]));
    require(less(index[i], shape[i]));
  }
  return condition;
}

// Every expression that must move in step for two axes to be one: positions of loads and stores. False when the variable
// occurs outside of those.
bool collect_positions(const FlatNest& nest, VariableId variable, std::vector<Expr>& positions) {
  bool only_positions = true;
  const auto scan = [&](Expr root) {
    // A walk that does not descend into positions.
    std::vector<Expr> pending = {root};
    while (!pending.empty()) {
      const Expr e = pending.back();
      pending.pop_back();
      if (e->opcode == Opcode::kLoad) {
        const Expr position = e->operands[0];
        bool nested = false;
        for_each_node(position, [&](Expr node) { nested |= node->opcode == Opcode::kLoad; });
        if (nested && uses_variable(position, variable)) only_positions = false;
        positions.push_back(position);
        continue;
      }
      if (is_variable(e) && variable_of(e) == variable) only_positions = false;
      pending.insert(pending.end(), e->operands.begin(), e->operands.end());
    }
  };
  for (const Accumulator& accumulator : nest.accumulators) {
    scan(accumulator.init);
    scan(accumulator.combine);
  }
  for (const FlatStore& store : nest.stores) {
    scan(store.value);
    if (store.where.valid()) scan(store.where);
    positions.push_back(store.index);
  }
  return only_positions;
}

bool walks_as_one(const FlatNest& nest, VariableId outer, VariableId inner, ExprPool& pool) {
  std::vector<Expr> positions;
  if (!collect_positions(nest, outer, positions) || !collect_positions(nest, inner, positions)) return false;
  const Expr extent = pool[inner].extent;
  return std::ranges::all_of(positions, [&](Expr position) {
    const Expr outer_slope = slope(position, outer);
    const Expr inner_slope = slope(position, inner);
    return outer_slope.valid() && inner_slope.valid() && provably_equal(outer_slope, inner_slope * extent);
  });
}

// Replaces the pair by one axis whose value v stands for outer = 0, inner = v: the positions are linear in both.
void merge(FlatNest& nest, size_t outer, size_t inner, ExprPool& pool) {
  const Variable outer_variable = pool[nest.axes[outer].variable];
  const Variable inner_variable = pool[nest.axes[inner].variable];
  const Expr extent = outer_variable.extent * inner_variable.extent;
  const VariableId merged = pool.declare({outer_variable.name + inner_variable.name, kIndex, 0, 0, extent});
  const Substitution replacements = {{nest.axes[outer].variable.index, pool.integer(0)},
                                     {nest.axes[inner].variable.index, pool.variable(merged)}};
  map_exprs(nest, [&](Expr e) { return substitute(e, replacements); });
  nest.axes[outer].variable = merged;
  nest.axes.erase(nest.axes.begin() + static_cast<std::ptrdiff_t>(inner));
}

// Long reductions stay two loops: rows are summed by themselves and then the rows' sums, which keeps rounding errors small.
bool stays_short(const FlatNest& nest, size_t outer, size_t inner, const ExprPool& pool) {
  constexpr int64_t kLong = 4096;
  const std::optional<int64_t> rows = constant_integer(pool[nest.axes[outer].variable].extent);
  const std::optional<int64_t> row = constant_integer(pool[nest.axes[inner].variable].extent);
  return rows && row && *rows <= kLong / std::max<int64_t>(*row, 1);
}

void drop_single_points(FlatNest& nest, ExprPool& pool) {
  Substitution zeros;
  for (const Axis& axis : nest.axes) {
    if (is_constant_value(pool[axis.variable].extent, 1)) zeros.emplace(axis.variable.index, pool.integer(0));
  }
  if (zeros.empty()) return;
  std::erase_if(nest.axes, [&](const Axis& axis) { return zeros.contains(axis.variable.index); });
  map_exprs(nest, [&](Expr e) { return substitute(e, zeros); });
}

}  // namespace

Shape physical_shape(const Tensor& tensor, ExprPool& pool) {
  if (tensor.layout.empty()) return tensor.shape;
  Shape shape;
  for (const LayoutDimension& dimension : tensor.layout) {
    const Expr extent = tensor.shape[static_cast<size_t>(dimension.dimension)];
    switch (dimension.part) {
      case LayoutPart::kWhole: shape.push_back(extent + dimension.padding); break;
      case LayoutPart::kQuotient: shape.push_back(ceil_div(extent, dimension.factor)); break;
      case LayoutPart::kRemainder: shape.push_back(pool.integer(dimension.factor)); break;
    }
  }
  return shape;
}

Expr physical_position(const Tensor& tensor, std::span<const Expr> index, ExprPool& pool) {
  if (tensor.layout.empty()) return row_major_index(index, tensor.shape, pool);
  std::vector<Expr> physical;
  for (const LayoutDimension& dimension : tensor.layout) {
    const Expr logical = index[static_cast<size_t>(dimension.dimension)];
    switch (dimension.part) {
      case LayoutPart::kWhole: physical.push_back(logical); break;
      case LayoutPart::kQuotient: physical.push_back(floor_div(logical, dimension.factor)); break;
      case LayoutPart::kRemainder: physical.push_back(mod(logical, dimension.factor)); break;
    }
  }
  return row_major_index(physical, physical_shape(tensor, pool), pool);
}

FlatNest flatten(const Program& program, const Nest& nest, const BufferOf& buffer_of) {
  ExprPool& pool = *program.pool;
  const auto flat = [&](Expr root) {
    return rewrite_bottom_up(root, [&](Expr node) {
      if (node->opcode != Opcode::kRead) return node;
      const TensorId id = tensor_of(node);
      const Tensor& tensor = program.tensors[id];
      const std::span<const Expr> index = index_of(program, node);
      const Expr otherwise = otherwise_of(program, node);
      const Expr position = physical_position(tensor, index, pool);
      const Expr condition = otherwise.valid() ? inside(index, tensor.shape, pool) : Expr();
      if (!condition.valid()) return load(pool, buffer_of(id), position, {tensor.element, 1});
      const Expr safe = select(condition, position, pool.integer(0));
      return select(condition, load(pool, buffer_of(id), safe, {tensor.element, 1}), otherwise);
    });
  };
  FlatNest result;
  result.axes = nest.axes;
  for (const Accumulator& accumulator : nest.accumulators) {
    result.accumulators.push_back({accumulator.variable, flat(accumulator.init), flat(accumulator.combine)});
  }
  for (const Write& write : nest.writes) {
    const Tensor& tensor = program.tensors[write.tensor];
    std::vector<Expr> index;
    for (Expr e : write.index) index.push_back(flat(e));
    Expr where = inside(index, tensor.shape, pool);
    if (write.where.valid()) where = where.valid() ? logical_and(flat(write.where), where) : flat(write.where);
    result.stores.push_back(
        {buffer_of(write.tensor), physical_position(tensor, index, pool), flat(write.value), where});
  }
  return result;
}

void collapse_axes(FlatNest& nest, ExprPool& pool) {
  drop_single_points(nest, pool);
  for (bool merged = true; merged;) {
    merged = false;
    for (size_t outer = 0; outer < nest.axes.size() && !merged; ++outer) {
      for (size_t inner = 0; inner < nest.axes.size() && !merged; ++inner) {
        if (outer == inner || nest.axes[outer].kind != nest.axes[inner].kind) continue;
        const bool parallel = nest.axes[outer].kind == AxisKind::kParallel;
        if (!parallel && inner != outer + 1) continue;  // a reduction keeps its order
        if (!parallel && !stays_short(nest, outer, inner, pool)) continue;
        if (!walks_as_one(nest, nest.axes[outer].variable, nest.axes[inner].variable, pool)) continue;
        merge(nest, outer, inner, pool);
        merged = true;
      }
    }
  }
}

}  // namespace burin::passes
