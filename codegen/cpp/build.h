// Emitted C++ to objects, by a compiler of the machine: one run per variant with the flags of its target, and one for the
// tables. What links them is the same as for objects of the LLVM emitter (codegen/link/link.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/model_tables.h"
#include "codegen/object_file.h"
#include "ir/base/result.h"

namespace burin::codegen {

enum class Compiler : uint8_t { kGcc, kClang };

struct CompileOptions {
  Compiler compiler = Compiler::kGcc;
  PartOf part_of = PartOf::kSharedLibrary;
  std::string command;                   // in the place of the target's own: "clang++-19 clang++"
  std::vector<std::string> extra_flags;  // after all others
};

// Compiles the text that emit_cpp printed for `variants`. The weights are left to the link. A fault of the environment when
// there is no such compiler, or it rejects its command line; kInternal when it rejects the code or warns of it.
ir::Result<std::vector<ObjectFile>> compile_cpp(std::span<const Variant> variants, const ModelTables& tables,
                                                const std::string& text, const CompileOptions& options);

}  // namespace burin::codegen
