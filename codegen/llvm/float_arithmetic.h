// Float operations that no single instruction of every target computes: 16-bit floats, and fused multiply-add where the
// machine has none. All work lane by lane on values of any number of lanes, round exactly as ir/expr/scalar.h does, and call
// nothing.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include "ir/base/element_type.h"
#include "targets/targets.h"

namespace burin::codegen {

// Bits of a 16-bit float (i16) to float, exactly.
llvm::Value* extend_half(llvm::IRBuilder<>& builder, const targets::Extensions& has, ir::ElementType half,
                         llvm::Value* bits);
// float or double to the bits of a 16-bit float, rounded once to nearest even.
llvm::Value* half_bits(llvm::IRBuilder<>& builder, const targets::Extensions& has, ir::ElementType half,
                       llvm::Value* value);
// float or double to the nearest value of a 16-bit float, as a float.
llvm::Value* round_to_half(llvm::IRBuilder<>& builder, const targets::Extensions& has, ir::ElementType half,
                           llvm::Value* value);
// a * b + c of floats or doubles, rounded once.
llvm::Value* fused_multiply_add(llvm::IRBuilder<>& builder, const targets::Extensions& has, llvm::Value* a,
                                llvm::Value* b, llvm::Value* c);

}  // namespace burin::codegen
