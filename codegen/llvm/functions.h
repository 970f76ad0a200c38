// Kernels and entries of the loop form as LLVM functions.
#pragma once

#include <llvm/IR/Module.h>

#include <vector>

#include "codegen/model_tables.h"
#include "ir/loop/loop.h"
#include "targets/targets.h"

namespace burin::codegen {

// Emits every kernel of the variant's module as an internal function and its entry as `tables.execute`, hidden.
void emit_variant(llvm::Module& into, const Variant& variant, const VariantTables& tables);

// Emits one kernel that calls none: its buffers, then its scalars, are the parameters.
llvm::Function* emit_kernel(llvm::Module& into, const targets::Target& target, ir::ExprPool& pool,
                            const ir::Kernel& kernel);

}  // namespace burin::codegen
