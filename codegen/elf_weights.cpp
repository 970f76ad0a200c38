#include "codegen/elf_weights.h"

#include <elf.h>

#include <cstring>
#include <string_view>

#include "codegen/weights.h"
#include "codegen/weights_object.h"

namespace burin::codegen {
namespace {

template <class T>
T read_at(std::span<const std::byte> bytes, uint64_t offset) {
  T value;
  BURIN_ASSERT(offset <= bytes.size() && sizeof value <= bytes.size() - offset, "the linker's file is complete");
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void write_at(OutputFile& file, uint64_t offset, const T& value) {
  file.write_at(static_cast<int64_t>(offset), std::as_bytes(std::span(&value, 1)));
}

// The offset in the file of the weights section's header.
uint64_t weights_header(std::span<const std::byte> file, const Elf64_Ehdr& header) {
  const auto names = read_at<Elf64_Shdr>(file, header.e_shoff + uint64_t{header.e_shstrndx} * header.e_shentsize);
  for (uint64_t i = 0; i < header.e_shnum; ++i) {
    const uint64_t at = header.e_shoff + i * header.e_shentsize;
    const uint64_t name = names.sh_offset + read_at<Elf64_Shdr>(file, at).sh_name;
    const std::string_view rest(reinterpret_cast<const char*>(file.data()) + name, file.size() - name);
    if (rest.substr(0, rest.find('\0')) == kWeightsSection) return at;
  }
  BURIN_ASSERT(false, "the linker keeps the section of the weights");
  return 0;
}

// The offset of the program header that loads `address`, which nothing else is in and nothing follows.
uint64_t weights_segment(std::span<const std::byte> file, const Elf64_Ehdr& header, uint64_t address) {
  uint64_t found = 0;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    const uint64_t at = header.e_phoff + i * header.e_phentsize;
    const auto segment = read_at<Elf64_Phdr>(file, at);
    if (segment.p_type != PT_LOAD) continue;
    BURIN_ASSERT(segment.p_vaddr <= address, "the weights are loaded behind everything else");
    if (segment.p_vaddr == address) found = at;
  }
  BURIN_ASSERT(found != 0, "the weights have a segment of their own");
  return found;
}

}  // namespace

ir::Status append_weights(OutputFile& file, std::span<const std::byte> linked, const ModelTables& tables) {
  const auto header = read_at<Elf64_Ehdr>(linked, 0);
  const uint64_t section_at = weights_header(linked, header);
  auto section = read_at<Elf64_Shdr>(linked, section_at);
  const auto bytes = static_cast<uint64_t>(tables.weights_bytes);
  // Loading needs the same place in a page for the file and for memory; the placeholder starts a page.
  const uint64_t page = section.sh_addralign;
  const uint64_t offset = (linked.size() + page - 1) / page * page;
  if (header.e_type == ET_DYN) {
    const uint64_t segment_at = weights_segment(linked, header, section.sh_addr);
    auto segment = read_at<Elf64_Phdr>(linked, segment_at);
    segment.p_offset = offset;
    segment.p_filesz = segment.p_memsz = bytes;
    segment.p_flags = PF_R;
    write_at(file, segment_at, segment);
  }
  section.sh_offset = offset;
  section.sh_size = bytes;
  section.sh_flags = SHF_ALLOC;
  write_at(file, section_at, section);
  file.pad_to(static_cast<int64_t>(offset));
  for_each_run(tables.weights_pieces, tables.weights_bytes, [&](std::span<const std::byte> run) { file.write(run); });
  return {};
}

}  // namespace burin::codegen
