// What a compiled model says about itself to programs that read its file and do not load it: a note of ELF (owner "burin",
// type kNoteType) in section .note.burin of libraries, archives, objects, and of programs that are linked with them.
//
// The note's description is a sequence of items, little endian: a number is 8 bytes; a text is its length in 4 bytes, the
// text, and zeros up to a multiple of 4. In order: version (1); name, compiler, digest, interface digest; bytes of weights
// and of code; inputs and outputs, each side with its count before it: name, layout, type, rank, dimensions; the counts of
// symbols and of input symbols, then per symbol name, min, max; and the names of targets, as many as there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "codegen/model_tables.h"

namespace burin::codegen {

inline constexpr const char* kNoteSection = ".note.burin";
inline constexpr uint32_t kNoteType = 0x6275;  // "bu": numbers that mean nothing to others

using NoteItem = std::variant<int64_t, std::string>;

// The items of the description up to the targets, whose names follow as texts.
std::vector<NoteItem> note_items(const ModelTables& tables, int64_t code_bytes);

// The whole note: header, owner, description.
std::vector<std::byte> note_bytes(const ModelTables& tables, int64_t code_bytes);

struct ModelNote {
  std::string name, compiler, digest, interface_digest;
  int64_t weights_bytes = 0;
  int64_t code_bytes = 0;  // 0: not recorded
  std::vector<TensorRow> inputs, outputs;
  std::vector<SymbolRow> symbols;
  int32_t input_symbols = 0;
  std::vector<std::string> targets;
};

// The models that a section of notes describes; any bytes may be given. Absent where a note of burin is broken.
std::optional<std::vector<ModelNote>> parse_notes(std::span<const std::byte> section);

}  // namespace burin::codegen
