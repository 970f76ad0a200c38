#include "tools/burin/library/elf_file.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace burin::tools {
namespace {

ir::Diagnostic not_a_library(std::string_view expected, std::string_view found) {
  return ir::input_fault("library", "", "expected a library that burin made, {}, found {}", expected, found);
}

ir::Diagnostic too_short(uint64_t expected, uint64_t found) {
  return not_a_library(fmt::format("of at least {} bytes by its headers", expected), std::to_string(found));
}

// The end of `count` things of `size` bytes at `offset`; UINT64_MAX where it is beyond.
uint64_t end_of(uint64_t offset, uint64_t count, uint64_t size) {
  uint64_t end = 0;
  const bool overflows = __builtin_mul_overflow(count, size, &end) || __builtin_add_overflow(end, offset, &end);
  return overflows ? UINT64_MAX : end;
}

}  // namespace

ir::Status check_elf_file(const std::filesystem::path& path) {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return not_a_library("a file", "one that cannot be read");
  Elf64_Ehdr header = {};
  if (size < sizeof header) return too_short(sizeof header, size);
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return not_a_library("an ELF file of 64 bits", "another format");
  }
  const uint64_t table_end = end_of(header.e_phoff, header.e_phnum, sizeof(Elf64_Phdr));
  if (table_end > size) return too_short(table_end, size);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  file.read(reinterpret_cast<char*>(segments.data()),
            static_cast<std::streamsize>(segments.size() * sizeof(Elf64_Phdr)));
  if (!file) return not_a_library("a file", "one that cannot be read");
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    const uint64_t end = end_of(segment.p_offset, segment.p_filesz, 1);
    if (end > size) return too_short(end, size);
  }
  return {};
}

}  // namespace burin::tools
