// Weights as an ELF relocatable file, written from where they lie: no copy of them is made in memory, and none in text.
#pragma once

#include <string>

#include "codegen/model_tables.h"
#include "codegen/output_file.h"

namespace burin::codegen {

// An object with one read-only section, 64-byte aligned, that holds the weights under their hidden name: its bytes, and
// the object itself, written where `file` is.
int64_t weights_object_bytes(const ModelTables& tables, targets::Architecture architecture);
void write_weights_object(OutputFile& file, const ModelTables& tables, targets::Architecture architecture);

// The section and its first bytes only: a place for the linker, whose output is completed by codegen/elf_weights.h, or in
// an archive. In a shared library it comes last, in pages of its own.
enum class LinkKind : uint8_t { kShared, kRelocatable };
std::vector<std::byte> weights_placeholder(const ModelTables& tables, targets::Architecture architecture,
                                           LinkKind kind);

// Memory of this architecture comes in pages of up to this many bytes.
uint64_t page_bytes(targets::Architecture architecture);

// The section's name in both.
inline constexpr const char* kWeightsSection = ".burin.weights";

}  // namespace burin::codegen
