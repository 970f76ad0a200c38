// How values of the loop form are held in LLVM IR. A bool is an i1 in registers and a byte in memory; a 16-bit float is a
// float in registers, which holds it exactly, and an i16 in memory; everything else is what it is.
#pragma once

#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/LLVMContext.h>

#include "ir/expr/expr.h"

namespace burin::codegen {

llvm::Type* value_type(llvm::LLVMContext& context, ir::ValueType type);
llvm::Type* memory_type(llvm::LLVMContext& context, ir::ValueType type);
// `scalar` with `lanes` lanes; itself when there is one.
llvm::Type* widened(llvm::Type* scalar, int lanes);

}  // namespace burin::codegen
