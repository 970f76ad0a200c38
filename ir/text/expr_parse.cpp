#include <bit>
#include <charconv>
#include <cmath>

#include "ir/expr/syntax.h"
#include "ir/expr/verify.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

// The opcode of a call by this name; absent for other words.
std::optional<Opcode> call_named(std::string_view word) {
  for (int i = 0; i < kOpcodes; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    const ExprForm form = form_of(opcode);
    const bool called = form == ExprForm::kCall || form == ExprForm::kSelect || form == ExprForm::kWithNumber;
    if (called && info(opcode).name == word) return opcode;
  }
  return std::nullopt;
}

std::optional<Opcode> infix_named(const Token& token) {
  if (token.kind != TokenKind::kPunctuation && token.kind != TokenKind::kIdentifier) return std::nullopt;
  // Written by people only; a < b is the same with its sides exchanged.
  if (token.is(">")) return Opcode::kLess;
  if (token.is(">=")) return Opcode::kLessEqual;
  for (int i = 0; i < kOpcodes; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    if (info(opcode).syntax == Syntax::kInfix && info(opcode).name == token.text) return opcode;
  }
  return std::nullopt;
}

bool is_sum(const Token& token) { return token.is("+") || token.is("-"); }

}  // namespace

Expr ExprParser::parse(std::optional<ValueType> wanted) { return parse_above(0, wanted); }

Expr ExprParser::parse_index(int lanes) {
  parse_shared();
  return parse_index_operand(lanes);
}

Expr ExprParser::parse_index_operand(int lanes) {
  const Token at = cursor_.peek();
  const Expr index = settled(parse_infix(0), kIndex);
  if (cursor_.failed()) return {};
  if (index->type == kIndex || index->type == ValueType{ElementType::kI64, lanes}) return index;
  cursor_.fail_at(at, fmt::format("expected an index of type i64 or one per lane, found {}", text_of(index->type)),
                  "type-mismatch");
  return {};
}

Expr ExprParser::parse_side(std::optional<ValueType> wanted) {
  return parse_above(precedence_of(Opcode::kEqual) + 1, wanted);
}

void ExprParser::parse_shared() {
  shared_.clear();
  if (!cursor_.accept_word("let")) return;
  do {
    const Token name = cursor_.peek();
    cursor_.expect_kind(TokenKind::kShared, "a name like $0");
    cursor_.expect("=");
    const Expr part = settled(parse_infix(0));
    if (cursor_.failed()) return;
    if (!shared_.emplace(name.text, part).second)
      cursor_.fail_at(name, fmt::format("expected a new name, found ${} again", name.text));
  } while (cursor_.accept(","));
  cursor_.expect_word("in");
}

Expr ExprParser::parse_above(int least_precedence, std::optional<ValueType> wanted) {
  parse_shared();
  const Token at = cursor_.peek();
  const Expr e = settled(parse_infix(least_precedence), wanted);
  if (!cursor_.failed() && wanted && e->type != *wanted) {
    cursor_.fail_at(at, fmt::format("expected an expression of type {}, found {}", text_of(*wanted), text_of(e->type)),
                    "type-mismatch");
  }
  return cursor_.failed() ? Expr() : e;
}

bool ExprParser::enter() {
  if (depth_ < kMostTextDepth) return true;
  cursor_.fail(fmt::format("expected at most {} levels of parentheses, found more", kMostTextDepth), "depth");
  return false;
}

ExprParser::Operand ExprParser::failed_operand(std::string message) {
  cursor_.fail(std::move(message));
  return {};
}

ExprParser::Operand ExprParser::parse_infix(int least_precedence) {
  if (!enter()) return {};
  ++depth_;
  Operand left = parse_primary();
  while (!cursor_.failed()) {
    const std::optional<Opcode> opcode = infix_named(cursor_.peek());
    if (!opcode || precedence_of(*opcode) < least_precedence) break;
    const Token at = cursor_.next();
    left = combine_infix(at, std::move(left), parse_infix(precedence_of(*opcode) + 1));
    if (is_comparison(*opcode)) {
      const std::optional<Opcode> another = infix_named(cursor_.peek());
      if (another && is_comparison(*another))
        return failed_operand("expected parentheses around one of two comparisons, found none");
    }
  }
  --depth_;
  return left;
}

ExprParser::Operand ExprParser::combine_infix(const Token& at, Operand left, Operand right) {
  const Opcode opcode = *infix_named(at);
  Operand both[] = {std::move(left), std::move(right)};
  if (!settle(both, std::nullopt)) return {};
  const bool exchanged = at.is(">") || at.is(">=");
  const Expr operands[] = {both[exchanged ? 1 : 0].expr, both[exchanged ? 0 : 1].expr};
  // A chain of sums is simplified as a whole, at its end: that is how it was built when it was printed.
  const bool chain_goes_on =
      operands[0]->type == kIndex && operands[1]->type == kIndex && is_sum(at) && is_sum(cursor_.peek());
  if (chain_goes_on && operands[0]->height < kMostExprHeight && operands[1]->height < kMostExprHeight) {
    return {pool_.as_written(opcode, operands), {}, false};
  }
  return build(at, opcode, operands);
}

ExprParser::Operand ExprParser::parse_primary() {
  const Token& token = cursor_.peek();
  switch (token.kind) {
    case TokenKind::kNumber: return parse_number(false);
    case TokenKind::kIdentifier: return parse_word();
    case TokenKind::kString: return parse_variable(cursor_.next());
    case TokenKind::kValue: return parse_read();
    case TokenKind::kShared: {
      const auto found = shared_.find(token.text);
      if (found == shared_.end())
        return failed_operand(fmt::format("expected a part named by \"let\", found ${}", token.text));
      cursor_.next();
      return {found->second, {}, false};
    }
    case TokenKind::kPunctuation:
      if (token.is("(")) return parse_parenthesized();
      if (token.is("-")) return parse_minus();
      break;
    case TokenKind::kGlobal:
    case TokenKind::kDigest:
    case TokenKind::kEnd: break;
  }
  cursor_.fail_expecting("an expression");
  return {};
}

ExprParser::Operand ExprParser::parse_parenthesized() {
  cursor_.next();
  Operand inner = parse_infix(0);
  cursor_.expect(")");
  return inner;
}

ExprParser::Operand ExprParser::parse_minus() {
  const Token minus = cursor_.next();
  const Token& token = cursor_.peek();
  if (token.kind == TokenKind::kNumber || token.is_word("inf")) return parse_number(true);
  if (!enter()) return {};
  ++depth_;
  const Expr operand = settled(parse_primary());
  --depth_;
  if (cursor_.failed()) return {};
  return build(minus, Opcode::kNegate, {&operand, 1});
}

ExprParser::Operand ExprParser::parse_number(bool negative) {
  const Token literal = cursor_.next();
  if (!cursor_.accept(":")) return {{}, literal, negative};
  const Token type_name = cursor_.peek();
  const std::optional<ValueType> type = value_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "a type"));
  if (cursor_.failed()) return {};
  if (!type) {
    cursor_.fail_at(type_name, fmt::format("expected a type like f32 or f32x16, found {}", shown(type_name)));
    return {};
  }
  return {literal_of(literal, negative, *type), {}, false};
}

Expr ExprParser::literal_of(const Token& token, bool negative, ValueType type) {
  const std::string text = (negative ? "-" : "") + token.text;
  const std::optional<int64_t> payload = scalar_payload(text, type.element);
  if (!payload) {
    cursor_.fail_at(token, fmt::format("expected a literal of type {}, found {}", text_of(type), quoted(text)),
                    "type-mismatch");
    return {};
  }
  if (is_float(type.element)) return pool_.floating(std::bit_cast<double>(*payload), type);
  return pool_.integer(*payload, type);
}

ExprParser::Operand ExprParser::parse_word() {
  const Token& peeked = cursor_.peek();
  if (peeked.is_word("true") || peeked.is_word("false") || peeked.is_word("inf") || peeked.is_word("nan"))
    return parse_number(false);
  if (peeked.is_word("load")) return parse_load();
  const Token word = cursor_.next();
  if (!is_reserved(word.text)) return parse_variable(word);
  if (const auto element = element_type_named(word.text)) return parse_cast(Opcode::kCast, *element);
  if (word.text.starts_with("bitcast_")) {
    const auto element = element_type_named(std::string_view(word.text).substr(8));
    if (element) return parse_cast(Opcode::kBitcast, *element);
  }
  const std::optional<Opcode> opcode = call_named(word.text);
  if (!opcode) {
    cursor_.fail_at(word, fmt::format("expected an expression, found {}", shown(word)));
    return {};
  }
  return form_of(*opcode) == ExprForm::kWithNumber ? parse_lanes_call(word, *opcode) : parse_call(word, *opcode);
}

std::vector<ExprParser::Operand> ExprParser::parse_arguments() {
  std::vector<Operand> arguments;
  do {
    arguments.push_back(parse_infix(0));
  } while (cursor_.accept(","));
  return arguments;
}

ExprParser::Operand ExprParser::parse_call(const Token& name, Opcode opcode) {
  cursor_.expect("(");
  std::vector<Operand> arguments = parse_arguments();
  cursor_.expect(")");
  if (cursor_.failed()) return {};
  const auto arity = static_cast<size_t>(info(opcode).arity);
  if (arguments.size() != arity) {
    cursor_.fail_at(name, fmt::format("expected {} operands of {}, found {}", arity, name.text, arguments.size()));
    return {};
  }
  std::span<Operand> alike = arguments;
  if (opcode == Opcode::kSelect) {
    arguments[0].expr = settled(arguments[0]);
    alike = alike.subspan(1);
  }
  if (!settle(alike, std::nullopt)) return {};
  std::vector<Expr> operands;
  for (const Operand& argument : arguments) operands.push_back(argument.expr);
  return build(name, opcode, operands);
}

ExprParser::Operand ExprParser::parse_cast(Opcode opcode, ElementType element) {
  const Token at = cursor_.peek();
  cursor_.expect("(");
  const Expr operand = settled(parse_infix(0));
  cursor_.expect(")");
  if (cursor_.failed()) return {};
  if (opcode == Opcode::kBitcast && size_of(operand->type.element) != size_of(element)) {
    cursor_.fail_at(at,
                    fmt::format("expected an operand of {} bytes, found {}", size_of(element), text_of(operand->type)),
                    "type-mismatch");
    return {};
  }
  return build(at, opcode, {&operand, 1}, {element, operand->type.lanes});
}

ExprParser::Operand ExprParser::parse_lanes_call(const Token& name, Opcode opcode) {
  cursor_.expect("(");
  std::vector<Operand> arguments = {parse_infix(0)};
  cursor_.expect(",");
  if (opcode == Opcode::kRamp) {
    arguments.push_back(parse_infix(0));
    cursor_.expect(",");
  }
  const int64_t number = cursor_.expect_integer("a number of lanes");
  cursor_.expect(")");
  if (cursor_.failed() || !settle(arguments, std::nullopt)) return {};
  std::vector<Expr> operands;
  for (const Operand& argument : arguments) operands.push_back(argument.expr);
  const int lanes = operands[0]->type.lanes;
  const bool widens = opcode == Opcode::kSplat || opcode == Opcode::kRamp;
  const int64_t least = opcode == Opcode::kLane ? 0 : 1 + (widens ? 1 : 0);
  const int64_t most = widens ? kMostLanes : opcode == Opcode::kLane ? lanes - 1 : lanes;
  if ((widens && lanes != 1) || (!widens && lanes == 1)) {
    cursor_.fail_at(name,
                    fmt::format("expected a {} as operand of {}, found {}", widens ? "scalar" : "vector", name.text,
                                text_of(operands[0]->type)),
                    "type-mismatch");
    return {};
  }
  if (number < least || number > most) {
    cursor_.fail_at(
        name, fmt::format("expected {} to {} as the number of {}, found {}", least, most, name.text, number), "lanes");
    return {};
  }
  if (opcode == Opcode::kLane) return build(name, opcode, operands, kIndex, number);
  return build(name, opcode, operands, {operands[0]->type.element, static_cast<int>(number)});
}

ExprParser::Operand ExprParser::parse_read() {
  const Token name = cursor_.next();
  const std::optional<ExprScope::Storage> found = scope_.storage.find(name.text);
  if (scope_.access != ExprScope::Access::kReads || !found) {
    cursor_.fail_at(name, fmt::format("expected a tensor that may be read here, found {}", value_text(name.text)),
                    "name");
    return {};
  }
  cursor_.expect("[");
  std::vector<Operand> index;
  if (!cursor_.peek().is("]")) index = parse_arguments();
  cursor_.expect("]");
  if (cursor_.failed()) return {};
  if (index.size() != found->rank) {
    cursor_.fail_at(
        name, fmt::format("expected {} indices of {}, found {}", found->rank, value_text(name.text), index.size()),
        "rank-mismatch");
    return {};
  }
  std::vector<Expr> operands;
  for (Operand& operand : index) {
    operands.push_back(settled(std::move(operand), kIndex));
    if (cursor_.failed()) return {};
    if (operands.back()->type == kIndex) continue;
    cursor_.fail_at(name, fmt::format("expected an index of type i64, found {}", text_of(operands.back()->type)),
                    "type-mismatch");
    return {};
  }
  const ValueType type{found->element, 1};
  if (cursor_.accept_word("else")) {
    if (!enter()) return {};
    ++depth_;
    operands.push_back(settled(parse_primary(), type));
    --depth_;
    if (cursor_.failed()) return {};
    if (operands.back()->type != type) {
      cursor_.fail_at(
          name,
          fmt::format("expected an else-value of type {}, found {}", text_of(type), text_of(operands.back()->type)),
          "type-mismatch");
      return {};
    }
  }
  return build(name, Opcode::kRead, operands, type, found->id);
}

ExprParser::Operand ExprParser::parse_load() {
  cursor_.next();
  const Token type_name = cursor_.peek();
  const std::optional<ValueType> type = value_type_named(cursor_.expect_kind(TokenKind::kIdentifier, "a type"));
  const Token name = cursor_.peek();
  const std::string buffer = cursor_.expect_kind(TokenKind::kValue, "a buffer");
  if (cursor_.failed()) return {};
  const std::optional<ExprScope::Storage> found = scope_.storage.find(buffer);
  if (scope_.access != ExprScope::Access::kLoads || !found) {
    cursor_.fail_at(name, fmt::format("expected a buffer that may be loaded from here, found {}", value_text(buffer)),
                    "name");
    return {};
  }
  cursor_.expect("[");
  const Expr index = parse_index_operand(type ? type->lanes : 1);
  cursor_.expect("]");
  if (cursor_.failed()) return {};
  if (!type || type->element != found->element) {
    cursor_.fail_at(type_name,
                    fmt::format("expected {} or a vector of it (the buffer's elements), found {}",
                                info(found->element).name, shown(type_name)),
                    "type-mismatch");
    return {};
  }
  return build(name, Opcode::kLoad, {&index, 1}, *type, found->id);
}

ExprParser::Operand ExprParser::parse_variable(const Token& name) {
  const std::optional<VariableId> variable = scope_.variables.find(name.text);
  if (!variable) {
    cursor_.fail_at(name, fmt::format("expected a variable that is in scope, found {}", quoted(name.text)), "name");
    return {};
  }
  if (scope_.access != ExprScope::Access::kLoads || !cursor_.accept("[")) return {pool_.variable(*variable), {}, false};
  std::vector<Expr> index;
  for (Operand& operand : parse_arguments()) index.push_back(settled(std::move(operand), kIndex));
  cursor_.expect("]");
  if (cursor_.failed()) return {};
  for (Expr e : index) {
    if (e->type == kIndex) continue;
    cursor_.fail_at(name, fmt::format("expected an index of type i64, found {}", text_of(e->type)), "type-mismatch");
    return {};
  }
  return {pool_.make(Opcode::kVariable, index, pool_[*variable].type, variable->index), {}, false};
}

bool ExprParser::settle(std::span<Operand> operands, std::optional<ValueType> wanted) {
  if (cursor_.failed()) return false;
  std::optional<ValueType> type = wanted;
  for (const Operand& operand : operands) {
    if (operand.literal) continue;
    type = operand.expr->type;
    break;
  }
  for (Operand& operand : operands) {
    operand.expr = settled(operand, type);
    operand.literal.reset();
  }
  return !cursor_.failed();
}

Expr ExprParser::settled(Operand operand, std::optional<ValueType> wanted) {
  if (cursor_.failed()) return {};
  if (!operand.literal) return operand.expr;
  const bool boolean = operand.literal->text == "true" || operand.literal->text == "false";
  return literal_of(*operand.literal, operand.negative, wanted.value_or(boolean ? kBool : kIndex));
}

ExprParser::Operand ExprParser::build(const Token& at, Opcode opcode, std::span<const Expr> operands, ValueType type,
                                      int64_t payload) {
  if (const std::optional<std::string> fault = operand_fault(opcode, operands)) {
    cursor_.fail_at(at, *fault, "type-mismatch");
    return {};
  }
  for (Expr operand : operands) {
    if (operand->height < kMostExprHeight) continue;
    cursor_.fail_at(at, fmt::format("expected an expression of height at most {}, found a higher one", kMostExprHeight),
                    "depth");
    return {};
  }
  switch (building_) {
    case Building::kSimplified: return {pool_.make(opcode, operands, type, payload), {}, false};
    case Building::kAsWritten: break;
  }
  return {pool_.as_written(opcode, operands, type, payload), {}, false};
}

}  // namespace burin::ir
