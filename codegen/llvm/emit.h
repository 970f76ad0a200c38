// The LLVM emitter: loops to object code for any target, without a compiler or an assembler beside burin.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/llvm/shards.h"
#include "codegen/model_tables.h"
#include "codegen/object_file.h"
#include "ir/base/result.h"

namespace burin::codegen {

// One object per variant, several for a large one (codegen/llvm/shards.h), then one with the tables; what they leave undefined is
// the weights and the runtime. Variants are compiled side by side, so no two modules share an expression pool. `tables` were made
// from `variants`.
std::vector<ObjectFile> emit_objects(std::span<const Variant> variants, const ModelTables& tables, PartOf part_of,
                                     const DivisionLimits& limits = {});

// The text of one variant's LLVM IR, for people.
std::string emit_llvm_ir(const Variant& variant, const VariantTables& tables);

}  // namespace burin::codegen
