// The tables of runtime/model.h as constants of an LLVM module, with the planning functions they point at.
#pragma once

#include <llvm/IR/Module.h>

#include <string>

#include "codegen/model_tables.h"
#include "ir/expr.h"

namespace burin::codegen {

// Defines the function `exported`, which returns the model's burin_model_api, and all it leads to but the entries, the
// weights and the runtime's functions. `pools` are those of the variants, in their order.
void emit_tables(llvm::Module& into, const targets::Target& baseline, const ModelTables& tables,
                 std::span<ir::ExprPool* const> pools, int64_t code_bytes, const std::string& exported);

}  // namespace burin::codegen
