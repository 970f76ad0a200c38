// The tables of runtime/model.h as constants of an LLVM module, with the planning functions they point at.
#pragma once

#include <llvm/IR/Module.h>

#include "codegen/model_tables.h"
#include "ir/expr/expr.h"

namespace burin::codegen {

// Defines the functions that return the model's burin_model_api, and everything it leads to except the entries, the weights
// and the runtime's functions. `pools` has the variants' pools in their order.
void emit_tables(llvm::Module& into, const targets::Target& baseline, const ModelTables& tables,
                 std::span<ir::ExprPool* const> pools, int64_t code_bytes, PartOf part_of);

}  // namespace burin::codegen
