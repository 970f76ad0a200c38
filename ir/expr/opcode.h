// The operations of kernel expressions and the types of their values: one row per opcode.
#pragma once

#include <cstdint>
#include <string_view>

#include "ir/base/element_type.h"

namespace burin::ir {

// Type of an expression: `lanes` elements of one type.
struct ValueType {
  ElementType element = ElementType::kI64;
  int lanes = 1;
  bool operator==(const ValueType&) const = default;
};

inline constexpr ValueType kIndex{ElementType::kI64, 1};
inline constexpr ValueType kBool{ElementType::kBool, 1};

enum class Opcode : uint8_t {
  // Leaves and memory.
  kConstant,  // payload: an integer, or the bits of a double that the element type represents exactly
  kVariable,  // payload: VariableId
  kRead,  // nests: tensor[index...] with payload TensorId; when one operand more than the rank, the last is the else-value
  kLoad,  // loops: buffer[index] with payload BufferId; index is a scalar (lanes consecutive elements) or one per lane
  // Arithmetic on two equal types.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kCeilDiv,
  kMod,
  kMin,
  kMax,
  kPow,
  kAnd,
  kOr,
  kXor,
  kShiftLeft,
  kShiftRight,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  // Arithmetic on one operand.
  kNegate,
  kNot,
  kAbs,
  kSqrt,
  kFloor,
  kCeil,
  kTruncate,
  kRoundEven,
  kIsNan,
  kExp,
  kLog,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kTanh,
  kAsinh,
  kAcosh,
  kAtanh,
  kErf,
  // Three operands.
  kFma,     // a * b + c, rounded once
  kSelect,  // condition, then, else
  // Types and lanes.
  kCast,     // to the node's type, lanes kept
  kBitcast,  // same bits, another element type of the same width
  kSplat,    // scalar to every lane
  kRamp,     // base, stride: base + lane * stride
  kLane,     // one lane of a vector; payload: the lane
  kHead,     // the first lanes of a vector, as many as the node's type has
};
inline constexpr int kOpcodes = static_cast<int>(Opcode::kHead) + 1;

// How an opcode is written and what it takes; one row each, in the order of the enum.
enum class Syntax : uint8_t { kLeaf, kInfix, kCall };
enum class Operands : uint8_t { kAny, kNumbers, kIntegers, kFloats, kBits };
enum class OpcodeClass : uint8_t {
  kLeaf,            // constants, variables and memory
  kArithmetic,      // lane by lane, as ir/expr/scalar.h says for one
  kTranscendental,  // arithmetic too, of functions without an exact result
  kLanes,           // makes vectors, or takes them apart
};
struct OpcodeInfo {
  Opcode opcode;
  std::string_view name;  // "+", "floordiv", "exp"
  Syntax syntax;
  int arity;  // -1: leaves and reads
  Operands takes;
  OpcodeClass kind;
};
const OpcodeInfo& info(Opcode opcode);

// Computed lane by lane, transcendental functions included.
bool is_arithmetic(Opcode opcode);
// ==, !=, <, <=.
bool is_comparison(Opcode opcode);

}  // namespace burin::ir
