#include "passes/schedule.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "passes/vectorize.h"

namespace burin::passes {

using namespace ir;

namespace {

// A position in a buffer that the nest reads or writes.
struct Access {
  Expr position;
  ElementType element;
  bool stores;
  bool conditional;  // its position is guarded by a select
};

enum class Step : uint8_t { kNone, kOne, kOther, kIrregular };

std::vector<Access> accesses_of(const FlatNest& nest) {
  std::vector<Access> accesses;
  for_each_expr(nest, [&](Expr root) {
    for_each_node(root, [&](Expr node) {
      if (node->opcode != Opcode::kLoad) return;
      accesses.push_back({node->operands[0], node->type.element, false, node->operands[0]->opcode == Opcode::kSelect});
    });
  });
  for (const FlatStore& store : nest.stores)
    accesses.push_back({store.index, store.value->type.element, true, store.where.valid()});
  return accesses;
}

// How the position moves along `axis` inside of a vector of `lanes` that starts at a multiple of them.
Step step_of(const Access& access, VariableId axis, int lanes) {
  if (!uses_variable(access.position, axis)) return Step::kNone;
  ExprPool& pool = *access.position->pool;
  const Expr vector = pool.variable(pool.declare({"vector", kIndex, 0, INT64_MAX, {}}));
  const VariableId lane = pool.declare({"lane", kIndex, 0, 0, pool.integer(lanes)});
  const Expr position = substitute(access.position, {{axis.index, vector * lanes + pool.variable(lane)}});
  if (!uses_variable(position, lane)) return Step::kNone;
  const Expr by = slope(position, lane);
  if (!by.valid()) return Step::kIrregular;
  return is_constant_value(by, 1) ? Step::kOne : Step::kOther;
}

class Scheduler {
 public:
  Scheduler(const FlatNest& nest, const ExprPool& pool, const Machine& machine, Math math)
      : nest_(nest), pool_(pool), machine_(machine), math_(math), accesses_(accesses_of(nest)) {
    for (size_t i = 0; i < nest.axes.size(); ++i) {
      (nest.axes[i].kind == AxisKind::kParallel ? parallel_ : inner_).push_back(static_cast<int>(i));
    }
  }

  ChosenSchedule run() {
    if (!inner_.empty() && nest_.axes[static_cast<size_t>(inner_[0])].kind == AxisKind::kSequential) {
      return plain("scalar: sequential axes keep their order");
    }
    const int vector_axis = best_vector_axis();
    if (vector_axis >= 0) return inner_.empty() ? map_schedule(vector_axis) : tile_schedule(vector_axis);
    if (!inner_.empty() && math_ != Math::kStrict) {
      if (const int axis = vector_reduction_axis(); axis >= 0) return reduction_schedule(axis);
    }
    return plain("scalar: no axis is walked in unit steps");
  }

 private:
  VariableId variable(int axis) const { return nest_.axes[static_cast<size_t>(axis)].variable; }
  Expr extent(int axis) const { return pool_[variable(axis)].extent; }
  // A number to plan with: the extent, or a guess where it is symbolic.
  int64_t planned_extent(int axis) const {
    constexpr int64_t kGuess = 128;
    return constant_integer(extent(axis)).value_or(kGuess);
  }

  // Lanes of a vector whose accumulators, or else stored elements, fill a register.
  int lanes() const {
    int bytes = 1;
    for (const Accumulator& accumulator : nest_.accumulators)
      bytes = std::max(bytes, size_of(accumulator.init->type.element));
    for (const FlatStore& store : nest_.stores) bytes = std::max(bytes, size_of(store.value->type.element));
    for (const Access& access : accesses_) bytes = std::max(bytes, size_of(access.element));
    return std::max(1, machine_.vector_bytes / std::max(bytes, 4));
  }

  // The parallel axis that stores and loads walk in unit steps; -1 when vectors would mostly gather.
  int best_vector_axis() const {
    int best = -1;
    int64_t best_score = 0;
    for (int axis : parallel_) {
      int64_t score = 0;
      for (const Access& access : accesses_) {
        const Step step = step_of(access, variable(axis), lanes());
        const int64_t weight = access.stores ? 4 : 3;
        if (step == Step::kOne) score += weight;
        const bool is_rare = access.stores && !inner_.empty();  // once for all steps of a reduction
        if (step == Step::kOther) score -= access.stores && !is_rare ? 4 : 2;
        if (step == Step::kIrregular) score -= is_rare ? 2 : 4;
      }
      if (planned_extent(axis) < kLeastVector) continue;
      if (planned_extent(axis) < lanes()) score -= 1;
      if (score > best_score || (score == best_score && best >= 0 && planned_extent(axis) > planned_extent(best))) {
        best = axis;
        best_score = score;
      }
    }
    return best;
  }

  void outer(Schedule& loops, std::vector<int> last) const {
    for (int axis : parallel_) {
      if (std::ranges::find(last, axis) == last.end()) loops.push_back({axis, LoopKind::kSerial, 0});
    }
    for (int axis : last) loops.push_back({axis, LoopKind::kSerial, 0});
  }
  void reductions(Schedule& loops) const {
    for (int axis : inner_) loops.push_back({axis, LoopKind::kSerial, 0});
  }

  // A long sum is made in rows: a row's terms are added up in a register of their own, which is then added to the total. So
  // rounding errors grow with the length of a row and the number of rows, not with their product. A row is a turn of the innermost
  // loop, or a part of a single long one. Sums of products that have a load as a factor are left alone: they are short, and
  // every instruction counts there.
  void sum_in_rows(Schedule& loops) const {
    constexpr int64_t kMostInRow = 512;
    if (math_ == Math::kStrict || nest_.accumulators.size() != 1 || inner_.empty() || is_sequential()) return;
    const std::optional<int64_t> count = constant_integer(extent(inner_.back()));
    if (inner_.size() == 1 && count && *count <= kMostInRow) return;
    const Expr combine = nest_.accumulators[0].combine;
    const auto is_load = [](Expr e) { return e->opcode == Opcode::kLoad; };
    if (combine->opcode == Opcode::kFma && (is_load(combine->operands[0]) || is_load(combine->operands[1]))) return;
    const std::optional<SplitReduction> split = split_reduction(nest_.accumulators[0]);
    if (!split || split->opcode != Opcode::kAdd || !is_float(combine->type.element)) return;
    loops.push_back({inner_.back(), LoopKind::kSerial, kMostInRow});
  }
  bool is_sequential() const {
    return std::ranges::any_of(
        inner_, [&](int axis) { return nest_.axes[static_cast<size_t>(axis)].kind == AxisKind::kSequential; });
  }

  ChosenSchedule plain(std::string because) const {
    Schedule loops;
    outer(loops, {});
    reductions(loops);
    sum_in_rows(loops);
    return {loops, std::move(because)};
  }

  ChosenSchedule map_schedule(int vector_axis) const {
    Schedule loops;
    outer(loops, {vector_axis});
    loops.push_back({vector_axis, LoopKind::kVector, lanes()});
    return {loops, fmt::format("vectors of {} along {}", lanes(), pool_[variable(vector_axis)].name)};
  }

  // The axis to tile beside the vector axis: one that some load does not move with, so that what it loads is used again. An
  // axis of known extent comes before a symbolic one, which may turn out to be a batch of one.
  int reuse_axis(int vector_axis) const {
    int best = -1;
    std::tuple<int, bool, int64_t> best_rank;
    for (int axis : parallel_) {
      if (axis == vector_axis || planned_extent(axis) < 2) continue;
      int saved = 0;
      for (const Access& access : accesses_) {
        if (access.stores || !depends_on_reduction(access)) continue;
        if (!uses_variable(access.position, variable(axis)))
          saved += step_of(access, variable(vector_axis), lanes()) == Step::kOne ? 2 : 1;
      }
      const bool is_known = constant_integer(extent(axis)).value_or(0) >= kLeastVector;
      const std::tuple<int, bool, int64_t> rank = {saved, is_known, planned_extent(axis)};
      if (saved == 0 || (best >= 0 && rank < best_rank)) continue;
      best = axis;
      best_rank = rank;
    }
    return best;
  }

  bool depends_on_reduction(const Access& access) const {
    return std::ranges::any_of(inner_, [&](int axis) { return uses_variable(access.position, variable(axis)); });
  }

  // Points per tile of an axis, at most `most`: all of a short axis, otherwise what leaves the smallest remainder.
  int64_t points(int axis, int64_t most) const {
    const int64_t count = planned_extent(axis);
    if (count <= most || !constant_integer(extent(axis))) return std::min(count, most);
    int64_t best = most;
    const auto waste = [&](int64_t tile) { return (count + tile - 1) / tile * tile - count; };
    for (int64_t tile = most; tile * 4 >= most * 3; --tile) {
      if (waste(tile) < waste(best)) best = tile;
    }
    return best;
  }

  ChosenSchedule tile_schedule(int vector_axis) const {
    const int width = lanes();
    const int reuse = nest_.accumulators.size() == 1 ? reuse_axis(vector_axis) : -1;
    // Registers: the tile, the vectors of one step and one for what is broadcast.
    const int64_t vectors_wanted = reuse >= 0 ? 2 : 4;
    const int64_t available = (planned_extent(vector_axis) + width - 1) / width;
    const int64_t vectors =
        std::clamp<int64_t>(available, 1, reuse >= 0 && planned_extent(reuse) >= 4 ? vectors_wanted : 8);
    const int64_t budget =
        (machine_.vector_registers - 4) / static_cast<int64_t>(std::max<size_t>(nest_.accumulators.size(), 1));
    const int64_t fitting = std::max<int64_t>(1, std::min(vectors, budget));
    const int64_t rows = reuse >= 0 ? points(reuse, std::max<int64_t>(1, std::min<int64_t>(14, budget / fitting))) : 1;
    Schedule loops;
    outer(loops, outer_order(vector_axis, reuse));
    reductions(loops);
    sum_in_rows(loops);
    if (reuse >= 0) loops.push_back({reuse, LoopKind::kUnrolled, rows});
    if (fitting > 1) loops.push_back({vector_axis, LoopKind::kUnrolled, fitting});
    loops.push_back({vector_axis, LoopKind::kVector, width});
    const std::string by = reuse >= 0 ? pool_[variable(reuse)].name + " by " : "";
    return {loops,
            fmt::format("{} x {} vectors of {}: {}{}", rows, fitting, width, by, pool_[variable(vector_axis)].name)};
  }

  // The vector axis' panels outside of the axes that reuse them, the tiled axis innermost.
  std::vector<int> outer_order(int vector_axis, int reuse) const {
    std::vector<int> last = {vector_axis};
    for (int axis : parallel_) {
      if (axis == vector_axis || axis == reuse) continue;
      const bool shares_panel = std::ranges::any_of(accesses_, [&](const Access& access) {
        return !access.stores && depends_on_reduction(access) &&
               step_of(access, variable(vector_axis), lanes()) == Step::kOne &&
               !uses_variable(access.position, variable(axis));
      });
      if (shares_panel) last.push_back(axis);
    }
    if (reuse >= 0) last.push_back(reuse);
    return last;
  }

  // The reduction axis, the innermost if possible, that every load walks in unit steps or not at all.
  int vector_reduction_axis() const {
    if (nest_.accumulators.size() != 1 || !split_reduction(nest_.accumulators[0])) return -1;
    for (size_t i = inner_.size(); i-- > 0;) {
      const int axis = inner_[i];
      if (planned_extent(axis) < kLeastVector || (i + 1 < inner_.size() && planned_extent(axis) < lanes())) continue;
      const bool unit_steps = std::ranges::all_of(accesses_, [&](const Access& access) {
        const Step step = step_of(access, variable(axis), lanes());
        return step == Step::kOne || step == Step::kNone;
      });
      if (unit_steps) return axis;
    }
    return -1;
  }

  // The longest parallel axis that some load of the reduction, and `beside` if there is one, does not move with; -1: none.
  int longest_reuse_axis(const std::optional<Access>& beside) const {
    int best = -1;
    for (int axis : parallel_) {
      const bool reuses = std::ranges::any_of(accesses_, [&](const Access& access) {
        return !access.stores && depends_on_reduction(access) && !uses_variable(access.position, variable(axis));
      });
      const bool is_beside = !beside || !uses_variable(beside->position, variable(axis));
      if (reuses && is_beside && planned_extent(axis) > 1 && (best < 0 || planned_extent(axis) > planned_extent(best)))
        best = axis;
    }
    return best;
  }

  // A tile of two axes uses every vector again that it loads: rows share what moves with columns, and the other way round.
  ChosenSchedule reduction_schedule(int axis) const {
    const int row_axis = longest_reuse_axis({});
    int column_axis = -1;
    if (row_axis >= 0) {
      const auto moved = std::ranges::find_if(accesses_, [&](const Access& access) {
        return !access.stores && depends_on_reduction(access) && uses_variable(access.position, variable(row_axis));
      });
      if (moved != accesses_.end()) column_axis = longest_reuse_axis(*moved);
    }
    const int64_t budget = machine_.vector_registers - 4;
    const int64_t columns = column_axis < 0 ? 1 : points(column_axis, budget >= 24 ? 4 : 2);
    const int64_t rows = row_axis < 0 ? 1 : points(row_axis, std::min<int64_t>(6, budget / (columns + 1)));
    Schedule loops;
    outer(loops, {});
    reductions(loops);
    if (rows > 1) loops.push_back({row_axis, LoopKind::kUnrolled, rows});
    if (columns > 1) loops.push_back({column_axis, LoopKind::kUnrolled, columns});
    loops.push_back({axis, LoopKind::kVector, lanes()});
    return {loops, fmt::format("{} x {} partial results in {} lanes along {}", rows, columns, lanes(),
                               pool_[variable(axis)].name)};
  }

  const FlatNest& nest_;
  const ExprPool& pool_;
  const Machine& machine_;
  Math math_;
  std::vector<Access> accesses_;
  std::vector<int> parallel_;
  std::vector<int> inner_;
};

// The max or min of `select(isnan(x), x, max(x, y))`, which passes a NaN on; invalid for anything else.
Expr extreme_or_nan(Expr e) {
  if (e->opcode != Opcode::kSelect || e->operands[0]->opcode != Opcode::kIsNan) return {};
  const Expr x = e->operands[1];
  const Expr extreme = e->operands[2];
  const bool is_extreme = extreme->opcode == Opcode::kMax || extreme->opcode == Opcode::kMin;
  return is_extreme && e->operands[0]->operands[0] == x && extreme->operands[0] == x ? extreme : Expr();
}

}  // namespace

Expr joined(const SplitReduction& split, Expr a, Expr b) {
  const Expr both = binary(split.opcode, a, b);
  return split.passes_nan ? select(unary(Opcode::kIsNan, a), a, both) : both;
}

std::optional<SplitReduction> split_reduction(const Accumulator& accumulator) {
  const Expr combine = accumulator.combine;
  const auto is_accumulator = [&](Expr e) { return is_variable(e) && variable_of(e) == accumulator.variable; };
  const auto uses = [&](Expr e) { return uses_variable(e, accumulator.variable); };
  if (combine->opcode == Opcode::kFma) {
    const bool joins =
        is_accumulator(combine->operands[2]) && !uses(combine->operands[0]) && !uses(combine->operands[1]);
    return joins ? std::optional(SplitReduction{Opcode::kAdd, 0, false}) : std::nullopt;
  }
  const bool floating = is_float(combine->type.element);
  if (const Expr extreme = extreme_or_nan(combine); extreme.valid()) {
    const Expr x = combine->operands[1];
    if (!floating || uses(x) || !is_accumulator(extreme->operands[1])) return std::nullopt;
    return SplitReduction{extreme->opcode, extreme->opcode == Opcode::kMax ? -INFINITY : INFINITY, true};
  }
  if (combine->operands.size() != 2) return std::nullopt;
  const bool left = is_accumulator(combine->operands[0]) && !uses(combine->operands[1]);
  const bool right = is_accumulator(combine->operands[1]) && !uses(combine->operands[0]);
  if (!left && !right) return std::nullopt;
  if (combine->opcode == Opcode::kAdd) return SplitReduction{Opcode::kAdd, 0, false};
  if (combine->opcode == Opcode::kMul) return SplitReduction{Opcode::kMul, 1, false};
  if (combine->opcode == Opcode::kMax && floating) return SplitReduction{Opcode::kMax, -INFINITY, false};
  if (combine->opcode == Opcode::kMin && floating) return SplitReduction{Opcode::kMin, INFINITY, false};
  return std::nullopt;
}

ChosenSchedule choose_schedule(const FlatNest& nest, const ExprPool& pool, const Machine& machine, Math math) {
  return Scheduler(nest, pool, machine, math).run();
}

}  // namespace burin::passes
