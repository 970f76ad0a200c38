#include "ir/expr.h"

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cmath>

#include "ir/checked.h"
#include "ir/linear.h"
#include "ir/result.h"
#include "ir/rules.h"
#include "ir/scalar.h"

namespace burin::ir {
namespace {

using enum Opcode;
using enum Syntax;

constexpr auto kRows = std::to_array<OpcodeInfo>({
    {kConstant, "constant", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kVariable, "variable", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kRead, "read", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kLoad, "load", kLeaf, 1, Operands::kAny, OpcodeClass::kLeaf},
    {kAdd, "+", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSub, "-", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMul, "*", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kDiv, "/", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kFloorDiv, "floordiv", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kCeilDiv, "ceildiv", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kMod, "mod", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMin, "min", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMax, "max", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kPow, "pow", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kAnd, "and", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kOr, "or", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kXor, "xor", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kShiftLeft, "<<", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kShiftRight, ">>", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kEqual, "==", kInfix, 2, Operands::kAny, OpcodeClass::kArithmetic},
    {kNotEqual, "!=", kInfix, 2, Operands::kAny, OpcodeClass::kArithmetic},
    {kLess, "<", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kLessEqual, "<=", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kNegate, "neg", kCall, 1, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kNot, "not", kCall, 1, Operands::kBits, OpcodeClass::kArithmetic},
    {kAbs, "abs", kCall, 1, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSqrt, "sqrt", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kFloor, "floor", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kCeil, "ceil", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kTruncate, "trunc", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kRoundEven, "round", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kIsNan, "isnan", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kExp, "exp", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kLog, "log", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kSin, "sin", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kCos, "cos", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kTan, "tan", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAsin, "asin", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAcos, "acos", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAtan, "atan", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kSinh, "sinh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kCosh, "cosh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kTanh, "tanh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAsinh, "asinh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAcosh, "acosh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAtanh, "atanh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kErf, "erf", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kFma, "fma", kCall, 3, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSelect, "select", kCall, 3, Operands::kAny, OpcodeClass::kArithmetic},
    {kCast, "cast", kCall, 1, Operands::kAny, OpcodeClass::kArithmetic},
    {kBitcast, "bitcast", kCall, 1, Operands::kAny, OpcodeClass::kArithmetic},
    {kSplat, "splat", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
    {kRamp, "ramp", kCall, 2, Operands::kIntegers, OpcodeClass::kLanes},
    {kLane, "lane", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
    {kHead, "head", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
});
static_assert(kRows.size() == kOpcodes);

bool is_arithmetic(Opcode opcode) {
  const OpcodeClass kind = info(opcode).kind;
  return kind == OpcodeClass::kArithmetic || kind == OpcodeClass::kTranscendental;
}

bool is_comparison(Opcode opcode) {
  return opcode == kEqual || opcode == kNotEqual || opcode == kLess || opcode == kLessEqual || opcode == kIsNan;
}

int64_t bits_of(double value) { return std::bit_cast<int64_t>(value); }
double number_of(int64_t bits) { return std::bit_cast<double>(bits); }

Scalar scalar_of(Expr constant) {
  Scalar scalar;
  if (is_float(constant->type.element)) {
    scalar.number = number_of(constant->payload);
  } else {
    scalar.integer = constant->payload;
  }
  return scalar;
}

// The result's type of an arithmetic opcode, from its operands.
ValueType derived_type(Opcode opcode, std::span<const Expr> operands, ValueType wanted) {
  switch (opcode) {
    case kConstant:
    case kVariable:
    case kRead:
    case kLoad:
    case kSplat:
    case kRamp:
    case kHead: return wanted;
    case kCast:
    case kBitcast: return {wanted.element, operands[0]->type.lanes};
    case kLane: return {operands[0]->type.element, 1};
    case kSelect:
      return operands[1]->type;
      // clang-format off
    case kAdd: case kSub: case kMul: case kDiv: case kFloorDiv: case kCeilDiv: case kMod: case kMin: case kMax: case kPow:
    case kAnd: case kOr: case kXor: case kShiftLeft: case kShiftRight: case kEqual: case kNotEqual: case kLess:
    case kLessEqual: case kNegate: case kNot: case kAbs: case kSqrt: case kFloor: case kCeil: case kTruncate:
    case kRoundEven: case kIsNan: case kExp: case kLog: case kSin: case kCos: case kTan: case kAsin: case kAcos: case kAtan:
    case kSinh: case kCosh: case kTanh: case kAsinh: case kAcosh: case kAtanh: case kErf: case kFma: break;
      // clang-format on
  }
  const ValueType operand = operands[0]->type;
  return is_comparison(opcode) ? ValueType{ElementType::kBool, operand.lanes} : operand;
}

// --- Bounds of scalar i64 expressions. INT64_MIN and INT64_MAX stand for "unknown" and swallow what is added to them.
struct Bounds {
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
};

int64_t saturating_mul(int64_t a, int64_t b) {
  return checked_mul(a, b).value_or((a < 0) != (b < 0) ? INT64_MIN : INT64_MAX);
}

bool known(int64_t bound) { return bound != INT64_MIN && bound != INT64_MAX; }

Bounds product_bounds(const ExprNode& a, const ExprNode& b) {
  if (known(a.low) && known(a.high) && known(b.low) && known(b.high)) {
    const int64_t corners[] = {saturating_mul(a.low, b.low), saturating_mul(a.low, b.high),
                               saturating_mul(a.high, b.low), saturating_mul(a.high, b.high)};
    return {*std::ranges::min_element(corners), *std::ranges::max_element(corners)};
  }
  if (a.low >= 0 && b.low >= 0) {
    const bool bounded = known(a.high) && known(b.high);
    return {saturating_mul(a.low, b.low), bounded ? saturating_mul(a.high, b.high) : INT64_MAX};
  }
  return {};
}

Bounds division_bounds(Opcode opcode, const ExprNode& a, const ExprNode& b) {
  if (b.low != b.high || b.low <= 0)
    return {a.low >= 0 && b.low >= 1 ? 0 : INT64_MIN, a.low >= 0 && b.low >= 1 ? a.high : INT64_MAX};
  const auto divide = [&](int64_t value) {
    if (!known(value)) return value;
    return opcode == kCeilDiv ? ceil_div(value, b.low) : opcode == kFloorDiv ? floor_div(value, b.low) : value / b.low;
  };
  return {divide(a.low), divide(a.high)};
}

Bounds bounds_of(Opcode opcode, std::span<const Expr> operands) {
  const auto bounded = [](Expr e) { return e->type == kIndex; };
  if (!std::ranges::all_of(operands, bounded)) {
    if (opcode != kSelect || !bounded(operands[1])) return {};
    return {std::min(operands[1]->low, operands[2]->low), std::max(operands[1]->high, operands[2]->high)};
  }
  const ExprNode& a = *operands[0].node();
  const ExprNode& b = operands.size() > 1 ? *operands[1].node() : a;
  const auto sum = [](int64_t x, int64_t y, int64_t unknown) {
    return known(x) && known(y) ? checked_add(x, y).value_or(unknown) : unknown;
  };
  const auto difference = [](int64_t x, int64_t y, int64_t unknown) {
    return known(x) && known(y) ? checked_sub(x, y).value_or(unknown) : unknown;
  };
  if (opcode == kAdd) return {sum(a.low, b.low, INT64_MIN), sum(a.high, b.high, INT64_MAX)};
  if (opcode == kSub) return {difference(a.low, b.high, INT64_MIN), difference(a.high, b.low, INT64_MAX)};
  if (opcode == kMul) return product_bounds(a, b);
  if (opcode == kFloorDiv || opcode == kCeilDiv || opcode == kDiv) return division_bounds(opcode, a, b);
  if (opcode == kMod && b.low >= 1)
    return {0, b.high == INT64_MAX ? INT64_MAX : std::min(b.high - 1, a.low >= 0 ? a.high : INT64_MAX)};
  if (opcode == kMin) return {std::min(a.low, b.low), std::min(a.high, b.high)};
  if (opcode == kMax) return {std::max(a.low, b.low), std::max(a.high, b.high)};
  return {};
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

}  // namespace

const OpcodeInfo& info(Opcode opcode) { return kRows[static_cast<size_t>(opcode)]; }

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

 private:
  Expr raw(Opcode opcode, std::span<const Expr> operands, ValueType type) {
    const Bounds bounds = type == kIndex ? bounds_of(opcode, operands) : Bounds{};
    return pool_.intern({opcode, type, operands, 0, bounds.low, bounds.high, &pool_});
  }

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
    const Expr plain = raw(opcode, operands, kIndex);
    if (opcode == kMul && !is_constant(operands[1])) return {};
    std::optional<LinearForm> form = linear_form(plain);
    if (!form) return plain;
    const Expr canonical = rebuild(*form);
    if (canonical->opcode != kAdd) return canonical;
    const Expr better = rewrite_by_rules(canonical);
    return better.valid() ? better : canonical;
  }

 public:
  // The canonical text of a linear form: terms in order, constant last, a subtraction where the coefficient is negative.
  Expr rebuild(const LinearForm& form) {
    Expr total;
    for (const auto& [term, coefficient] : form.terms) {
      const bool subtract = total.valid() && coefficient < 0 && coefficient != INT64_MIN;
      const int64_t factor = subtract ? -coefficient : coefficient;
      const Expr product[] = {term, pool_.integer(factor)};
      const Expr scaled = factor == 1 ? term : raw(kMul, product, kIndex);
      const Expr pair[] = {total, scaled};
      total = total.valid() ? raw(subtract ? kSub : kAdd, pair, kIndex) : scaled;
    }
    if (!total.valid()) return pool_.integer(form.constant);
    if (form.constant == 0) return total;
    const bool subtract = form.constant < 0 && form.constant != INT64_MIN;
    const Expr pair[] = {total, pool_.integer(subtract ? -form.constant : form.constant)};
    return raw(subtract ? kSub : kAdd, pair, kIndex);
  }

 private:
  Expr algebra(Opcode opcode, std::span<const Expr> operands, ValueType type) {
    return rewrite_by_rules(raw(opcode, operands, type));
  }

  ExprPool& pool_;
};

Expr sum_of(const LinearForm& form, ExprPool& pool) { return Simplifier(pool).rebuild(form); }

// --- Pool.
size_t ExprPool::KeyHash::operator()(const ExprNode* node) const {
  auto mix = [](size_t seed, size_t value) { return (seed ^ value) * 0x9e3779b97f4a7c15ULL; };
  size_t hash = mix(static_cast<size_t>(node->opcode), static_cast<size_t>(node->type.element));
  hash = mix(hash, static_cast<size_t>(node->type.lanes));
  hash = mix(hash, static_cast<size_t>(node->payload));
  for (Expr operand : node->operands) hash = mix(hash, reinterpret_cast<size_t>(operand.node()) >> 4);
  return hash;
}

bool ExprPool::KeyEqual::operator()(const ExprNode* a, const ExprNode* b) const {
  return a->opcode == b->opcode && a->type == b->type && a->payload == b->payload &&
         std::ranges::equal(a->operands, b->operands);
}

Expr ExprPool::intern(ExprNode node) {
  if (auto found = interned_.find(&node); found != interned_.end()) return Expr(found->second);
  operand_lists_.emplace_back(node.operands.begin(), node.operands.end());
  node.operands = operand_lists_.back();
  node.has_variables = node.opcode == Opcode::kVariable;
  for (Expr operand : node.operands) {
    node.height = std::max(node.height, operand->height + 1);
    node.size += std::min(operand->size, INT_MAX - node.size);
    node.has_variables |= operand->has_variables;
  }
  nodes_.push_back(node);
  interned_.emplace(&nodes_.back(), &nodes_.back());
  return Expr(&nodes_.back());
}

Expr ExprPool::integer(int64_t value, ValueType type) {
  if (type.lanes != 1) return burin::ir::splat(integer(value, {type.element, 1}), type.lanes);
  if (is_float(type.element)) return floating(static_cast<double>(value), type);
  const int64_t wrapped = wrap_integer(value, type.element).integer;
  return intern({kConstant, type, {}, wrapped, wrapped, wrapped, this});
}

Expr ExprPool::floating(double value, ValueType type) {
  if (type.lanes != 1) return burin::ir::splat(floating(value, {type.element, 1}), type.lanes);
  BURIN_ASSERT(is_float(type.element), "a floating constant has a floating type");
  // One NaN per type, so that equal constants are one node.
  const double rounded = std::isnan(value) ? std::nan("") : round_number(value, type.element).number;
  return intern({kConstant, type, {}, bits_of(rounded), INT64_MIN, INT64_MAX, this});
}

Expr ExprPool::number(double value, ValueType type) {
  if (is_float(type.element)) return floating(value, type);
  Scalar scalar;
  scalar.number = value;
  return integer(convert(scalar, ElementType::kF64, type.element).integer, type);
}

Expr ExprPool::boolean(bool value) { return integer(value ? 1 : 0, kBool); }

VariableId ExprPool::declare(Variable variable) {
  if (variable.extent.valid()) {
    variable.low = 0;
    const int64_t most = variable.extent->high;
    variable.high = known(most) ? most - 1 : INT64_MAX;
  }
  return variables_.add(std::move(variable));
}

Expr ExprPool::variable(VariableId id) {
  const Variable& variable = variables_[id];
  return intern({kVariable, variable.type, {}, id.index, variable.low, variable.high, this});
}

void ExprPool::tighten(VariableId id, int64_t high) {
  Variable& variable = variables_[id];
  if (high >= variable.high || high < variable.low) return;
  const Expr node = this->variable(id);
  variable.high = high;
  // The pool owns the node; bounds are no part of what identifies it.
  const_cast<ExprNode*>(node.node())->high = high;
}

Expr ExprPool::make(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
  const ValueType result = derived_type(opcode, operands, type);
  if (Expr simpler = Simplifier(*this).run(opcode, operands, result, payload); simpler.valid()) return simpler;
  return as_written(opcode, operands, result, payload);
}

Expr ExprPool::as_written(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
  const ValueType result = derived_type(opcode, operands, type);
  const bool bounded = result == kIndex && opcode != kRead && opcode != kLoad && !operands.empty();
  const Bounds bounds = bounded ? bounds_of(opcode, operands) : Bounds{};
  return intern({opcode, result, operands, payload, bounds.low, bounds.high, this});
}

// --- Builders.
Expr binary(Opcode opcode, Expr a, Expr b) {
  BURIN_ASSERT(a->type.lanes == b->type.lanes, "operands have the same number of lanes");
  BURIN_ASSERT(a->type.element == b->type.element, "operands have the same element type");
  const Expr operands[] = {a, b};
  return a->pool->make(opcode, operands);
}

Expr unary(Opcode opcode, Expr a) { return a->pool->make(opcode, {&a, 1}); }
Expr constant_like(Expr like, double value) { return like->pool->number(value, like->type); }

namespace {
Expr integer_like(Expr like, int64_t value) { return like->pool->integer(value, like->type); }
}  // namespace

Expr operator+(Expr a, Expr b) { return binary(kAdd, a, b); }
Expr operator-(Expr a, Expr b) { return binary(kSub, a, b); }
Expr operator*(Expr a, Expr b) { return binary(kMul, a, b); }
Expr operator+(Expr a, int64_t b) { return a + integer_like(a, b); }
Expr operator-(Expr a, int64_t b) { return a - integer_like(a, b); }
Expr operator*(Expr a, int64_t b) { return a * integer_like(a, b); }
Expr operator-(Expr a) { return unary(kNegate, a); }
Expr div(Expr a, Expr b) { return binary(kDiv, a, b); }
Expr floor_div(Expr a, Expr b) { return binary(kFloorDiv, a, b); }
Expr floor_div(Expr a, int64_t b) { return floor_div(a, integer_like(a, b)); }
Expr ceil_div(Expr a, Expr b) { return binary(kCeilDiv, a, b); }
Expr ceil_div(Expr a, int64_t b) { return ceil_div(a, integer_like(a, b)); }
Expr mod(Expr a, Expr b) { return binary(kMod, a, b); }
Expr mod(Expr a, int64_t b) { return mod(a, integer_like(a, b)); }
Expr min(Expr a, Expr b) { return binary(kMin, a, b); }
Expr max(Expr a, Expr b) { return binary(kMax, a, b); }
Expr equal(Expr a, Expr b) { return binary(kEqual, a, b); }
Expr not_equal(Expr a, Expr b) { return binary(kNotEqual, a, b); }
Expr less(Expr a, Expr b) { return binary(kLess, a, b); }
Expr less_equal(Expr a, Expr b) { return binary(kLessEqual, a, b); }
Expr logical_and(Expr a, Expr b) { return binary(kAnd, a, b); }
Expr logical_or(Expr a, Expr b) { return binary(kOr, a, b); }
Expr logical_not(Expr a) { return unary(kNot, a); }

Expr fma(Expr a, Expr b, Expr c) {
  BURIN_ASSERT(a->type == b->type && b->type == c->type, "operands of fma have one type");
  const Expr operands[] = {a, b, c};
  return a->pool->make(kFma, operands);
}

Expr select(Expr condition, Expr then_value, Expr else_value) {
  BURIN_ASSERT(condition->type.element == ElementType::kBool, "a select decides by a bool");
  BURIN_ASSERT(then_value->type == else_value->type, "both sides of a select have one type");
  const Expr operands[] = {condition, then_value, else_value};
  return condition->pool->make(kSelect, operands);
}

Expr cast(Expr a, ElementType element) { return a->pool->make(kCast, {&a, 1}, {element, a->type.lanes}); }

Expr bitcast(Expr a, ElementType element) {
  BURIN_ASSERT(size_of(a->type.element) == size_of(element), "a bitcast keeps the width");
  return a->pool->make(kBitcast, {&a, 1}, {element, a->type.lanes});
}

Expr splat(Expr a, int lanes) { return a->pool->make(kSplat, {&a, 1}, {a->type.element, lanes}); }

Expr ramp(Expr base, Expr stride, int lanes) {
  const Expr operands[] = {base, stride};
  return base->pool->make(kRamp, operands, {base->type.element, lanes});
}

Expr lane(Expr vector, int index) { return vector->pool->make(kLane, {&vector, 1}, {vector->type.element, 1}, index); }
Expr head(Expr vector, int lanes) { return vector->pool->make(kHead, {&vector, 1}, {vector->type.element, lanes}); }

// --- Questions.
namespace {
Expr unsplat(Expr e) { return e->opcode == kSplat ? e->operands[0] : e; }
}  // namespace

bool is_constant(Expr e) { return unsplat(e)->opcode == kConstant; }

std::optional<int64_t> constant_integer(Expr e) {
  if (!is_constant(e) || is_float(e->type.element)) return std::nullopt;
  return unsplat(e)->payload;
}

std::optional<double> constant_number(Expr e) {
  if (!is_constant(e)) return std::nullopt;
  if (is_float(e->type.element)) return number_of(unsplat(e)->payload);
  return static_cast<double>(unsplat(e)->payload);
}

bool is_constant_value(Expr e, int64_t value) {
  const std::optional<int64_t> held = constant_integer(e);
  return held && *held == value;
}

bool uses_variable(Expr e, VariableId variable) {
  bool found = false;
  for_each_node(e, [&](Expr node) { found |= is_variable(node) && variable_of(node) == variable; });
  return found;
}

namespace {

Expr substitute(Expr e, const Substitution& replacements, std::unordered_map<const ExprNode*, Expr>& done) {
  if (!e->has_variables) return e;
  if (is_variable(e)) {
    if (auto found = replacements.find(variable_of(e).index); found != replacements.end()) return found->second;
  }
  if (auto found = done.find(e.node()); found != done.end()) return found->second;
  std::vector<Expr> operands;
  bool changed = false;
  for (Expr operand : e->operands) {
    operands.push_back(substitute(operand, replacements, done));
    changed |= operands.back() != operand;
  }
  const Expr result = changed ? e->pool->make(e->opcode, operands, e->type, e->payload) : e;
  done.emplace(e.node(), result);
  return result;
}

}  // namespace

Expr substitute(Expr e, const Substitution& replacements) {
  std::unordered_map<const ExprNode*, Expr> done;
  return substitute(e, replacements, done);
}

}  // namespace burin::ir
