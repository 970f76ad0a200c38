// Weights as an ELF relocatable file, written from where they lie: no copy of them is made in memory, and none in text.
#pragma once

#include <string>

#include "codegen/model_tables.h"
#include "ir/result.h"

namespace burin::codegen {

// A file with one read-only section, 64-byte aligned, that holds the weights under their hidden name.
ir::Status write_weights_object(const ModelTables& tables, targets::Architecture architecture, const std::string& path);

// The section and its first bytes only: a place for the linker, whose output is completed by codegen/elf_weights.h. In a
// shared library it comes last, in pages of its own.
enum class LinkKind : uint8_t { kShared, kRelocatable };
std::vector<std::byte> weights_placeholder(const ModelTables& tables, targets::Architecture architecture,
                                           LinkKind kind);

// Memory of this architecture comes in pages of up to this many bytes.
uint64_t page_bytes(targets::Architecture architecture);

// The section's name in both.
inline constexpr const char* kWeightsSection = ".burin.weights";

}  // namespace burin::codegen
