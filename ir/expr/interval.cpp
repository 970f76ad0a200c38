#include "ir/expr/interval.h"

#include <algorithm>

#include "ir/base/checked.h"

namespace burin::ir {
namespace {

using enum Opcode;

int64_t saturating_mul(int64_t a, int64_t b) {
  return checked_mul(a, b).value_or((a < 0) != (b < 0) ? INT64_MIN : INT64_MAX);
}

Interval product_interval(const ExprNode& a, const ExprNode& b) {
  if (is_known(a.low) && is_known(a.high) && is_known(b.low) && is_known(b.high)) {
    const int64_t corners[] = {saturating_mul(a.low, b.low), saturating_mul(a.low, b.high),
                               saturating_mul(a.high, b.low), saturating_mul(a.high, b.high)};
    return {*std::ranges::min_element(corners), *std::ranges::max_element(corners)};
  }
  if (a.low >= 0 && b.low >= 0) {
    const bool bounded = is_known(a.high) && is_known(b.high);
    return {saturating_mul(a.low, b.low), bounded ? saturating_mul(a.high, b.high) : INT64_MAX};
  }
  return {};
}

Interval division_interval(Opcode opcode, const ExprNode& a, const ExprNode& b) {
  if (b.low != b.high || b.low <= 0)
    return {a.low >= 0 && b.low >= 1 ? 0 : INT64_MIN, a.low >= 0 && b.low >= 1 ? a.high : INT64_MAX};
  const auto divide = [&](int64_t value) {
    if (!is_known(value)) return value;
    return opcode == kCeilDiv ? ceil_div(value, b.low) : opcode == kFloorDiv ? floor_div(value, b.low) : value / b.low;
  };
  return {divide(a.low), divide(a.high)};
}

}  // namespace

Interval interval_of(Opcode opcode, std::span<const Expr> operands) {
  const auto bounded = [](Expr e) { return e->type == kIndex; };
  if (!std::ranges::all_of(operands, bounded)) {
    if (opcode != kSelect || !bounded(operands[1])) return {};
    return {std::min(operands[1]->low, operands[2]->low), std::max(operands[1]->high, operands[2]->high)};
  }
  const ExprNode& a = *operands[0].node();
  const ExprNode& b = operands.size() > 1 ? *operands[1].node() : a;
  const auto sum = [](int64_t x, int64_t y, int64_t unknown) {
    return is_known(x) && is_known(y) ? checked_add(x, y).value_or(unknown) : unknown;
  };
  const auto difference = [](int64_t x, int64_t y, int64_t unknown) {
    return is_known(x) && is_known(y) ? checked_sub(x, y).value_or(unknown) : unknown;
  };
  if (opcode == kAdd) return {sum(a.low, b.low, INT64_MIN), sum(a.high, b.high, INT64_MAX)};
  if (opcode == kSub) return {difference(a.low, b.high, INT64_MIN), difference(a.high, b.low, INT64_MAX)};
  if (opcode == kMul) return product_interval(a, b);
  if (opcode == kFloorDiv || opcode == kCeilDiv || opcode == kDiv) return division_interval(opcode, a, b);
  if (opcode == kMod && b.low >= 1)
    return {0, b.high == INT64_MAX ? INT64_MAX : std::min(b.high - 1, a.low >= 0 ? a.high : INT64_MAX)};
  if (opcode == kMin) return {std::min(a.low, b.low), std::min(a.high, b.high)};
  if (opcode == kMax) return {std::max(a.low, b.low), std::max(a.high, b.high)};
  return {};
}

}  // namespace burin::ir
