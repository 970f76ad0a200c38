// One opcode on a row of lanes: what the interpreter of loops calls. The opcodes and types that most time goes to have a
// function of their own; the others go through ir::apply, lane by lane. Both compute the same.
#pragma once

#include "ir/expr/expr.h"
#include "ir/expr/scalar.h"

namespace burin::ir {

struct LaneOperation {
  Opcode opcode;
  ElementType in, out;  // as ir::apply has them
  int operands;
};

// out[i] = operation(a[i], b[i], c[i]) for i < lanes; `out` overlaps no operand.
using LaneFunction = void (*)(const LaneOperation& operation, const Scalar* a, const Scalar* b, const Scalar* c,
                              Scalar* out, int lanes);

LaneFunction lane_function(const LaneOperation& operation);

}  // namespace burin::ir
