#include "passes/hoist.h"

namespace burin::passes {

using ir::Expr;
using ir::Opcode;

namespace {

bool is_leaf(Expr e) { return e->opcode == Opcode::kConstant || (ir::is_variable(e) && e->operands.empty()); }

// What the result of an operation is called.
std::string_view noun_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAdd:
    case Opcode::kFma: return "sum";
    case Opcode::kSub: return "difference";
    case Opcode::kMul: return "product";
    case Opcode::kDiv:
    case Opcode::kFloorDiv:
    case Opcode::kCeilDiv: return "quotient";
    case Opcode::kMod: return "remainder";
    case Opcode::kMin: return "least";
    case Opcode::kMax: return "most";
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kXor:
    case Opcode::kNot:
    case Opcode::kShiftLeft:
    case Opcode::kShiftRight:
    case Opcode::kBitcast: return "bits";
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kIsNan: return "holds";
    case Opcode::kSelect: return "chosen";
    case Opcode::kSqrt: return "root";
    case Opcode::kAbs: return "magnitude";
    case Opcode::kNegate: return "negated";
    case Opcode::kFloor:
    case Opcode::kCeil:
    case Opcode::kTruncate:
    case Opcode::kRoundEven: return "rounded";
    case Opcode::kCast: return "converted";
    case Opcode::kSplat:
    case Opcode::kRamp:
    case Opcode::kHead:
      return "lanes";
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kPow:
    case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin:
    case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh:
    case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kLane: break;
      // clang-format on
  }
  return "value";
}

std::string name_of(Expr value, const ir::Kernel& kernel) {
  const Expr loaded = value->opcode == Opcode::kSplat ? value->operands[0] : value;
  if (loaded->opcode == Opcode::kLoad) {
    const bool is_splat = loaded != value;
    const char* kind = is_splat ? "_splat" : value->type.lanes > 1 ? "_vector" : "_value";
    return kernel.buffers[ir::buffer_of(loaded)].name + kind;
  }
  if (value->type == ir::kIndex) return "offset";
  if (value->type.element == ir::ElementType::kBool) return "holds";
  return std::string(noun_of(value->opcode));
}

}  // namespace

bool is_cheap(Expr e) {
  if (is_leaf(e)) return true;
  if (e->opcode == Opcode::kSplat || e->opcode == Opcode::kLane || e->opcode == Opcode::kHead)
    return is_leaf(e->operands[0]);
  const bool sum = e->opcode == Opcode::kAdd || e->opcode == Opcode::kSub;
  return sum && e->type.lanes == 1 && is_leaf(e->operands[0]) && e->operands[1]->opcode == Opcode::kConstant;
}

ir::VariableId name_value(Expr value, const ir::Kernel& kernel, ir::ExprPool& pool) {
  return pool.declare({name_of(value, kernel), value->type, value->low, value->high, {}});
}

void hoist(ir::Module& module) {
  for (ir::Kernel& kernel : module.kernels) {
    hoist_invariants(kernel, *module.pool);
    share_values(kernel, *module.pool);
  }
}

}  // namespace burin::passes
