#include "codegen/weights_object.h"

#include <elf.h>

#include <cstring>

#include "codegen/weights.h"

namespace burin::codegen {
namespace {

constexpr int64_t kAlignment = 64;
constexpr int64_t kPlaceholderBytes = 64;

enum Section : uint16_t { kNull, kWeights, kSymbols, kStrings, kSectionNames, kNoStack, kProperties, kSections };

// Writability makes the linker place a placeholder behind everything else.
struct Shape {
  int64_t bytes;
  uint64_t alignment;
  uint64_t flags;
};

// The content of .note.gnu.property: a linker marks a file for CET, or for BTI and PAC, only where every object says that it
// agrees, also those without code.
struct PropertyNote {
  uint32_t name_bytes = 4, description_bytes = 16, type = 5;  // NT_GNU_PROPERTY_TYPE_0
  char name[4] = {'G', 'N', 'U', '\0'};
  uint32_t property = 0, property_bytes = 4;
  uint32_t features = 3;  // IBT and SHSTK, or BTI and PAC
  uint32_t padding = 0;
};
static_assert(sizeof(PropertyNote) == 32);

PropertyNote property_note(targets::Architecture architecture) {
  PropertyNote note;
  // GNU_PROPERTY_X86_FEATURE_1_AND or GNU_PROPERTY_AARCH64_FEATURE_1_AND.
  note.property = architecture == targets::Architecture::kX86_64 ? 0xc0000002 : 0xc0000000;
  return note;
}

void append(std::vector<std::byte>& to, const void* from, size_t bytes) {
  const size_t at = to.size();
  to.resize(at + bytes);
  if (bytes > 0) std::memcpy(to.data() + at, from, bytes);
}

Elf64_Ehdr file_header(targets::Architecture architecture, uint64_t section_headers) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = architecture == targets::Architecture::kX86_64 ? EM_X86_64 : EM_AARCH64;
  header.e_version = EV_CURRENT;
  header.e_shoff = section_headers;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = kSections;
  header.e_shstrndx = kSectionNames;
  return header;
}

// What stands before the weights, which start at byte 64, and what stands behind them.
struct Frame {
  std::vector<std::byte> before, behind;
};

Frame object_frame(const std::string& name, targets::Architecture architecture, const Shape& shape) {
  const std::string section_names = std::string("\0", 1) + kWeightsSection + '\0' + ".symtab" + '\0' + ".strtab" +
                                    '\0' + ".shstrtab" + '\0' + ".note.GNU-stack" + '\0' + ".note.gnu.property" + '\0';
  const auto name_offset = [&](const char* section) { return static_cast<uint32_t>(section_names.find(section)); };
  const std::string strings = std::string("\0", 1) + name + '\0';
  Elf64_Sym symbols[2] = {};
  symbols[1] = {1, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), STV_HIDDEN, kWeights, 0, static_cast<uint64_t>(shape.bytes)};

  const auto start = static_cast<uint64_t>(kAlignment + shape.bytes);
  const uint64_t padded = (start + 7) / 8 * 8;
  const uint64_t strings_at = padded + sizeof symbols;
  const uint64_t names_at = strings_at + strings.size();
  const uint64_t properties_at = (names_at + section_names.size() + 7) / 8 * 8;
  const PropertyNote properties = property_note(architecture);
  const uint64_t headers_at = properties_at + sizeof properties;

  Elf64_Shdr headers[kSections] = {};
  headers[kWeights] = {name_offset(kWeightsSection),
                       SHT_PROGBITS,
                       shape.flags,
                       0,
                       static_cast<uint64_t>(kAlignment),
                       static_cast<uint64_t>(shape.bytes),
                       0,
                       0,
                       shape.alignment,
                       0};
  headers[kSymbols] = {name_offset(".symtab"), SHT_SYMTAB, 0, 0, padded,
                       sizeof symbols,         kStrings,   1, 8, sizeof(Elf64_Sym)};
  headers[kStrings] = {name_offset(".strtab"), SHT_STRTAB, 0, 0, strings_at, strings.size(), 0, 0, 1, 0};
  headers[kSectionNames] = {name_offset(".shstrtab"), SHT_STRTAB, 0, 0, names_at, section_names.size(), 0, 0, 1, 0};
  headers[kNoStack] = {name_offset(".note.GNU-stack"), SHT_PROGBITS, 0, 0, headers_at, 0, 0, 0, 1, 0};
  headers[kProperties] = {
      name_offset(".note.gnu.property"), SHT_NOTE, SHF_ALLOC, 0, properties_at, sizeof properties, 0, 0, 8, 0};

  Frame frame;
  const Elf64_Ehdr header = file_header(architecture, headers_at);
  append(frame.before, &header, sizeof header);
  frame.before.resize(kAlignment);
  frame.behind.resize(padded - start);
  append(frame.behind, symbols, sizeof symbols);
  append(frame.behind, strings.data(), strings.size());
  append(frame.behind, section_names.data(), section_names.size());
  frame.behind.resize(properties_at - start);
  append(frame.behind, &properties, sizeof properties);
  append(frame.behind, headers, sizeof headers);
  return frame;
}

Frame weights_frame(const ModelTables& tables, targets::Architecture architecture) {
  return object_frame(tables.weights, architecture, {tables.weights_bytes, kAlignment, SHF_ALLOC});
}

}  // namespace

uint64_t page_bytes(targets::Architecture architecture) {
  switch (architecture) {
    case targets::Architecture::kX86_64: return 4096;
    case targets::Architecture::kAarch64: return 65536;
  }
  return 0;
}

int64_t weights_object_bytes(const ModelTables& tables, targets::Architecture architecture) {
  const Frame frame = weights_frame(tables, architecture);
  return static_cast<int64_t>(frame.before.size() + frame.behind.size()) + tables.weights_bytes;
}

void write_weights_object(OutputFile& file, const ModelTables& tables, targets::Architecture architecture) {
  const Frame frame = weights_frame(tables, architecture);
  file.write(frame.before);
  for_each_run(tables.weights_pieces, tables.weights_bytes, [&](std::span<const std::byte> run) { file.write(run); });
  file.write(frame.behind);
}

std::vector<std::byte> weights_placeholder(const ModelTables& tables, targets::Architecture architecture,
                                           LinkKind kind) {
  const Shape shape = kind == LinkKind::kShared
                          ? Shape{kPlaceholderBytes, page_bytes(architecture), SHF_ALLOC | SHF_WRITE}
                          : Shape{kPlaceholderBytes, static_cast<uint64_t>(kAlignment), SHF_ALLOC};
  Frame frame = object_frame(tables.weights, architecture, shape);
  std::vector<std::byte> object = std::move(frame.before);
  object.resize(object.size() + kPlaceholderBytes);
  append(object, frame.behind.data(), frame.behind.size());
  return object;
}

}  // namespace burin::codegen
