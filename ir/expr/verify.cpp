#include "ir/expr/verify.h"

#include <fmt/format.h>

#include "ir/expr/scalar.h"
#include "ir/expr/syntax.h"
#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

bool accepts(Operands takes, ElementType element) {
  switch (takes) {
    case Operands::kAny: return true;
    case Operands::kNumbers: return element != ElementType::kBool;
    case Operands::kIntegers: return is_integer(element);
    case Operands::kFloats: return is_float(element);
    case Operands::kBits: return !is_float(element);
  }
  return false;
}

std::string_view described(Operands takes) {
  switch (takes) {
    case Operands::kAny: return "any type";
    case Operands::kNumbers: return "numbers";
    case Operands::kIntegers: return "integers";
    case Operands::kFloats: return "floats";
    case Operands::kBits: return "integers or bool";
  }
  return {};
}

std::optional<std::string> type_fault(Opcode opcode, std::span<const Expr> alike) {
  const Operands takes = info(opcode).takes;
  for (Expr operand : alike) {
    if (!accepts(takes, operand->type.element)) {
      return fmt::format("expected {} as operands of \"{}\", found {}", described(takes), info(opcode).name,
                         text_of(operand->type));
    }
    if (operand->type != alike[0]->type) {
      return fmt::format("expected operands of one type, found {} and {}", text_of(alike[0]->type),
                         text_of(operand->type));
    }
  }
  return std::nullopt;
}

std::optional<std::string> lanes_fault(Expr e) {
  if (e->type.lanes < 1) return fmt::format("expected at least 1 lane, found {}", e->type.lanes);
  if (e->operands.empty() || form_of(e->opcode) != ExprForm::kWithNumber) return std::nullopt;
  const int lanes = e->operands[0]->type.lanes;
  const std::string_view name = info(e->opcode).name;
  const bool widens = e->opcode == Opcode::kSplat || e->opcode == Opcode::kRamp;
  if (widens && lanes != 1) return fmt::format("expected a scalar as operand of {}, found {} lanes", name, lanes);
  if (e->opcode == Opcode::kLane && (e->payload < 0 || e->payload >= lanes)) {
    return fmt::format("expected lane 0 to {}, found {}", lanes - 1, e->payload);
  }
  if (e->opcode == Opcode::kHead && e->type.lanes > lanes)
    return fmt::format("expected at most {} lanes of head, found {}", lanes, e->type.lanes);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> operand_fault(Opcode opcode, std::span<const Expr> operands) {
  const ExprForm form = form_of(opcode);
  if (form == ExprForm::kRead || form == ExprForm::kLoad || form == ExprForm::kVariable) return std::nullopt;
  if (form != ExprForm::kSelect) return type_fault(opcode, operands);
  const ValueType condition{ElementType::kBool, operands[1]->type.lanes};
  if (operands[0]->type != condition) {
    return fmt::format("expected a condition of type {}, found {}", text_of(condition), text_of(operands[0]->type));
  }
  return type_fault(opcode, operands.subspan(1));
}

std::optional<std::string> expression_fault(Expr root) {
  std::optional<std::string> first;
  for_each_node(root, [&](Expr e) {
    if (first) return;
    const int arity = info(e->opcode).arity;
    if (arity >= 0 && e->operands.size() != static_cast<size_t>(arity)) {
      first = fmt::format("expected {} operands of \"{}\", found {}", arity, info(e->opcode).name, e->operands.size());
      return;
    }
    first = operand_fault(e->opcode, e->operands);
    if (!first) first = lanes_fault(e);
    if (!first && e->opcode == Opcode::kBitcast && size_of(e->operands[0]->type.element) != size_of(e->type.element)) {
      first = fmt::format("expected a bitcast to a type as wide as {}, found {}", text_of(e->operands[0]->type),
                          text_of(e->type));
    }
    const bool integer = e->opcode == Opcode::kConstant && !is_float(e->type.element);
    if (!first && integer && wrap_integer(e->payload, e->type.element).integer != e->payload) {
      first = fmt::format("expected a constant in the range of {}, found {}", text_of(e->type), e->payload);
    }
  });
  return first;
}

bool is_transcendental(Expr e) {
  if (e->opcode == Opcode::kPow) return is_float(e->type.element);
  return info(e->opcode).kind == OpcodeClass::kTranscendental;
}

}  // namespace burin::ir
