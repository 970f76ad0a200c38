#include "ir/run/tape.h"

#include <unordered_map>

#include "ir/expr/walk.h"

namespace burin::ir {
namespace {

// The operations that most time goes to, on the types that most data has; everything else goes through `apply`.
template <class Operation>
void each_float(std::span<const Scalar* const> operands, Scalar* result, int count, Operation operation) {
  for (int i = 0; i < count; ++i) {
    result[i].number = operation(static_cast<float>(operands[0][i].number), static_cast<float>(operands[1][i].number));
  }
}

template <class Operation>
void each_double(std::span<const Scalar* const> operands, Scalar* result, int count, Operation operation) {
  for (int i = 0; i < count; ++i) result[i].number = operation(operands[0][i].number, operands[1][i].number);
}

template <class Operation>
void each_index(std::span<const Scalar* const> operands, Scalar* result, int count, Operation operation) {
  for (int i = 0; i < count; ++i) {
    const auto a = static_cast<uint64_t>(operands[0][i].integer);
    const auto b = static_cast<uint64_t>(operands[1][i].integer);
    result[i].integer = static_cast<int64_t>(operation(a, b));
  }
}

template <class Operation>
bool common(ElementType type, std::span<const Scalar* const> operands, Scalar* result, int count, Operation operation) {
  if (type == ElementType::kF32) {
    each_float(operands, result, count, operation);
  } else if (type == ElementType::kF64) {
    each_double(operands, result, count, operation);
  } else if (type == ElementType::kI64) {
    each_index(operands, result, count, operation);
  } else {
    return false;
  }
  return true;
}

bool apply_common(Opcode opcode, ElementType type, std::span<const Scalar* const> operands, Scalar* result, int count) {
  if (opcode == Opcode::kAdd) return common(type, operands, result, count, [](auto a, auto b) { return a + b; });
  if (opcode == Opcode::kSub) return common(type, operands, result, count, [](auto a, auto b) { return a - b; });
  if (opcode == Opcode::kMul) return common(type, operands, result, count, [](auto a, auto b) { return a * b; });
  if (opcode == Opcode::kFma && type == ElementType::kF32) {
    for (int i = 0; i < count; ++i) {
      result[i].number =
          __builtin_fmaf(static_cast<float>(operands[0][i].number), static_cast<float>(operands[1][i].number),
                         static_cast<float>(operands[2][i].number));
    }
    return true;
  }
  return false;
}

}  // namespace

Tape make_tape(std::span<const Expr> roots) {
  Tape tape;
  std::unordered_map<const ExprNode*, int> slots;
  for (Expr root : roots) {
    for_each_node(root, [&](Expr node) {
      if (slots.contains(node.node())) return;
      Instruction instruction;
      instruction.node = node;
      instruction.out = node->type.element;
      const size_t typed = node->opcode == Opcode::kSelect ? 1 : 0;
      instruction.in = node->operands.empty() ? instruction.out : node->operands[typed]->type.element;
      for (Expr operand : node->operands) instruction.operands.push_back(slots.at(operand.node()));
      instruction.result = tape.slots++;
      slots.emplace(node.node(), instruction.result);
      tape.instructions.push_back(std::move(instruction));
    });
    tape.roots.push_back(slots.at(root.node()));
  }
  return tape;
}

void apply_block(Opcode opcode, ElementType in, ElementType out, std::span<const Scalar* const> operands,
                 Scalar* result, int count) {
  if (in == out && apply_common(opcode, in, operands, result, count)) return;
  Scalar values[3];
  for (int i = 0; i < count; ++i) {
    for (size_t k = 0; k < operands.size(); ++k) values[k] = operands[k][i];
    result[i] = apply(opcode, in, out, {values, operands.size()});
  }
}

}  // namespace burin::ir
