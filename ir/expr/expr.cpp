#include "ir/expr/expr.h"

#include <algorithm>
#include <bit>
#include <climits>
#include <cmath>

#include "ir/base/result.h"
#include "ir/expr/interval.h"
#include "ir/expr/scalar.h"
#include "ir/expr/simplify.h"

namespace burin::ir {
namespace {

using enum Opcode;

bool gives_bool(Opcode opcode) { return is_comparison(opcode) || opcode == kIsNan; }

int64_t bits_of(double value) { return std::bit_cast<int64_t>(value); }
double number_of(int64_t bits) { return std::bit_cast<double>(bits); }

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
  return gives_bool(opcode) ? ValueType{ElementType::kBool, operand.lanes} : operand;
}

}  // namespace

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

namespace {
// A copy of `operands` that stays where it is: in one of `chunks`, none of which grows beyond what it reserved.
std::span<const Expr> kept(std::span<const Expr> operands, std::deque<std::vector<Expr>>& chunks) {
  constexpr size_t kChunk = 256;
  if (operands.empty()) return {};
  if (chunks.empty() || chunks.back().capacity() - chunks.back().size() < operands.size())
    chunks.emplace_back().reserve(std::max(kChunk, operands.size()));
  std::vector<Expr>& chunk = chunks.back();
  const Expr* first = chunk.data() + chunk.size();
  for (Expr operand : operands) chunk.push_back(operand);
  return {first, operands.size()};
}
}  // namespace

Expr ExprPool::intern(ExprNode node) {
  if (auto found = interned_.find(&node); found != interned_.end()) return Expr(found->second);
  node.operands = kept(node.operands, operand_lists_);
  node.pool = this;
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
  return intern({.opcode = kConstant, .type = type, .payload = wrapped, .low = wrapped, .high = wrapped});
}

Expr ExprPool::floating(double value, ValueType type) {
  if (type.lanes != 1) return burin::ir::splat(floating(value, {type.element, 1}), type.lanes);
  BURIN_ASSERT(is_float(type.element), "a floating constant has a floating type");
  // One NaN per type, so that equal constants are one node.
  const double rounded = std::isnan(value) ? std::nan("") : round_number(value, type.element).number;
  return intern({.opcode = kConstant, .type = type, .payload = bits_of(rounded)});
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
    variable.high = is_known(most) ? most - 1 : INT64_MAX;
  }
  return variables_.add(std::move(variable));
}

Expr ExprPool::variable(VariableId id) {
  const Variable& variable = variables_[id];
  return intern(
      {.opcode = kVariable, .type = variable.type, .payload = id.index, .low = variable.low, .high = variable.high});
}

void ExprPool::tighten(VariableId id, int64_t high) {
  Variable& variable = variables_[id];
  if (high >= variable.high || high < variable.low) return;
  const Expr node = this->variable(id);
  variable.high = high;
  interned_.find(node.node())->second->high = high;  // bounds are no part of what identifies a node
}

Expr ExprPool::make(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
  const ValueType result = derived_type(opcode, operands, type);
  if (Expr simpler = simplified(*this, opcode, operands, result, payload); simpler.valid()) return simpler;
  return as_written(opcode, operands, result, payload);
}

Expr ExprPool::as_written(Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload) {
  const ValueType result = derived_type(opcode, operands, type);
  const bool bounded = result == kIndex && opcode != kRead && opcode != kLoad && !operands.empty();
  const Interval bounds = bounded ? interval_of(opcode, operands) : Interval{};
  return intern({.opcode = opcode,
                 .type = result,
                 .operands = operands,
                 .payload = payload,
                 .low = bounds.low,
                 .high = bounds.high});
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

}  // namespace burin::ir
