#include "codegen/cpp/expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "codegen/cpp/identifiers.h"
#include "codegen/cpp/precedence.h"
#include "ir/base/result.h"
#include "ir/expr/walk.h"

namespace burin::codegen::cpp {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

namespace {

constexpr size_t kLongLine = 100;

bool is_leaf(Expr e) { return e->operands.empty(); }

}  // namespace

std::string Function::name(std::string_view wanted) { return names.give(identifier(wanted), "value"); }

void Function::reserve(std::span<const std::string> functions) {
  for (const std::string& function : functions) names.give(function, "kernel");
}

// --- Statements.
void Expressions::start(std::span<Expr> roots) {
  uses_.clear();
  named_.clear();
  for (Expr& root : roots) {
    if (!function_.counters.empty()) root = substitute(root, function_.counters);
    count(root);
  }
}

void Expressions::count(Expr e) {
  if (is_cheap(e) || ++uses_[e.node()] > 1) return;
  for (Expr operand : e->operands) count(operand);
}

bool Expressions::is_small(Expr e) {
  int nodes = 0;
  for_each_node(e, [&](Expr) { ++nodes; });
  return nodes <= 8;
}

std::string Expressions::at_least(Text text, int precedence) const {
  return text.precedence >= precedence ? std::move(text.text) : "(" + text.text + ")";
}

std::string Expressions::operand(Expr e) { return operand_at(e, kCompare + 1); }

std::string Expressions::name_value(Expr e, const Text& text) {
  const CppType held = type(e);
  std::string name = function_.name("part");
  function_.out.line(fmt::format("const {} {} = {};", function_.helpers.type(held), name, text.text));
  named_.emplace(e.node(), name);
  return name;
}

Expressions::Text Expressions::print(Expr e) {
  if (auto found = named_.find(e.node()); found != named_.end()) return {found->second, kPrimary};
  Text text = node(e);
  if (is_cheap(e)) return text;
  const auto found = uses_.find(e.node());
  const bool shared = found != uses_.end() && found->second > 1;
  if (shared || text.text.size() > kLongLine) return {name_value(e, text), kPrimary};
  return text;
}

bool Expressions::is_cheap(Expr e) {
  if (is_leaf(e)) return true;
  if (e->opcode == Opcode::kSplat || e->opcode == Opcode::kLane || ir::is_variable(e)) return is_leaf(e->operands[0]);
  const bool is_short = e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub ||
                        (is_integer(e->type.element) && (e->opcode == Opcode::kMul || e->opcode == Opcode::kDiv));
  return is_short && e->type.lanes == 1 && is_leaf(e->operands[0]) && is_leaf(e->operands[1]);
}

std::string Expressions::text(Expr root) {
  const auto found = uses_.find(root.node());
  const bool shared = found != uses_.end() && found->second > 1;
  return shared ? print(root).text : node(root).text;
}

// --- Types.
int Expressions::natural_mask(Expr e) {
  if (auto found = mask_bytes_.find(e.node()); found != mask_bytes_.end()) return found->second;
  const int bytes = compute_natural_mask(e);
  mask_bytes_.emplace(e.node(), bytes);
  return bytes;
}

int Expressions::compute_natural_mask(Expr e) {
  switch (e->opcode) {
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kIsNan: {
      const Expr compared = e->operands[0];
      if (compared->type.element == ElementType::kBool) return natural_mask(compared);
      const bool half = is_float(compared->type.element) && size_of(compared->type.element) == 2;
      return half ? 4 : size_of(compared->type.element);
    }
    case Opcode::kSelect: return std::max(natural_mask(e->operands[1]), natural_mask(e->operands[2]));
    case Opcode::kCast: {
      const ElementType from = e->operands[0]->type.element;
      return is_float(from) && size_of(from) == 2 ? 4 : size_of(from);
    }
    case Opcode::kVariable: return function_.variables.at(ir::variable_of(e).index).type.mask_bytes;
    case Opcode::kHead: return natural_mask(e->operands[0]);
    case Opcode::kConstant:
    case Opcode::kRead:
    case Opcode::kLoad:
    case Opcode::kBitcast:
    case Opcode::kLane:
    case Opcode::kRamp:
    case Opcode::kSplat:
      return 1;
      // clang-format off
    case Opcode::kAdd: case Opcode::kSub: case Opcode::kMul: case Opcode::kDiv: case Opcode::kFloorDiv: case Opcode::kCeilDiv:
    case Opcode::kMod: case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAnd: case Opcode::kOr:
    case Opcode::kXor: case Opcode::kShiftLeft: case Opcode::kShiftRight: case Opcode::kNegate: case Opcode::kNot:
    case Opcode::kAbs: case Opcode::kSqrt: case Opcode::kFloor: case Opcode::kCeil: case Opcode::kTruncate:
    case Opcode::kRoundEven: case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan:
    case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh:
    case Opcode::kAsinh: case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kFma: break;
      // clang-format on
  }
  // Of logic on masks: that of an operand that has one of its own.
  int bytes = 1;
  for (Expr operand : e->operands) bytes = std::max(bytes, natural_mask(operand));
  return bytes;
}

CppType Expressions::type(Expr e) {
  const bool bools = e->type.element == ElementType::kBool && e->type.lanes > 1;
  return {e->type.element, e->type.lanes, bools ? natural_mask(e) : 0};
}

bool Expressions::is_index(Expr e) {
  if (e->type != ir::kIndex || function_.index_overflow == Overflow::kWraps) return false;
  if (auto found = indices_.find(e.node()); found != indices_.end()) return found->second;
  const bool index = compute_is_index(e);
  indices_.emplace(e.node(), index);
  return index;
}

bool Expressions::compute_is_index(Expr e) {
  if (e->low != INT64_MIN && e->high != INT64_MAX) return true;
  if (ir::is_variable(e)) return is_leaf(e) && function_.variables.at(ir::variable_of(e).index).is_index;
  if (e->opcode == Opcode::kConstant) return true;
  if (e->opcode == Opcode::kLoad || e->opcode == Opcode::kCast || e->opcode == Opcode::kLane) return false;
  return std::ranges::all_of(e->operands,
                             [&](Expr operand) { return operand->type == ir::kBool || is_index(operand); });
}

// --- Nodes.
Expressions::Text Expressions::node(Expr e) {
  switch (e->opcode) {
    case Opcode::kConstant: return constant(e);
    case Opcode::kVariable: return variable(e);
    case Opcode::kLoad: return load(e);
    case Opcode::kSplat:
    case Opcode::kRamp:
    case Opcode::kLane:
    case Opcode::kHead: return lanes(e);
    case Opcode::kSelect: return select(e);
    case Opcode::kCast: return cast(e);
    case Opcode::kBitcast: return bitcast(e);
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kIsNan:
      return compare(e);
      // clang-format off
    case Opcode::kAdd: case Opcode::kSub: case Opcode::kMul: case Opcode::kDiv: case Opcode::kFloorDiv: case Opcode::kCeilDiv:
    case Opcode::kMod: case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAnd: case Opcode::kOr:
    case Opcode::kXor: case Opcode::kShiftLeft: case Opcode::kShiftRight: case Opcode::kNegate: case Opcode::kNot:
    case Opcode::kAbs: case Opcode::kSqrt: case Opcode::kFloor: case Opcode::kCeil: case Opcode::kTruncate:
    case Opcode::kRoundEven: case Opcode::kFma: return arithmetic(e);
    case Opcode::kRead: case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan:
    case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh:
    case Opcode::kAsinh: case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "loops hold no reads of tensors, and expand-math leaves no transcendental functions");
  return {};
}

Expressions::Text Expressions::constant(Expr e) {
  std::string text = literal_text(e->type.element, e->payload);
  const int precedence = text.front() == '-' ? kUnary : kPrimary;
  return {std::move(text), precedence};
}

Expressions::Text Expressions::variable(Expr e) {
  const Named& named = function_.variables.at(ir::variable_of(e).index);
  if (named.declared.empty()) return {named.name, kPrimary};
  return {tile_element(ir::variable_of(e), e->operands), kPrimary};
}

std::string Expressions::tile_element(ir::VariableId tile, std::span<const Expr> index) {
  Named& named = function_.variables.at(tile.index);
  if (named.is_array) {
    std::string text = named.name;
    for (Expr position : index) text += "[" + print(position).text + "]";
    return text;
  }
  int64_t at = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    const std::optional<int64_t> position = ir::constant_integer(index[i]);
    BURIN_ASSERT(position && *position >= 0 && *position < named.dims[i],
                 "an index into a tile is a constant in its range");
    at = at * named.dims[i] + *position;
  }
  const auto element = static_cast<size_t>(at);
  if (!named.declared[element]) {
    function_.out.line(fmt::format("{} {};", function_.helpers.type(named.type), named.elements[element]));
    named.declared[element] = true;
  }
  return named.elements[element];
}

Expressions::Text Expressions::load(Expr e) {
  const std::string& buffer = function_.buffers[ir::buffer_of(e).index];
  const Expr index = e->operands[0];
  const CppType loaded = type(e);
  if (!loaded.is_vector()) {
    std::string text = fmt::format("{}[{}]", buffer, print(index).text);
    if (loaded.element == ElementType::kBool) return {text + " != 0", kEquality};
    return {std::move(text), kPrimary};
  }
  if (index->type.lanes > 1) {
    return {fmt::format("{}({}, {})", function_.helpers.function(Helper::kGather, loaded), buffer, print(index).text),
            kPrimary};
  }
  return {fmt::format("{}(&{}[{}])", function_.helpers.function(Helper::kLoad, loaded), buffer, print(index).text),
          kPrimary};
}

Expressions::Text Expressions::lanes(Expr e) {
  const Expr from = e->operands[0];
  if (e->opcode == Opcode::kSplat) {
    return {fmt::format("{}({})", function_.helpers.function(Helper::kSplat, type(e)), print(from).text), kPrimary};
  }
  if (e->opcode == Opcode::kRamp) return call(e, Helper::kRamp);
  if (e->opcode == Opcode::kHead) {
    return {fmt::format("{}({})", function_.helpers.head(type(e), type(from)), print(from).text), kPrimary};
  }
  const std::string element = fmt::format("{}[{}]", operand_at(from, kPrimary), e->payload);
  if (e->type.element == ElementType::kBool) return {element + " != 0", kEquality};
  return {element, kPrimary};
}

Expressions::Text Expressions::select(Expr e) {
  const CppType result = type(e);
  const Expr condition = e->operands[0];
  const bool by_lane = condition->type.lanes > 1;
  const Text chooser = by_lane ? print_mask(condition, lane_bytes(result)) : print(condition);
  std::string text = at_least(chooser, kConditional + 1);
  for (size_t i = 1; i <= 2; ++i) {
    const Expr side = e->operands[i];
    const Text value = result.is_mask() ? print_mask(side, result.mask_bytes) : print(side);
    text += (i == 1 ? " ? " : " : ") + at_least(value, kConditional + 1);
  }
  return {std::move(text), kConditional};
}

Expressions::Text Expressions::print_mask(Expr e, int bytes) {
  const bool named = named_.contains(e.node());
  if (!named && e->opcode == Opcode::kSplat) {
    const CppType mask = mask_type(e->type.lanes, bytes);
    return {fmt::format("{}({})", function_.helpers.function(Helper::kSplat, mask), print(e->operands[0]).text),
            kPrimary};
  }
  Text text = print(e);
  if (natural_mask(e) == bytes) return text;
  return {fmt::format("__builtin_convertvector({}, {})", text.text,
                      function_.helpers.type(mask_type(e->type.lanes, bytes))),
          kPrimary};
}

// --- Casts.
Expressions::Text Expressions::cast(Expr e) {
  const Expr value = e->operands[0];
  const CppType to = type(e);
  const CppType from = type(value);
  if (to.is_vector()) return vector_cast(value, to, from);
  if (to.element == ElementType::kBool) {
    if (!is_float(from.element)) return {operand_at(value, kEquality + 1) + " != 0", kEquality};
    if (size_of(from.element) == 2) return {as_float(value) + " != 0.0f", kEquality};
    return {operand_at(value, kEquality + 1) + (from.element == ElementType::kF32 ? " != 0.0f" : " != 0.0"), kEquality};
  }
  const bool half = size_of(to.element) == 2 && is_float(to.element);
  const bool from_half = size_of(from.element) == 2 && is_float(from.element);
  if (from.element == ElementType::kBool && half) {
    const std::string one = literal_text(to.element, std::bit_cast<int64_t>(1.0));
    return {fmt::format("{} ? {} : 0", operand_at(value, kConditional + 1), one), kConditional};
  }
  const bool plain = !half && !from_half && (!is_float(from.element) || is_float(to.element));
  const std::string function =
      plain ? fmt::format("static_cast<{}>", cpp_name(to)) : function_.helpers.conversion(to, from);
  return {fmt::format("{}({})", function, print(value).text), kPrimary};
}

Expressions::Text Expressions::vector_cast(Expr value, CppType to, CppType from) {
  Helpers& helpers = function_.helpers;
  if (from.is_mask()) {
    const std::string one = codegen::cpp::constant(
        helpers, to, literal_text(to.element, is_float(to.element) ? std::bit_cast<int64_t>(1.0) : 1));
    const std::string mask = at_least(print_mask(value, lane_bytes(to)), kConditional + 1);
    return {fmt::format("{} ? {} : {}{{}}", mask, one, helpers.type(to)), kConditional};
  }
  const bool from_half = is_float(from.element) && size_of(from.element) == 2;
  if (to.is_mask()) {
    const CppType compared = from_half ? type_of(ElementType::kF32, from.lanes) : from;
    const std::string text = from_half ? as_float(value) : operand_at(value, kEquality + 1);
    return {fmt::format("({})({} != {}{{}})", helpers.type(to), text, helpers.type(compared)), kUnary};
  }
  const bool half = is_float(to.element) && size_of(to.element) == 2;
  const bool plain = !half && !from_half && (!is_float(from.element) || is_float(to.element));
  if (plain) return {fmt::format("__builtin_convertvector({}, {})", print(value).text, helpers.type(to)), kPrimary};
  return {fmt::format("{}({})", helpers.conversion(to, from), print(value).text), kPrimary};
}

Expressions::Text Expressions::bitcast(Expr e) {
  const Expr value = e->operands[0];
  const CppType to = type(e);
  const CppType from = type(value);
  if (to.is_mask() || from.is_mask() || to.element == ElementType::kBool || from.element == ElementType::kBool) {
    return to.is_vector() ? vector_cast(value, to, from) : cast(e);  // a byte of 0 or 1, or any that is not 0
  }
  if (to.is_vector()) return {fmt::format("({}){}", function_.helpers.type(to), operand_at(value, kUnary)), kUnary};
  const auto is_real = [](ElementType element) { return element == ElementType::kF32 || element == ElementType::kF64; };
  if (is_real(to.element) || is_real(from.element)) {
    return {fmt::format("{}({})", function_.helpers.bitcast(to, from), print(value).text), kPrimary};
  }
  return {fmt::format("static_cast<{}>({})", cpp_name(to), print(value).text), kPrimary};
}

std::string Expressions::as_float(Expr half) {
  const CppType from = type(half);
  return fmt::format("{}({})", function_.helpers.conversion(type_of(ElementType::kF32, from.lanes), from),
                     print(half).text);
}

// --- Comparisons.
namespace {
std::string_view comparison(Opcode opcode) {
  if (opcode == Opcode::kEqual) return "==";
  if (opcode == Opcode::kLess) return "<";
  return opcode == Opcode::kLessEqual ? "<=" : "!=";
}
}  // namespace

Expressions::Text Expressions::compare(Expr e) {
  const Expr left = e->operands[0];
  const Expr right = e->operands[e->opcode == Opcode::kIsNan ? 0 : 1];
  const ElementType element = left->type.element;
  if (element == ElementType::kBool) return compare_bools(e);
  const bool half = is_float(element) && size_of(element) == 2;
  // A compiler would say that this is always so.
  if (!half && is_unsigned(element) && e->type.lanes == 1) {
    if (e->opcode == Opcode::kLess && ir::is_constant_value(right, 0)) return {"false", kPrimary};
    if (e->opcode == Opcode::kLessEqual && ir::is_constant_value(left, 0)) return {"true", kPrimary};
  }
  if (e->opcode == Opcode::kIsNan && e->type.lanes == 1) {
    return {fmt::format("__builtin_isnan({})", half ? as_float(left) : print(left).text), kPrimary};
  }
  const int precedence = e->opcode == Opcode::kLess || e->opcode == Opcode::kLessEqual ? kCompare : kEquality;
  std::string text;
  if (half || e->opcode == Opcode::kIsNan) {
    const auto side = [&](Expr value) { return half ? as_float(value) : operand_at(value, kShift + 1); };
    text = fmt::format("{} {} {}", side(left), comparison(e->opcode), side(right));
  } else {
    const std::vector<Text> sides = operator_operands(e);
    text =
        fmt::format("{} {} {}", at_least(sides[0], kShift + 1), comparison(e->opcode), at_least(sides[1], kShift + 1));
  }
  if (e->type.lanes == 1) return {std::move(text), precedence};
  return {fmt::format("({})({})", function_.helpers.type(type(e)), text), kUnary};
}

Expressions::Text Expressions::compare_bools(Expr e) {
  const CppType result = type(e);
  std::string operands[2];
  for (size_t i = 0; i < 2; ++i) {
    const Text text = result.is_mask() ? print_mask(e->operands[i], result.mask_bytes) : print(e->operands[i]);
    operands[i] = at_least(text, kUnary);
  }
  return logic(e->opcode, operands, result.is_mask());
}

// Operations on truth values, in C++ bools or in masks. Numbers modulo wrapping to bool: a sum is "or", a product "and".
Expressions::Text Expressions::logic(Opcode opcode, std::span<const std::string> operands, bool masks) {
  const std::string& a = operands[0];
  const std::string& b = operands[operands.size() > 1 ? 1 : 0];
  const auto infix = [&](const std::string& left, std::string_view bools, std::string_view bits,
                         const std::string& right, int precedence) {
    return Text{fmt::format("{} {} {}", left, masks ? bits : bools, right), masks ? kBits : precedence};
  };
  const std::string not_a = (masks ? "~" : "!") + a;
  const std::string not_b = (masks ? "~" : "!") + b;
  if (opcode == Opcode::kNot) return {not_a, kUnary};
  if (opcode == Opcode::kNegate || opcode == Opcode::kAbs) return {a, kUnary};
  if (opcode == Opcode::kXor || opcode == Opcode::kNotEqual || opcode == Opcode::kSub)
    return infix(a, "!=", "^", b, kEquality);
  if (opcode == Opcode::kEqual)
    return masks ? Text{fmt::format("~({} ^ {})", a, b), kUnary} : Text{a + " == " + b, kEquality};
  if (opcode == Opcode::kOr || opcode == Opcode::kMax || opcode == Opcode::kAdd)
    return infix(a, "||", "|", b, kLogicalOr);
  if (opcode == Opcode::kLess) return infix(not_a, "&&", "&", b, kLogicalAnd);
  if (opcode == Opcode::kLessEqual) return infix(not_a, "||", "|", b, kLogicalOr);
  if (opcode == Opcode::kPow) return infix(a, "||", "|", not_b, kLogicalOr);
  if (opcode == Opcode::kShiftRight) return infix(a, "&&", "&", not_b, kLogicalAnd);
  if (opcode == Opcode::kShiftLeft) return {a, kUnary};
  if (opcode == Opcode::kMod) return infix(a, "&&", "&", not_a, kLogicalAnd);  // always false
  if (opcode == Opcode::kFma) {
    return {
        masks ? fmt::format("({} & {}) | {}", a, b, operands[2]) : fmt::format("({} && {}) || {}", a, b, operands[2]),
        masks ? kBits : kLogicalOr};
  }
  return infix(a, "&&", "&", b, kLogicalAnd);  // and, min, *, /, floordiv, ceildiv
}

}  // namespace burin::codegen::cpp
