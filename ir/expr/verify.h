// What holds of every kernel expression, whichever form it stands in; the verifiers of the forms ask here.
//
// - Operands of one operation have one type, but for the condition of a select, which is bool with as many lanes.
// - Numbers, integers, floats or bits, as the opcode's row says (ir/expr/expr.h).
// - A bitcast keeps the width of an element. Lanes are at least 1; splat and ramp widen a scalar, lane and head narrow a vector.
// - Constants are in the range of their type.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ir/expr/expr.h"

namespace burin::ir {

// Why `opcode` does not take these operands, as "expected .., found .."; absent when it does. Reads, loads and variables take
// what their form says.
std::optional<std::string> operand_fault(Opcode opcode, std::span<const Expr> operands);
// The first fault in the whole expression.
std::optional<std::string> expression_fault(Expr root);

// exp, log, the pow of floats, ...: what loops hold only until passes/expand_math.h has made polynomials of them.
bool is_transcendental(Expr e);

}  // namespace burin::ir
