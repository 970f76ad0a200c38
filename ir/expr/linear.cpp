#include "ir/expr/linear.h"

#include <algorithm>

#include "ir/base/checked.h"
#include "ir/base/result.h"
#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// Adds scale * e to `form`; false on overflow.
bool accumulate(Expr e, int64_t scale, LinearForm& form) {
  if (std::optional<int64_t> value = constant_integer(e)) {
    const auto scaled = checked_mul(*value, scale);
    const auto sum = scaled ? checked_add(form.constant, *scaled) : std::nullopt;
    if (!sum) return false;
    form.constant = *sum;
    return true;
  }
  if (e->opcode == Opcode::kAdd) {
    return accumulate(e->operands[0], scale, form) && accumulate(e->operands[1], scale, form);
  }
  if (e->opcode == Opcode::kSub) {
    return scale != INT64_MIN && accumulate(e->operands[0], scale, form) && accumulate(e->operands[1], -scale, form);
  }
  if (e->opcode == Opcode::kMul) {
    if (std::optional<int64_t> factor = constant_integer(e->operands[1])) {
      const auto scaled = checked_mul(*factor, scale);
      return scaled && accumulate(e->operands[0], *scaled, form);
    }
  }
  for (auto& [term, coefficient] : form.terms) {
    if (term != e) continue;
    const auto sum = checked_add(coefficient, scale);
    if (!sum) return false;
    coefficient = *sum;
    return true;
  }
  form.terms.emplace_back(e, scale);
  return true;
}

bool is_the_variable(Expr e, VariableId variable) { return is_variable(e) && variable_of(e) == variable; }

// True when the variable's coefficient says which way the form goes: no other term has it inside, as a * K has K.
bool stands_alone(const LinearForm& form, VariableId variable) {
  return std::ranges::none_of(form.terms, [&](const auto& term) {
    return !is_the_variable(term.first, variable) && uses_variable(term.first, variable);
  });
}

// `budget` counts the substitutions still allowed: the search branches over the terms at every depth.
bool nonnegative(Expr e, int depth, int& budget) {
  if (e->low >= 0) return true;
  std::optional<LinearForm> form = linear_form(e);
  if (!form || depth == 0) return false;
  // Put one bounded variable at its worst, and ask again. With an extent the bound is an expression and may cancel.
  for (const auto& [term, coefficient] : form->terms) {
    if (!is_variable(term)) continue;
    const Variable& variable = (*e->pool)[variable_of(term)];
    if (!variable.extent.valid()) continue;
    const Expr worst = coefficient > 0 ? e->pool->integer(0) : variable.extent - 1;
    if (uses_variable(worst, variable_of(term)) || !stands_alone(*form, variable_of(term))) continue;
    if (budget-- <= 0) return false;
    if (nonnegative(substitute(e, {{variable_of(term).index, worst}}), depth - 1, budget)) return true;
  }
  return false;
}

}  // namespace

int64_t LinearForm::coefficient_of(VariableId variable) const {
  for (const auto& [term, coefficient] : terms) {
    if (is_the_variable(term, variable)) return coefficient;
  }
  return 0;
}

std::optional<LinearForm> linear_form(Expr e) {
  LinearForm form;
  if (!accumulate(e, 1, form)) return std::nullopt;
  std::erase_if(form.terms, [](const auto& term) { return term.second == 0; });
  return form;
}

std::optional<AxisStride> stride_of(Expr e, VariableId variable) {
  std::optional<LinearForm> form = linear_form(e);
  if (!form || !stands_alone(*form, variable)) return std::nullopt;
  const int64_t stride = form->coefficient_of(variable);
  std::erase_if(form->terms, [&](const auto& term) { return is_the_variable(term.first, variable); });
  return AxisStride{stride, sum_of(*form, *e->pool)};
}

bool provably_nonnegative(Expr e) {
  if (e->low >= 0) return true;
  // Substituting simplifies, and the rules ask for proofs: those get less, or nested minima would cost exponentially much.
  constexpr int kBudgets[] = {64, 8, 0};
  int& depth = e->pool->proof_depth;
  int budget = kBudgets[std::min(depth, 2)];
  ++depth;
  const bool proven = nonnegative(e, 6, budget);
  --depth;
  return proven;
}

}  // namespace burin::ir
