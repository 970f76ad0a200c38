#include "passes/emit_nest.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/base/result.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/schedule.h"
#include "passes/vectorize.h"

namespace burin::passes {

using namespace ir;

namespace {

// What a schedule says, by axis: points per tile, vector lanes, and the orders of the loops around.
struct Plan {
  std::vector<int> outer;
  std::vector<int> inner;
  std::vector<int64_t> unrolled;  // by axis, 1: not tiled
  std::vector<int64_t> lanes;     // by axis, 1: no vectors
  int split_axis = -1;            // reduction axis whose lanes hold partial results
  int64_t row_terms = 0;          // terms of a sum that are added up before they are added to the total, 0: one by one
};

Plan plan_of(const FlatNest& nest, const Schedule& schedule) {
  Plan plan;
  plan.unrolled.assign(nest.axes.size(), 1);
  plan.lanes.assign(nest.axes.size(), 1);
  for (const ScheduledLoop& loop : schedule) {
    const auto axis = static_cast<size_t>(loop.axis);
    const bool parallel = nest.axes[axis].kind == AxisKind::kParallel;
    if (loop.factor == 0) {
      (parallel ? plan.outer : plan.inner).push_back(loop.axis);
    } else if (loop.kind == LoopKind::kVector) {
      plan.lanes[axis] = loop.factor;
      if (!parallel) plan.split_axis = loop.axis;
    } else if (!parallel) {
      plan.row_terms = loop.factor;
    } else {
      plan.unrolled[axis] = loop.factor;
    }
  }
  return plan;
}

// Consecutive points of an axis that one vector (or scalar) holds, counted from the tile's first point.
struct Segment {
  int64_t offset;
  int lanes;
};

// One point of the register tile: where every axis stands, and the lanes of the vector axis.
struct TilePoint {
  Substitution scalars;
  VariableId vector_axis;
  Expr base;
  int lanes = 1;
  std::vector<VariableId> accumulators;  // by accumulator of the nest
};

class NestEmission {
 public:
  NestEmission(const FlatNest& nest, const Schedule& schedule, ExprPool& pool)
      : nest_(nest), plan_(plan_of(nest, schedule)), pool_(pool) {
    for (int axis : plan_.outer) {
      if (plan_.lanes[static_cast<size_t>(axis)] > 1) vector_axis_ = axis;
    }
  }

  Block run() {
    Block block;
    std::vector<int64_t> points(nest_.axes.size(), 1);
    outer(0, {}, points, block);
    return block;
  }

 private:
  const Variable& variable(int axis) const { return pool_[nest_.axes[static_cast<size_t>(axis)].variable]; }
  VariableId id(int axis) const { return nest_.axes[static_cast<size_t>(axis)].variable; }

  VariableId counter_below(const std::string& name, Expr end) {
    return pool_.declare({name, kIndex, 0, INT64_MAX, end});
  }

  // Loops over the parallel axes from `level` on; `at` says where the axes above stand, `points` how many points the tile has.
  void outer(size_t level, const Substitution& at, const std::vector<int64_t>& points, Block& block) {
    if (level == plan_.outer.size()) return tile(at, points, block);
    const int axis = plan_.outer[level];
    const auto a = static_cast<size_t>(axis);
    const int64_t step = plan_.unrolled[a] * plan_.lanes[a];
    const Expr extent = variable(axis).extent;
    if (std::optional<int64_t> count = constant_integer(extent)) {
      const int64_t whole = *count / step * step;
      if (whole > step || (whole == step && step == 1)) {
        strip(level, at, points, block, pool_.integer(0), pool_.integer(whole), step);
      } else if (whole == step) {
        place(level, at, points, block, pool_.integer(0), step);
      }
      if (*count > whole) place(level, at, points, block, pool_.integer(whole), *count - whole);
      return;
    }
    Expr begin = pool_.integer(0);
    for (int64_t smaller : steps_of(a)) {
      const Expr end = begin + floor_div(extent - begin, smaller) * smaller;
      strip(level, at, points, block, begin, end, smaller);
      begin = end;
    }
  }

  // Steps along an axis whose extent is known only when running, the largest first: whole tiles, then what covers most of a
  // remainder, then single points. Rows also go in pairs: two take the time of one, which waits for its own sums.
  std::vector<int64_t> steps_of(size_t axis) const {
    const int64_t unrolled = plan_.unrolled[axis], lanes = plan_.lanes[axis];
    std::vector<int64_t> steps = {unrolled * lanes};
    if (lanes > 1 && unrolled > 1) steps.push_back(lanes);
    for (int64_t smaller : {4, 2, 1}) {
      if (smaller < steps.back() && (smaller != 2 || lanes == 1)) steps.push_back(smaller);
    }
    return steps;
  }

  void strip(size_t level, const Substitution& at, const std::vector<int64_t>& points, Block& block, Expr begin,
             Expr end, int64_t step) {
    // The counter counts tiles, so that positions are visibly multiples of the step.
    const int axis = plan_.outer[level];
    const Expr tiles = floor_div(end - begin, step);
    if (is_constant_value(tiles, 0)) return;
    Loop loop = counted_loop(counter_below(variable(axis).name, tiles), tiles);
    place(level, at, points, loop.body, begin + pool_.variable(loop.counter) * step, step);
    block.push_back({std::move(loop)});
  }

  void place(size_t level, const Substitution& at, const std::vector<int64_t>& points, Block& block, Expr position,
             int64_t count) {
    Substitution here = at;
    here[id(plan_.outer[level]).index] = position;
    std::vector<int64_t> tiled = points;
    tiled[static_cast<size_t>(plan_.outer[level])] = count;
    outer(level + 1, here, tiled, block);
  }

  // `count` points as vectors of the axis' lanes, then of half as many, and so on; single points at the end.
  std::vector<Segment> segments(int axis, int64_t count) const {
    std::vector<Segment> result;
    int64_t lanes = plan_.lanes[static_cast<size_t>(axis)];
    for (int64_t offset = 0; offset < count;) {
      while (lanes > count - offset) lanes = lanes > 4 ? lanes / 2 : 1;
      result.push_back({offset, static_cast<int>(lanes)});
      offset += lanes;
    }
    return result;
  }

  std::vector<TilePoint> tile_points(const Substitution& at, const std::vector<int64_t>& points) {
    std::vector<TilePoint> result = {{at, {}, {}, 1, {}}};
    for (int axis : plan_.outer) {
      const int64_t count = points[static_cast<size_t>(axis)];
      if (axis == vector_axis_ || count == 1) continue;
      std::vector<TilePoint> wider;
      for (const TilePoint& point : result) {
        for (int64_t offset = 0; offset < count; ++offset) {
          wider.push_back(point);
          Expr& position = wider.back().scalars[id(axis).index];
          position = position + offset;
        }
      }
      result = std::move(wider);
    }
    if (vector_axis_ < 0) return result;
    std::vector<TilePoint> vectors;
    for (const TilePoint& point : result) {
      for (const Segment& segment : segments(vector_axis_, points[static_cast<size_t>(vector_axis_)])) {
        vectors.push_back(point);
        TilePoint& added = vectors.back();
        const Expr first = added.scalars.at(id(vector_axis_).index) + segment.offset;
        added.vector_axis = id(vector_axis_);
        added.base = first;
        added.lanes = segment.lanes;
        if (segment.lanes == 1) added.scalars[id(vector_axis_).index] = first;
        if (segment.lanes > 1) added.scalars.erase(id(vector_axis_).index);
      }
    }
    return vectors;
  }

  // `e` at a tile point, with the lanes of the point (scalars are splat), accumulators replaced by their registers.
  Expr at_point(Expr e, const TilePoint& point) {
    const Expr placed = narrow_at_point(e, point);
    return placed->type.lanes == point.lanes ? placed : splat(placed, point.lanes);
  }

  // A condition or a value that may stay scalar.
  Expr narrow_at_point(Expr e, const TilePoint& point) {
    const Expr placed = substitute(e, point.scalars);
    const Substitution registers = registers_of(point);
    if (point.lanes == 1) return substitute(placed, registers);
    return widen(placed, point.vector_axis, point.base, point.lanes, registers);
  }

  Substitution registers_of(const TilePoint& point) {
    Substitution registers;
    for (size_t i = 0; i < point.accumulators.size(); ++i) {
      registers.emplace(nest_.accumulators[i].variable.index, pool_.variable(point.accumulators[i]));
    }
    return registers;
  }

  void tile(const Substitution& at, const std::vector<int64_t>& points, Block& block) {
    std::vector<TilePoint> tile = tile_points(at, points);
    if (nest_.accumulators.empty()) {
      Block* body = &block;
      for (int axis : plan_.inner) body = step_loop(axis, tile, *body);
      return stores(tile, *body);
    }
    if (plan_.split_axis >= 0) return split_reduction_tile(tile, block);
    declare_accumulators(tile, block, 1);
    for (const TilePoint& point : tile) {
      for (size_t i = 0; i < nest_.accumulators.size(); ++i) {
        block.push_back(
            {Assign{point.accumulators[i], {}, at_point_without_registers(nest_.accumulators[i].init, point)}});
      }
    }
    if (plan_.row_terms > 0) {
      row_sums(tile, block);
      return stores(tile, block);
    }
    Block* body = &block;
    for (int axis : plan_.inner) body = step_loop(axis, tile, *body);
    combine(tile, *body);
    const bool sequential = std::ranges::any_of(
        plan_.inner, [&](int axis) { return nest_.axes[static_cast<size_t>(axis)].kind == AxisKind::kSequential; });
    stores(tile, sequential ? *body : block);
  }

  Expr at_point_without_registers(Expr e, const TilePoint& point) {
    TilePoint bare = point;
    bare.accumulators.clear();
    return at_point(e, bare);
  }

  // Sums rows into a register of their own, which is then added to the total: rounding errors grow with the length of a row
  // and the number of rows, not with their product. A row is a turn of the innermost loop, or a part of a single long one.
  void row_sums(std::vector<TilePoint>& tile, Block& block) {
    Block* body = &block;
    if (plan_.inner.size() == 1) {
      const Expr extent = variable(plan_.inner[0]).extent;
      const Expr rows = floor_div(extent, plan_.row_terms);
      Loop loop = counted_loop(counter_below("row", rows), rows);
      const Expr first = pool_.variable(loop.counter) * plan_.row_terms;
      one_row(tile, first, pool_.integer(plan_.row_terms), loop.body);
      if (!is_constant_value(rows, 0)) block.push_back({std::move(loop)});
      if (!provably_equal(rows * plan_.row_terms, extent))
        one_row(tile, rows * plan_.row_terms, extent - rows * plan_.row_terms, block);
      return;
    }
    for (size_t i = 0; i + 1 < plan_.inner.size(); ++i) body = step_loop(plan_.inner[i], tile, *body);
    one_row(tile, pool_.integer(0), variable(plan_.inner.back()).extent, *body);
  }

  // Adds `count` points of the innermost reduction axis, from `first` on.
  void one_row(const std::vector<TilePoint>& tile, Expr first, Expr count, Block& block) {
    std::vector<TilePoint> rows = tile;
    declare_accumulators(rows, block, 1);
    for (const TilePoint& row : rows) {
      block.push_back({Assign{row.accumulators[0], {}, pool_.number(0, pool_[row.accumulators[0]].type)}});
    }
    const int axis = plan_.inner.back();
    Loop loop = counted_loop(counter_below(variable(axis).name, count), count);
    for (TilePoint& row : rows) row.scalars[id(axis).index] = first + pool_.variable(loop.counter);
    combine(rows, loop.body);
    block.push_back({std::move(loop)});
    for (size_t i = 0; i < tile.size(); ++i) {
      const Expr total = pool_.variable(tile[i].accumulators[0]) + pool_.variable(rows[i].accumulators[0]);
      block.push_back({Assign{tile[i].accumulators[0], {}, total}});
    }
  }

  // A loop over a whole axis; its counter takes the axis' place at every point. Returns where its body goes.
  Block* step_loop(int axis, std::vector<TilePoint>& tile, Block& block) {
    const Variable& info = variable(axis);
    Loop loop = counted_loop(counter_below(info.name, info.extent), info.extent);
    for (TilePoint& point : tile) point.scalars[id(axis).index] = pool_.variable(loop.counter);
    block.push_back({std::move(loop)});
    return &std::get<Loop>(block.back().form).body;
  }

  void declare_accumulators(std::vector<TilePoint>& tile, Block& block, int lanes_at_least) {
    int number = 0;
    for (TilePoint& point : tile) {
      point.accumulators.clear();
      for (const Accumulator& accumulator : nest_.accumulators) {
        const Variable& held = pool_[accumulator.variable];
        const std::string name = tile.size() == 1 ? held.name : held.name + "_" + std::to_string(number);
        const ValueType type{held.type.element, std::max(point.lanes, lanes_at_least)};
        point.accumulators.push_back(pool_.declare({name, type, INT64_MIN, INT64_MAX, {}}));
        block.push_back({Tile{point.accumulators.back(), {}}});
      }
      ++number;
    }
  }

  // How the values of one step share loads. Naming a load right before its first use, and not all of them first, keeps
  // few registers alive beside the accumulators: compilers would spill those.
  struct Sharing {
    std::map<const ExprNode*, int> uses;
    std::set<const ExprNode*> outside_splats;  // loads that something else than a splat uses
    std::map<const ExprNode*, Expr> named;
  };

  // One step of the reduction at every point; loads (with the splat around them, if any) that several uses share are made
  // once.
  void combine(const std::vector<TilePoint>& tile, Block& block) {
    std::vector<std::vector<Expr>> values;
    Sharing sharing;
    for (const TilePoint& point : tile) {
      values.emplace_back();
      for (const Accumulator& accumulator : nest_.accumulators) {
        values.back().push_back(at_point(accumulator.combine, point));
        for_each_node(values.back().back(), [&](Expr node) {
          ++sharing.uses[node.node()];
          if (node->opcode == Opcode::kSplat) return;
          for (Expr operand : node->operands) {
            if (operand->opcode == Opcode::kLoad) sharing.outside_splats.insert(operand.node());
          }
        });
      }
    }
    for (size_t p = 0; p < tile.size(); ++p) {
      for (Expr& value : values[p]) {
        name_shared_loads(value, sharing, block);
        value = replace_named(value, sharing);
      }
      assign(tile[p], values[p], block);
    }
  }

  void name_shared_loads(Expr value, Sharing& sharing, Block& block) {
    for_each_node(value, [&](Expr node) {
      const bool is_load = node->opcode == Opcode::kLoad;
      const bool is_splat_load = node->opcode == Opcode::kSplat && node->operands[0]->opcode == Opcode::kLoad;
      if ((!is_load && !is_splat_load) || sharing.uses.at(node.node()) < 2 || sharing.named.contains(node.node()))
        return;
      // Where only splats use a scalar, the splat gets the name.
      if (is_load && node->type.lanes == 1 && !sharing.outside_splats.contains(node.node())) return;
      const std::string name = "v" + std::to_string(sharing.named.size());
      const VariableId variable = pool_.declare({name, node->type, INT64_MIN, INT64_MAX, {}});
      block.push_back({Let{variable, node}});
      sharing.named.emplace(node.node(), pool_.variable(variable));
    });
  }

  static Expr replace_named(Expr e, const Sharing& sharing) {
    if (auto found = sharing.named.find(e.node()); found != sharing.named.end()) return found->second;
    std::vector<Expr> operands;
    bool changed = false;
    for (Expr operand : e->operands) {
      operands.push_back(replace_named(operand, sharing));
      changed |= operands.back() != operand;
    }
    return changed ? e->pool->make(e->opcode, operands, e->type, e->payload) : e;
  }

  // With several accumulators all new values are computed before the first is assigned.
  void assign(const TilePoint& point, std::vector<Expr> values, Block& block) {
    if (values.size() > 1) {
      for (size_t i = 0; i < values.size(); ++i) {
        const VariableId next = pool_.declare({"next" + std::to_string(i), values[i]->type, INT64_MIN, INT64_MAX, {}});
        block.push_back({Let{next, values[i]}});
        values[i] = pool_.variable(next);
      }
    }
    for (size_t i = 0; i < values.size(); ++i) block.push_back({Assign{point.accumulators[i], {}, values[i]}});
  }

  void stores(const std::vector<TilePoint>& tile, Block& block) {
    for (const TilePoint& point : tile) {
      for (const FlatStore& store : nest_.stores) one_store(store, point, block);
    }
  }

  void one_store(const FlatStore& store, const TilePoint& point, Block& block) {
    const Expr value = at_point(store.value, point);
    Expr index = substitute(store.index, point.scalars);
    const Substitution registers = registers_of(point);
    index = point.lanes == 1 ? substitute(index, registers)
                             : widen_position(index, point.vector_axis, point.base, point.lanes, registers);
    if (!store.where.valid()) return block.push_back({StoreTo{store.buffer, index, value}});
    const Expr where = narrow_at_point(store.where, point);
    if (where->type.lanes == 1) {
      block.push_back({Branch{where, {{StoreTo{store.buffer, index, value}}}, {}}});
      return;
    }
    for (int i = 0; i < point.lanes; ++i) {
      const Expr at = index->type.lanes == 1 ? index + i : lane(index, i);
      block.push_back({Branch{lane(where, i), {{StoreTo{store.buffer, at, lane(value, i)}}}, {}}});
    }
  }

  // --- A reduction whose partial results are lanes: at every point of the tile one vector of them.
  void split_reduction_tile(std::vector<TilePoint>& tile, Block& block) {
    BURIN_ASSERT(nest_.accumulators.size() == 1, "a split reduction has one accumulator");
    const Accumulator& accumulator = nest_.accumulators[0];
    const std::optional<SplitReduction> split = split_reduction(accumulator);
    BURIN_ASSERT(split.has_value(), "only a reduction that can be split is scheduled so");
    declare_accumulators(tile, block, 1);
    for (const TilePoint& point : tile) {
      block.push_back({Assign{point.accumulators[0], {}, at_point_without_registers(accumulator.init, point)}});
    }
    const Expr extent = variable(plan_.split_axis).extent;
    const int64_t lanes = plan_.lanes[static_cast<size_t>(plan_.split_axis)];
    const Expr whole = floor_div(extent, lanes) * lanes;
    if (!is_constant_value(whole, 0)) partial_results(tile, *split, whole, block);
    if (!provably_equal(whole, extent)) single_points(tile, whole, block);
    stores(tile, block);
  }

  // Loops over the reduction axes outside of the split one, then one over the split axis; returns the innermost body.
  Block* reduction_loops(std::vector<TilePoint>& tile, Block& block, Expr begin, Expr end, int64_t step,
                         Expr& innermost) {
    Block* body = &block;
    for (int inner : plan_.inner) {
      if (inner != plan_.split_axis) body = step_loop(inner, tile, *body);
    }
    const Expr steps = floor_div(end - begin, step);
    Loop loop = counted_loop(counter_below(variable(plan_.split_axis).name, steps), steps);
    innermost = begin + pool_.variable(loop.counter) * step;
    body->push_back({std::move(loop)});
    return &std::get<Loop>(body->back().form).body;
  }

  void partial_results(const std::vector<TilePoint>& tile, const SplitReduction& split, Expr whole, Block& block) {
    const int lanes = static_cast<int>(plan_.lanes[static_cast<size_t>(plan_.split_axis)]);
    std::vector<TilePoint> partial = tile;
    declare_accumulators(partial, block, lanes);
    for (const TilePoint& point : partial) {
      const VariableId held = point.accumulators[0];
      block.push_back({Assign{held, {}, pool_.number(split.identity, pool_[held].type)}});
    }
    Expr innermost;
    Block* body = reduction_loops(partial, block, pool_.integer(0), whole, lanes, innermost);
    for (TilePoint& point : partial) {
      point.vector_axis = id(plan_.split_axis);
      point.base = innermost;
      point.lanes = lanes;
    }
    combine(partial, *body);
    for (size_t p = 0; p < tile.size(); ++p) {
      join_lanes(split, partial[p].accumulators[0], lanes, tile[p].accumulators[0], block);
    }
  }

  Expr named(std::string name, Expr value, Block& block) {
    const VariableId variable = pool_.declare({std::move(name), value->type, INT64_MIN, INT64_MAX, {}});
    block.push_back({Let{variable, value}});
    return pool_.variable(variable);
  }

  // Joins lanes pairwise, and what the accumulator starts with first of all.
  void join_lanes(const SplitReduction& split, VariableId partial, int lanes, VariableId total, Block& block) {
    std::vector<Expr> left;
    for (int i = 0; i < lanes; ++i) left.push_back(lane(pool_.variable(partial), i));
    for (size_t count = left.size(); count > 1; count /= 2) {
      for (size_t i = 0; i < count / 2; ++i) {
        left[i] = joined(split, left[i], left[i + count / 2]);
        // It occurs more than once in what it is joined to.
        if (split.passes_nan) left[i] = named("joined", left[i], block);
      }
    }
    block.push_back({Assign{total, {}, joined(split, pool_.variable(total), left[0])}});
  }

  void single_points(std::vector<TilePoint> tile, Expr whole, Block& block) {
    Expr innermost;
    Block* body = reduction_loops(tile, block, whole, variable(plan_.split_axis).extent, 1, innermost);
    for (TilePoint& point : tile) point.scalars[id(plan_.split_axis).index] = innermost;
    combine(tile, *body);
  }

  const FlatNest& nest_;
  Plan plan_;
  ExprPool& pool_;
  int vector_axis_ = -1;
};

}  // namespace

Block emit_nest(const FlatNest& nest, const Schedule& schedule, ExprPool& pool) {
  return NestEmission(nest, schedule, pool).run();
}

}  // namespace burin::passes
