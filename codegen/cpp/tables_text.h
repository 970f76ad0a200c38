// The tables of runtime/model.h as C++ initializers, with the planning functions and the weights they point to.
#pragma once

#include <span>
#include <string>

#include "codegen/model_tables.h"
#include "ir/text/writer.h"

namespace burin::codegen::cpp {

// `variant_macros[i]` is defined where variant i is part of the library. Ends with the definition of the exported function.
void print_tables(std::span<const Variant> variants, const ModelTables& tables,
                  std::span<const std::string> variant_macros, const std::string& weights_macro, ir::TextWriter& out);

}  // namespace burin::codegen::cpp
