// Kernels and entries of the loop form as LLVM functions.
#pragma once

#include <llvm/IR/Module.h>

#include <vector>

#include "codegen/aliasing.h"
#include "codegen/llvm/shards.h"
#include "codegen/model_tables.h"
#include "ir/loop/loop.h"
#include "targets/targets.h"

namespace burin::codegen {

// Emits every kernel of the variant's module as an internal function and its entry as `tables.execute`, hidden.
void emit_variant(llvm::Module& into, const Variant& variant, const VariantTables& tables);

// The same in pieces, each into a module of its own: kernels; parts of the entry, as functions that take the frame; the entry, which
// calls the parts. Functions that other pieces call are hidden and have the name of the entry in front of theirs: names of kernels
// are unique in a variant only.
void emit_kernels(llvm::Module& into, const Variant& variant, const VariantTables& tables, KernelRange kernels,
                  const DistinctParameters& distinct);
void emit_entry_part(llvm::Module& into, const Variant& variant, const VariantTables& tables, const Division& division,
                     size_t part, const DistinctParameters& distinct);
void emit_entry_of_parts(llvm::Module& into, const Variant& variant, const VariantTables& tables,
                         const Division& division);

// Emits one kernel that calls none: its buffers, then its scalars, are the parameters.
llvm::Function* emit_kernel(llvm::Module& into, const targets::Target& target, ir::ExprPool& pool,
                            const ir::Kernel& kernel);

}  // namespace burin::codegen
