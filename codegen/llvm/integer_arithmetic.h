// Integer operations whose edge cases ir/expr/scalar.h defines and LLVM leaves undefined: division, remainders, shifts, powers.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include "ir/expr/expr.h"

namespace burin::codegen {

// What is known of the operands of a division. `sign` is the element type's.
enum class Signedness : uint8_t { kSigned, kUnsigned };

// kDiv, kFloorDiv, kCeilDiv or kMod: by zero gives zero, the quotient that does not fit wraps.
llvm::Value* divide(llvm::IRBuilder<>& builder, ir::Opcode opcode, Signedness sign, llvm::Value* a, llvm::Value* b);
// kShiftLeft or kShiftRight: by a negative number, or by the width and more, nothing but what fills remains, zeros or signs.
llvm::Value* shift(llvm::IRBuilder<>& builder, ir::Opcode opcode, Signedness sign, llvm::Value* a, llvm::Value* by);
llvm::Value* power(llvm::IRBuilder<>& builder, Signedness sign, llvm::Value* base, llvm::Value* exponent);

}  // namespace burin::codegen
