// Simplification of expressions while they are built: constants folded, sums in canonical order, the rules of ir/expr/rules.h.
#pragma once

#include <cstdint>
#include <span>

#include "ir/expr/expr.h"

namespace burin::ir {

// A simpler expression with the value of `opcode` on `operands`, whose result has type `type`; invalid when there is none.
Expr simplified(ExprPool& pool, Opcode opcode, std::span<const Expr> operands, ValueType type, int64_t payload);

}  // namespace burin::ir
