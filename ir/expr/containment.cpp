#include "ir/expr/containment.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ir/base/checked.h"
#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// coefficient * product of factors, which are no sums or products themselves; without factors a number.
struct Monomial {
  std::vector<Expr> factors;
  int64_t coefficient = 1;
};

// A sum of monomials in order of first appearance. An operation that overflows, or grows too large, leaves it `lost`, and
// nothing is proven of it.
class Polynomial {
 public:
  static constexpr size_t kMostTerms = 64;
  static constexpr size_t kMostFactors = 8;

  explicit Polynomial(int64_t number = 0) { add({{}, number}); }
  explicit Polynomial(Expr e) { accumulate(e, Polynomial(1)); }

  bool lost() const { return lost_; }
  const std::vector<Monomial>& terms() const { return terms_; }

  void add(const Monomial& term) {
    if (term.coefficient == 0) return;
    for (auto held = terms_.begin(); held != terms_.end(); ++held) {
      if (!std::ranges::is_permutation(held->factors, term.factors)) continue;
      const std::optional<int64_t> sum = checked_add(held->coefficient, term.coefficient);
      lost_ |= !sum;
      held->coefficient = sum.value_or(0);
      if (held->coefficient == 0) terms_.erase(held);
      return;
    }
    terms_.push_back(term);
    lost_ |= terms_.size() > kMostTerms || term.factors.size() > kMostFactors;
  }

  friend Polynomial operator+(Polynomial a, const Polynomial& b) {
    a.lost_ |= b.lost_;
    for (const Monomial& term : b.terms_) a.add(term);
    return a;
  }

  friend Polynomial operator*(const Polynomial& a, const Polynomial& b) {
    Polynomial product;
    product.lost_ = a.lost_ || b.lost_;
    for (const Monomial& x : a.terms_) {
      for (const Monomial& y : b.terms_) {
        if (product.lost_) return product;
        Monomial both = x;
        both.factors.insert(both.factors.end(), y.factors.begin(), y.factors.end());
        const std::optional<int64_t> coefficient = checked_mul(x.coefficient, y.coefficient);
        product.lost_ |= !coefficient;
        both.coefficient = coefficient.value_or(0);
        product.add(both);
      }
    }
    return product;
  }

  // *this = slope * atom + rest; absent when the atom occurs squared.
  std::optional<std::pair<Polynomial, Polynomial>> split(Expr atom) const {
    Polynomial slope;
    Polynomial rest;
    for (Monomial term : terms_) {
      const auto found = std::ranges::find(term.factors, atom);
      if (found == term.factors.end()) {
        rest.add(term);
        continue;
      }
      term.factors.erase(found);
      if (std::ranges::find(term.factors, atom) != term.factors.end()) return std::nullopt;
      slope.add(term);
    }
    return std::pair{std::move(slope), std::move(rest)};
  }

 private:
  void accumulate(Expr e, const Polynomial& scale) {
    if (lost_) return;
    if (const std::optional<int64_t> value = constant_integer(e)) {
      *this = *this + scale * Polynomial(*value);
    } else if (e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub) {
      accumulate(e->operands[0], scale);
      accumulate(e->operands[1], e->opcode == Opcode::kAdd ? scale : scale * Polynomial(-1));
    } else if (e->opcode == Opcode::kMul) {
      Polynomial right;
      right.accumulate(e->operands[1], scale);
      lost_ |= right.lost_;
      accumulate(e->operands[0], right);
    } else {
      Polynomial atom;
      atom.add({{e}, 1});
      *this = *this + scale * atom;
    }
  }

  std::vector<Monomial> terms_;
  bool lost_ = false;
};

// A lower bound by the bounds of the factors alone; absent when they say nothing. All factors must be known to be nonnegative.
std::optional<int64_t> lower_bound_of(const Polynomial& p) {
  int64_t total = 0;
  for (const Monomial& term : p.terms()) {
    int64_t product = term.coefficient;
    for (Expr factor : term.factors) {
      if (factor->low < 0 || (term.coefficient < 0 && factor->high == INT64_MAX)) return std::nullopt;
      const std::optional<int64_t> next = checked_mul(product, term.coefficient > 0 ? factor->low : factor->high);
      if (!next) return std::nullopt;
      product = *next;
    }
    const std::optional<int64_t> sum = checked_add(total, product);
    if (!sum) return std::nullopt;
    total = *sum;
  }
  return total;
}

bool plainly_nonnegative(const Polynomial& p) { return !p.lost() && lower_bound_of(p).value_or(-1) >= 0; }

// Proves that a polynomial is nonnegative by replacing one atom after the other by what it is at most (or at least).
class Proof {
 public:
  bool nonnegative(const Polynomial& p, int depth = 8) {
    if (p.lost()) return false;
    if (plainly_nonnegative(p)) return true;
    if (depth == 0 || budget_-- <= 0) return false;
    std::vector<Expr> tried;
    for (const Monomial& term : p.terms()) {
      for (Expr atom : term.factors) {
        if (std::ranges::find(tried, atom) != tried.end()) continue;
        tried.push_back(atom);
        const auto parts = p.split(atom);
        if (parts && by_atom(parts->first, atom, parts->second, depth - 1)) return true;
      }
    }
    return false;
  }

 private:
  // slope * atom + rest.
  bool by_atom(const Polynomial& slope, Expr atom, const Polynomial& rest, int depth) {
    const bool grows = plainly_nonnegative(slope);
    if (!grows && !plainly_nonnegative(slope * Polynomial(-1))) return false;
    const auto with = [&](const Polynomial& replacement) { return nonnegative(slope * replacement + rest, depth); };
    if (is_variable(atom)) {
      if (grows) return atom->low != INT64_MIN && with(Polynomial(atom->low));
      const Variable& variable = (*atom->pool)[variable_of(atom)];
      const bool bounded = variable.extent.valid() && !uses_variable(variable.extent, variable_of(atom));
      return bounded && with(Polynomial(variable.extent) + Polynomial(-1));
    }
    if (atom->opcode == Opcode::kMin || atom->opcode == Opcode::kMax) {
      // min(a, b) is at most a and at most b; at least, it is one of them, not known which.
      const bool either = (atom->opcode == Opcode::kMax) == grows;
      const bool first = with(Polynomial(atom->operands[0]));
      return either ? first || with(Polynomial(atom->operands[1])) : first && with(Polynomial(atom->operands[1]));
    }
    if (atom->opcode == Opcode::kSelect)
      return with(Polynomial(atom->operands[1])) && with(Polynomial(atom->operands[2]));
    // A divisor is never 0.
    const bool divides =
        (atom->opcode == Opcode::kMod || atom->opcode == Opcode::kFloorDiv) && atom->operands[1]->low >= 0;
    if (!divides) return false;
    if (atom->opcode == Opcode::kMod)
      return with(grows ? Polynomial(0) : Polynomial(atom->operands[1]) + Polynomial(-1));
    return by_quotient(slope, grows, atom, rest, depth);
  }

  // floor(x / y) is at most x / y and at least (x - y + 1) / y, so with y > 0 both sides may be multiplied by it.
  bool by_quotient(const Polynomial& slope, bool grows, Expr quotient, const Polynomial& rest, int depth) {
    const Polynomial x(quotient->operands[0]);
    const Polynomial y(quotient->operands[1]);
    const Polynomial minus(-1);
    if (grows) return nonnegative(rest * y + slope * (x + y * minus + Polynomial(1)), depth);
    const bool single =
        slope.terms().size() == 1 && slope.terms()[0].factors.empty() && slope.terms()[0].coefficient == -1;
    if (single) return nonnegative((rest + Polynomial(1)) * y + x * minus + minus, depth);
    return nonnegative(rest * y + slope * x, depth);
  }

  int budget_ = 300;
};

bool proven(const Polynomial& p) { return Proof().nonnegative(p); }

}  // namespace

Containment contained(Expr e, Expr low, Expr high) {
  const Polynomial value(e);
  const Polynomial minus(-1);
  const Polynomial above = value + Polynomial(low) * minus;           // e - low
  const Polynomial below = Polynomial(high) + value * minus + minus;  // high - e - 1
  if (proven(above) && proven(below)) return Containment::kProven;
  if (proven(above * minus + minus) || proven(below * minus + minus)) return Containment::kRefuted;
  return Containment::kUnknown;
}

}  // namespace burin::ir
