#include "passes/annotated_schedule.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "ir/text/expr_text.h"
#include "passes/schedule.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostLanes = 64;
constexpr int64_t kMostPoints = 1024;  // of a tile: each is written out

std::string place_of(const Nest& nest) {
  return nest.origin.empty() ? "schedule of a nest" : fmt::format("schedule of {}", nest.origin[0]);
}

// The axis and factor as the text form writes them: "c/8".
std::string loop_text(const ScheduledLoop& loop, const FlatNest& nest, const ExprPool& pool) {
  const std::string axis = variable_text(pool[nest.axes[static_cast<size_t>(loop.axis)].variable].name);
  return loop.factor == 0 ? axis : fmt::format("{}/{}", axis, loop.factor);
}

// Walks the loops in the order that emission asks for.
class Checker {
 public:
  Checker(const FlatNest& nest, const Schedule& schedule) : nest_(nest) {
    for (const ScheduledLoop& loop : schedule) {
      if (loop.factor == 0 && !is_parallel(loop)) last_step_ = loop.axis;
    }
  }

  // What should stand at `loop`; empty when the loop is right there.
  std::string expectation(const ScheduledLoop& loop) {
    const bool is_tile = loop.factor > 0;
    if (!is_tile && loop.kind != LoopKind::kSerial && loop.kind != LoopKind::kParallel)
      return "a factor of an unrolled or vector loop";
    const int place = is_tile ? (loop.kind == LoopKind::kSerial ? 2 : 3) : is_parallel(loop) ? 0 : 1;
    if (place < place_) return "loops over parallel axes, then over the others, then rows, then the tile";
    place_ = place;
    if (place == 2) return rows_expectation(loop);
    return place == 3 ? tile_expectation(loop) : "";
  }

 private:
  bool is_parallel(const ScheduledLoop& loop) const { return axis(loop).kind == AxisKind::kParallel; }
  const Axis& axis(const ScheduledLoop& loop) const { return nest_.axes[static_cast<size_t>(loop.axis)]; }

  std::optional<SplitReduction> split() const {
    return nest_.accumulators.size() == 1 ? split_reduction(nest_.accumulators[0]) : std::nullopt;
  }

  std::string rows_expectation(const ScheduledLoop& loop) const {
    const bool sums = split() && split()->opcode == Opcode::kAdd;
    const bool is_last = loop.axis == last_step_ && axis(loop).kind == AxisKind::kReduction;
    return sums && is_last ? "" : "rows of a sum, along its last reduction axis";
  }

  std::string tile_expectation(const ScheduledLoop& loop) {
    const bool is_vector = loop.kind == LoopKind::kVector;
    if (is_vector && (!std::has_single_bit(static_cast<uint64_t>(loop.factor)) || loop.factor > kMostLanes))
      return fmt::format("a power of two of lanes, at most {}", kMostLanes);
    if (!is_vector && (loop.factor > kMostPoints || (points_ *= loop.factor) > kMostPoints))
      return fmt::format("a tile of at most {} points", kMostPoints);
    std::vector<int>& seen = is_vector ? vectors_ : unrolled_;
    if (std::ranges::find(seen, loop.axis) != seen.end()) return "one factor of a kind per axis";
    seen.push_back(loop.axis);
    if (is_parallel(loop)) return "";
    if (!is_vector) return "an unrolled loop over a parallel axis";
    const bool may_split = split() && loop.axis == last_step_ && axis(loop).kind == AxisKind::kReduction;
    return may_split ? "" : "vectors along the last reduction axis of one sum, product, maximum or minimum";
  }

  const FlatNest& nest_;
  int last_step_ = -1;  // the innermost axis that is not parallel
  int place_ = 0;
  int64_t points_ = 1;
  std::vector<int> vectors_, unrolled_;
};

}  // namespace

std::optional<Diagnostic> schedule_fault(const Nest& nest, const FlatNest& flat, const ExprPool& pool) {
  for (const Axis& axis : nest.axes) {
    if (has_axis(flat.axes, axis.variable)) continue;
    const std::string name = variable_text(pool[axis.variable].name);
    return is_constant_value(pool[axis.variable].extent, 1)
               ? input_fault("schedule", place_of(nest), "expected axes of more than one point, found axis {} of one",
                             name)
               : input_fault("schedule", place_of(nest),
                             "expected axes that memory keeps apart, found axis {}, which it walks as one with another",
                             name);
  }
  Checker checker(flat, nest.schedule);
  for (const ScheduledLoop& loop : nest.schedule) {
    const std::string expected = checker.expectation(loop);
    if (expected.empty()) continue;
    return input_fault("schedule", place_of(nest), "expected {}, found {}", expected, loop_text(loop, flat, pool));
  }
  return std::nullopt;
}

}  // namespace burin::passes
