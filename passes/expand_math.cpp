#include "passes/expand_math.h"

#include <array>

#include "passes/math_functions.h"

namespace burin::passes {
namespace {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

struct Expansion {
  Opcode opcode;
  Expr (*expand)(Expr);
};

constexpr auto kExpansions = std::to_array<Expansion>({
    {Opcode::kExp, expand_exp},
    {Opcode::kLog, expand_log},
    {Opcode::kSin, expand_sin},
    {Opcode::kCos, expand_cos},
    {Opcode::kTan, expand_tan},
    {Opcode::kAsin, expand_asin},
    {Opcode::kAcos, expand_acos},
    {Opcode::kAtan, expand_atan},
    {Opcode::kSinh, expand_sinh},
    {Opcode::kCosh, expand_cosh},
    {Opcode::kTanh, expand_tanh},
    {Opcode::kAsinh, expand_asinh},
    {Opcode::kAcosh, expand_acosh},
    {Opcode::kAtanh, expand_atanh},
    {Opcode::kErf, expand_erf},
});

Expr expand_node(Expr node) {
  const ElementType element = node->type.element;
  if (!is_float(element)) return node;
  const bool narrow = element == ElementType::kF16 || element == ElementType::kBF16;
  const auto operand = [&](size_t i) {
    return narrow ? cast(node->operands[i], ElementType::kF32) : node->operands[i];
  };
  if (node->opcode == Opcode::kPow) return cast(expand_pow(operand(0), operand(1)), element);
  for (const Expansion& row : kExpansions) {
    if (row.opcode == node->opcode) return cast(row.expand(operand(0)), element);
  }
  return node;
}

}  // namespace

Expr expand_math(Expr e) { return rewrite_bottom_up(e, expand_node); }

ir::Status expand_math(ir::Module& module, const PassContext&) {
  for (ir::Kernel& kernel : module.kernels) map_exprs(kernel.body, [](Expr e) { return expand_math(e); });
  return {};
}

}  // namespace burin::passes
