#include "ir/bounds.h"

#include "ir/linear.h"

namespace burin::ir {
namespace {

// Proves `rest + coefficient * term >= 0` by replacing one term by something it is at least (or at most) as large as. The
// budget counts replacements.
class Proof {
 public:
  bool nonnegative(Expr e, int depth = 8) {
    if (e->low >= 0) return true;
    if (depth == 0 || budget_-- <= 0) return false;
    const std::optional<LinearForm> form = linear_form(e);
    if (!form) return false;
    for (size_t i = 0; i < form->terms.size(); ++i) {
      const auto [term, coefficient] = form->terms[i];
      if (coefficient == INT64_MIN) continue;
      LinearForm others = *form;
      others.terms.erase(others.terms.begin() + static_cast<std::ptrdiff_t>(i));
      if (by_term(sum_of(others, *e->pool), term, coefficient, depth - 1)) return true;
    }
    return false;
  }

 private:
  bool by_term(Expr rest, Expr term, int64_t coefficient, int depth) {
    const auto with = [&](Expr replacement) { return nonnegative(rest + replacement * coefficient, depth); };
    const bool wants_high = coefficient < 0;  // the larger the term, the smaller the sum
    if (is_variable(term)) return by_variable(rest, term, coefficient, depth);
    if (term->opcode == Opcode::kMin || term->opcode == Opcode::kMax) {
      // -min(a, b) is at least -a and at least -b; min(a, b) is a or b.
      const bool either = (term->opcode == Opcode::kMin) == wants_high;
      const bool first = with(term->operands[0]);
      return either ? first || with(term->operands[1]) : first && with(term->operands[1]);
    }
    if (term->opcode == Opcode::kMod && term->operands[1]->low >= 0) {
      return wants_high ? with(term->operands[1] - 1) : with(term->pool->integer(0));
    }
    if (term->opcode == Opcode::kFloorDiv && term->operands[1]->low >= 0)
      return by_quotient(rest, term, coefficient, depth);
    if (term->opcode == Opcode::kSelect) return with(term->operands[1]) && with(term->operands[2]);
    return false;
  }

  bool by_variable(Expr rest, Expr term, int64_t coefficient, int depth) {
    const Variable& variable = (*term->pool)[variable_of(term)];
    ExprPool& pool = *term->pool;
    if (coefficient > 0) {
      return variable.low != INT64_MIN && variable.low >= -(int64_t{1} << 40) &&
             nonnegative(rest + pool.integer(variable.low) * coefficient, depth);
    }
    if (variable.extent.valid() && !uses_variable(variable.extent, variable_of(term))) {
      return nonnegative(rest + (variable.extent - 1) * coefficient, depth);
    }
    return false;
  }

  // floor(x / y) is at most x / y and at least (x - y + 1) / y, so with y > 0 both sides may be multiplied by it.
  bool by_quotient(Expr rest, Expr term, int64_t coefficient, int depth) {
    const Expr x = term->operands[0];
    const Expr y = term->operands[1];
    if (coefficient == -1) return nonnegative((rest + 1) * y - x - 1, depth);
    if (coefficient < 0) return nonnegative(rest * y + x * coefficient, depth);
    return nonnegative(rest * y + (x - y + 1) * coefficient, depth);
  }

  int budget_ = 400;
};

bool proven(Expr e) { return Proof().nonnegative(e); }

}  // namespace

Containment contained(Expr e, Expr low, Expr high) {
  if (proven(e - low) && proven(high - e - 1)) return Containment::kProven;
  if (proven(low - e - 1) || proven(e - high)) return Containment::kRefuted;
  return Containment::kUnknown;
}

}  // namespace burin::ir
