// An expression as a list of instructions over blocks of lanes, for the evaluator of nests: each instruction computes one
// node for a whole block of points, so that the cost of deciding what to compute is paid once a block.
#pragma once

#include <span>
#include <vector>

#include "ir/expr/expr.h"
#include "ir/expr/scalar.h"

namespace burin::ir {

inline constexpr int kBlock = 256;  // points computed together
using BlockValues = std::vector<Scalar>;

struct Instruction {
  Expr node;
  ElementType in = ElementType::kI64;  // of the operation's operands
  ElementType out = ElementType::kI64;
  int result = 0;             // slot
  std::vector<int> operands;  // slots
};

// Several roots share one tape: a node computed for one is there for the others.
struct Tape {
  std::vector<Instruction> instructions;  // operands before their users
  std::vector<int> roots;                 // slot of each root
  int slots = 0;
};

Tape make_tape(std::span<const Expr> roots);

// results[i] = opcode(operands...[i]) for i < count, as ir::apply does.
void apply_block(Opcode opcode, ElementType in, ElementType out, std::span<const Scalar* const> operands,
                 Scalar* result, int count);

}  // namespace burin::ir
