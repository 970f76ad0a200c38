#include "ir/expr/simplify.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "ir/base/checked.h"
#include "ir/expr/linear.h"
#include "ir/expr/rules.h"
#include "ir/expr/scalar.h"

namespace burin::ir {
namespace {

using enum Opcode;

Scalar scalar_of(Expr constant) {
  Scalar scalar;
  if (is_float(constant->type.element)) {
    scalar.number = std::bit_cast<double>(constant->payload);
  } else {
    scalar.integer = constant->payload;
  }
  return scalar;
}

// A sum that would wrap stays as written, so that whoever evaluates a dimension sees the overflow.
bool folds(Opcode opcode, ValueType type, std::span<const Expr> operands) {
  if (type.element != ElementType::kI64) return true;
  const int64_t a = operands[0]->payload;
  const int64_t b = operands.size() > 1 ? operands[1]->payload : 0;
  if (opcode == kAdd) return checked_add(a, b).has_value();
  if (opcode == kSub) return checked_sub(a, b).has_value();
  if (opcode == kMul) return checked_mul(a, b).has_value();
  if (opcode == kDiv || opcode == kFloorDiv || opcode == kCeilDiv || opcode == kMod) return b != 0 && b != -1;
  return true;
}

// Simplifications made while building. Each returns an invalid Expr when it has nothing to say.
class Simplifier {
 public:
  explicit Simplifier(ExprPool& pool) : pool_(pool) {}

  Expr run(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
    if (Expr folded = fold(opcode, operands, type); folded.valid()) return folded;
    if (Expr shorter = lanes(opcode, operands, type, payload); shorter.valid()) return shorter;
    if (opcode == kSelect && is_constant(operands[0])) return operands[operands[0]->payload != 0 ? 1 : 2];
    if (opcode == kSelect && operands[1] == operands[2]) return operands[1];
    if ((opcode == kCast || opcode == kBitcast) && type.element == operands[0]->type.element) return operands[0];
    if (type.lanes != 1 || operands.empty() || operands[0]->type.lanes != 1) return {};
    if (type == kIndex && (opcode == kAdd || opcode == kSub || opcode == kMul)) return sum(opcode, operands);
    const bool logical = type == kBool && !is_float(operands[0]->type.element);
    if (is_arithmetic(opcode) && (type == kIndex || logical)) return algebra(opcode, operands, type);
    return {};
  }

  // The canonical text of a linear form: terms in order, constant last, a subtraction where the coefficient is negative.
  Expr rebuild(const LinearForm& form) {
    Expr total;
    for (const auto& [term, coefficient] : form.terms) {
      const bool subtract = total.valid() && coefficient < 0 && coefficient != INT64_MIN;
      const int64_t factor = subtract ? -coefficient : coefficient;
      const Expr product[] = {term, pool_.integer(factor)};
      const Expr scaled = factor == 1 ? term : pool_.as_written(kMul, product, kIndex);
      const Expr pair[] = {total, scaled};
      total = total.valid() ? pool_.as_written(subtract ? kSub : kAdd, pair, kIndex) : scaled;
    }
    if (!total.valid()) return pool_.integer(form.constant);
    if (form.constant == 0) return total;
    const bool subtract = form.constant < 0 && form.constant != INT64_MIN;
    const Expr pair[] = {total, pool_.integer(subtract ? -form.constant : form.constant)};
    return pool_.as_written(subtract ? kSub : kAdd, pair, kIndex);
  }

 private:
  Expr fold(Opcode opcode, std::span<const Expr> operands, ValueType type) {
    if (!is_arithmetic(opcode) || operands.empty()) return {};
    if (!std::ranges::all_of(operands, [](Expr e) { return e->opcode == kConstant; })) return {};
    if (!folds(opcode, type, operands)) return {};
    Scalar values[3];
    for (size_t i = 0; i < operands.size(); ++i) values[i] = scalar_of(operands[i]);
    const Scalar value = apply(opcode, operands[0]->type.element, type.element, {values, operands.size()});
    return is_float(type.element) ? pool_.floating(value.number, type) : pool_.integer(value.integer, type);
  }

  Expr lanes(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
    if (opcode == kSplat && type.lanes == 1) return operands[0];
    if (opcode == kRamp && is_constant_value(operands[1], 0)) return splat(operands[0], type.lanes);
    if (opcode == kHead && type.lanes == operands[0]->type.lanes) return operands[0];
    const bool takes_lanes = opcode == kLane || opcode == kHead;
    if (takes_lanes && operands[0]->opcode == kSplat) return splat(operands[0]->operands[0], type.lanes);
    if (opcode == kLane && operands[0]->opcode == kRamp)
      return operands[0]->operands[0] + operands[0]->operands[1] * payload;
    if (opcode == kLane && operands[0]->type.lanes == 1) return operands[0];
    if (type.lanes == 1 || !is_arithmetic(opcode)) return {};
    // An operation whose operands are all splats is the splat of the scalar operation.
    std::vector<Expr> scalars;
    for (Expr operand : operands) {
      if (operand->opcode != kSplat) return {};
      scalars.push_back(operand->operands[0]);
    }
    return splat(pool_.make(opcode, scalars, {type.element, 1}), type.lanes);
  }

  Expr sum(Opcode opcode, std::span<const Expr> operands) {
    if (opcode == kMul && is_constant(operands[0]) && !is_constant(operands[1])) {
      const Expr swapped[] = {operands[1], operands[0]};
      return sum(opcode, swapped);
    }
    const Expr plain = pool_.as_written(opcode, operands, kIndex);
    if (opcode == kMul && !is_constant(operands[1])) return {};
    std::optional<LinearForm> form = linear_form(plain);
    if (!form) return plain;
    const Expr canonical = rebuild(*form);
    if (canonical->opcode != kAdd) return canonical;
    const Expr better = rewrite_by_rules(canonical);
    return better.valid() ? better : canonical;
  }

  Expr algebra(Opcode opcode, std::span<const Expr> operands, ValueType type) {
    return rewrite_by_rules(pool_.as_written(opcode, operands, type));
  }

  ExprPool& pool_;
};

}  // namespace

Expr simplified(ExprPool& pool, Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
  return Simplifier(pool).run(opcode, operands, type, payload);
}

Expr sum_of(const LinearForm& form, ExprPool& pool) { return Simplifier(pool).rebuild(form); }

}  // namespace burin::ir
