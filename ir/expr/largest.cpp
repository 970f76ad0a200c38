#include "ir/expr/largest.h"

#include <algorithm>
#include <array>

#include "ir/expr/linear.h"
#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// An interval whose ends are expressions; an end that is not valid is unknown.
struct Ends {
  Expr low, high;
};

class Intervals {
 public:
  explicit Intervals(std::span<const VariableId> counts) : counts_(counts) {}

  Ends of(Expr e) const {
    const bool depends = std::ranges::any_of(counts_, [&](VariableId count) { return uses_variable(e, count); });
    if (!depends) return {e, e};
    if (is_variable(e)) return {e->pool->integer(0), e};
    const std::span<const Expr> operands = e->operands;
    if (e->opcode == Opcode::kSelect) return hull(of(operands[1]), of(operands[2]));
    if (operands.size() != 2) return numbers(e);
    const Ends a = of(operands[0]);
    const Ends b = of(operands[1]);
    if (!a.low.valid() || !a.high.valid() || !b.low.valid() || !b.high.valid()) return numbers(e);
    if (e->opcode == Opcode::kAdd) return {a.low + b.low, a.high + b.high};
    if (e->opcode == Opcode::kSub) return {a.low - b.high, a.high - b.low};
    if (e->opcode == Opcode::kMin) return {min(a.low, b.low), min(a.high, b.high)};
    if (e->opcode == Opcode::kMax) return {max(a.low, b.low), max(a.high, b.high)};
    if (e->opcode == Opcode::kMul) return product(a, b);
    const int64_t divisor = constant_integer(operands[1]).value_or(0);
    if (e->opcode == Opcode::kFloorDiv && divisor > 0) return {floor_div(a.low, divisor), floor_div(a.high, divisor)};
    if (e->opcode == Opcode::kCeilDiv && divisor > 0) return {ceil_div(a.low, divisor), ceil_div(a.high, divisor)};
    return numbers(e);
  }

 private:
  static Ends hull(Ends a, Ends b) {
    if (!a.low.valid() || !a.high.valid() || !b.low.valid() || !b.high.valid()) return {};
    return {min(a.low, b.low), max(a.high, b.high)};
  }

  static Ends product(Ends a, Ends b) {
    if (provably_nonnegative(a.low) && provably_nonnegative(b.low)) return {a.low * b.low, a.high * b.high};
    const std::array corners{a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    Ends ends{corners[0], corners[0]};
    for (Expr corner : corners) ends = {min(ends.low, corner), max(ends.high, corner)};
    return ends;
  }

  // What the bounds of the node say.
  static Ends numbers(Expr e) {
    Ends ends;
    if (e->low != INT64_MIN) ends.low = e->pool->integer(e->low);
    if (e->high != INT64_MAX) ends.high = e->pool->integer(e->high);
    return ends;
  }

  std::span<const VariableId> counts_;
};

}  // namespace

Expr largest(Expr e, std::span<const VariableId> counts) {
  const Expr high = Intervals(counts).of(e).high;
  return high.valid() ? high : e;
}

}  // namespace burin::ir
