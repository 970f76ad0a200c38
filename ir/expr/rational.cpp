#include "ir/expr/rational.h"

#include <cmath>

#include "ir/base/checked.h"

namespace burin::ir {
namespace {

constexpr int64_t kMostDenominator = 4096;

// numerator / denominator, the latter positive.
struct Fraction {
  Expr numerator;
  int64_t denominator = 1;
};

std::optional<Fraction> constant_fraction(Expr constant) {
  const double value = *constant_number(constant);
  for (int64_t denominator = 1; denominator <= kMostDenominator; denominator *= 2) {
    const double scaled = value * static_cast<double>(denominator);
    if (scaled == std::floor(scaled) && std::abs(scaled) < 1e15) {
      return Fraction{constant->pool->integer(static_cast<int64_t>(scaled)), denominator};
    }
  }
  return std::nullopt;
}

// Both over one denominator.
std::optional<int64_t> align(Fraction& a, Fraction& b) {
  const std::optional<int64_t> common = checked_mul(a.denominator, b.denominator);
  if (!common || *common > kMostDenominator) return std::nullopt;
  a = {a.numerator * b.denominator, *common};
  b = {b.numerator * (*common / b.denominator), *common};
  return common;
}

std::optional<Fraction> product(const Fraction& a, const Fraction& b) {
  if (a.denominator * b.denominator > kMostDenominator) return std::nullopt;
  return Fraction{a.numerator * b.numerator, a.denominator * b.denominator};
}

std::optional<Fraction> quotient(const Fraction& a, const Fraction& b) {
  const std::optional<int64_t> by = constant_integer(b.numerator);
  if (!by || *by <= 0 || *by > kMostDenominator || a.denominator * *by > kMostDenominator) return std::nullopt;
  return Fraction{a.numerator * b.denominator, a.denominator * *by};
}

std::optional<Fraction> combined(Opcode opcode, Fraction a, Fraction b) {
  if (opcode == Opcode::kMul) return product(a, b);
  if (opcode == Opcode::kDiv) return quotient(a, b);
  const bool is_known =
      opcode == Opcode::kAdd || opcode == Opcode::kSub || opcode == Opcode::kMin || opcode == Opcode::kMax;
  const std::optional<int64_t> common = is_known ? align(a, b) : std::nullopt;
  if (!common) return std::nullopt;
  return Fraction{binary(opcode, a.numerator, b.numerator), *common};
}

std::optional<Fraction> rounded(Opcode opcode, const Fraction& a) {
  if (a.denominator == 1) return a;
  if (opcode == Opcode::kFloor) return Fraction{floor_div(a.numerator, a.denominator)};
  if (opcode == Opcode::kCeil) return Fraction{ceil_div(a.numerator, a.denominator)};
  if (opcode == Opcode::kTruncate && a.numerator->low >= 0) return Fraction{floor_div(a.numerator, a.denominator)};
  return std::nullopt;
}

// Walks an expression as a tree, which shared operands can make large: only so far.
class Reader {
 public:
  std::optional<Fraction> fraction_of(Expr number) {
    if (--budget_ < 0) return std::nullopt;
    if (is_constant(number)) return constant_fraction(number);
    switch (number->operands.size()) {
      case 1: return of_one(number->opcode, number->operands[0]);
      case 2: return of_two(number->opcode, number->operands[0], number->operands[1]);
      case 3: return number->opcode == Opcode::kSelect ? selected(number) : std::nullopt;
    }
    return std::nullopt;
  }

 private:
  std::optional<Fraction> of_one(Opcode opcode, Expr operand) {
    if (opcode == Opcode::kCast && operand->type == kIndex) return Fraction{operand};
    if (!is_float(operand->type.element)) return std::nullopt;
    const std::optional<Fraction> inner = fraction_of(operand);
    if (!inner || opcode == Opcode::kCast) return inner;
    return rounded(opcode, *inner);
  }

  std::optional<Fraction> of_two(Opcode opcode, Expr left, Expr right) {
    const std::optional<Fraction> a = fraction_of(left);
    const std::optional<Fraction> b = a ? fraction_of(right) : std::nullopt;
    return b ? combined(opcode, *a, *b) : std::nullopt;
  }

  // What lets NaN through asks for it first; no fraction is one.
  std::optional<Fraction> selected(Expr select) {
    const Expr condition = select->operands[0];
    if (condition->opcode != Opcode::kIsNan || !fraction_of(condition->operands[0])) return std::nullopt;
    return fraction_of(select->operands[2]);
  }

  int budget_ = 1000;
};

}  // namespace

std::optional<Expr> whole_value(Expr number) {
  const std::optional<Fraction> fraction = Reader().fraction_of(number);
  if (!fraction) return std::nullopt;
  const std::optional<Fraction> whole = rounded(Opcode::kTruncate, *fraction);
  return whole ? std::optional(whole->numerator) : std::nullopt;
}

}  // namespace burin::ir
