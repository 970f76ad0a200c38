#include "ir/expr/opcode.h"

#include <array>

namespace burin::ir {
namespace {

using enum Opcode;
using enum Syntax;

constexpr auto kRows = std::to_array<OpcodeInfo>({
    {kConstant, "constant", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kVariable, "variable", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kRead, "read", kLeaf, -1, Operands::kAny, OpcodeClass::kLeaf},
    {kLoad, "load", kLeaf, 1, Operands::kAny, OpcodeClass::kLeaf},
    {kAdd, "+", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSub, "-", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMul, "*", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kDiv, "/", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kFloorDiv, "floordiv", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kCeilDiv, "ceildiv", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kMod, "mod", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMin, "min", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kMax, "max", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kPow, "pow", kCall, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kAnd, "and", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kOr, "or", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kXor, "xor", kInfix, 2, Operands::kBits, OpcodeClass::kArithmetic},
    {kShiftLeft, "<<", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kShiftRight, ">>", kInfix, 2, Operands::kIntegers, OpcodeClass::kArithmetic},
    {kEqual, "==", kInfix, 2, Operands::kAny, OpcodeClass::kArithmetic},
    {kNotEqual, "!=", kInfix, 2, Operands::kAny, OpcodeClass::kArithmetic},
    {kLess, "<", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kLessEqual, "<=", kInfix, 2, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kNegate, "neg", kCall, 1, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kNot, "not", kCall, 1, Operands::kBits, OpcodeClass::kArithmetic},
    {kAbs, "abs", kCall, 1, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSqrt, "sqrt", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kFloor, "floor", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kCeil, "ceil", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kTruncate, "trunc", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kRoundEven, "round", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kIsNan, "isnan", kCall, 1, Operands::kFloats, OpcodeClass::kArithmetic},
    {kExp, "exp", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kLog, "log", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kSin, "sin", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kCos, "cos", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kTan, "tan", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAsin, "asin", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAcos, "acos", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAtan, "atan", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kSinh, "sinh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kCosh, "cosh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kTanh, "tanh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAsinh, "asinh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAcosh, "acosh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kAtanh, "atanh", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kErf, "erf", kCall, 1, Operands::kFloats, OpcodeClass::kTranscendental},
    {kFma, "fma", kCall, 3, Operands::kNumbers, OpcodeClass::kArithmetic},
    {kSelect, "select", kCall, 3, Operands::kAny, OpcodeClass::kArithmetic},
    {kCast, "cast", kCall, 1, Operands::kAny, OpcodeClass::kArithmetic},
    {kBitcast, "bitcast", kCall, 1, Operands::kAny, OpcodeClass::kArithmetic},
    {kSplat, "splat", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
    {kRamp, "ramp", kCall, 2, Operands::kIntegers, OpcodeClass::kLanes},
    {kLane, "lane", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
    {kHead, "head", kCall, 1, Operands::kAny, OpcodeClass::kLanes},
});
static_assert(kRows.size() == kOpcodes);

constexpr bool rows_are_in_order() {
  for (int i = 0; i < kOpcodes; ++i) {
    if (static_cast<int>(kRows[static_cast<size_t>(i)].opcode) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order());

}  // namespace

const OpcodeInfo& info(Opcode opcode) { return kRows[static_cast<size_t>(opcode)]; }

bool is_arithmetic(Opcode opcode) {
  const OpcodeClass kind = info(opcode).kind;
  return kind == OpcodeClass::kArithmetic || kind == OpcodeClass::kTranscendental;
}

bool is_comparison(Opcode opcode) {
  return opcode == Opcode::kEqual || opcode == Opcode::kNotEqual || opcode == Opcode::kLess ||
         opcode == Opcode::kLessEqual;
}

}  // namespace burin::ir
