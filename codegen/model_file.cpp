#include "codegen/model_file.h"

#include <fmt/format.h>
#include <llvm/Object/Archive.h>
#include <llvm/Object/ELF.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace burin::codegen {
namespace {

namespace elf = llvm::ELF;
using llvm::object::ELF64LE;
using llvm::object::ELFFile;

constexpr std::string_view kElf =
    "\x7f"
    "ELF";
constexpr std::string_view kArchive = "!<arch>\n";
constexpr std::string_view kThinArchive = "!<thin>\n";

#if defined(__x86_64__)
constexpr uint16_t kHere = elf::EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kHere = elf::EM_AARCH64;
#else
constexpr uint16_t kHere = elf::EM_NONE;
#endif

ir::Diagnostic bad_file(std::string_view found) {
  return ir::input_fault("library", "", "expected a library, an archive or an object that burin made, found {}", found);
}

ir::Diagnostic broken(llvm::Error error) { return bad_file("a broken file: " + llvm::toString(std::move(error))); }

// Its first bytes, and no more.
std::string start_of(const std::string& path, size_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string start(bytes, '\0');
  file.read(start.data(), static_cast<std::streamsize>(bytes));
  start.resize(static_cast<size_t>(file.gcount()));
  return start;
}

std::string architecture_name(uint16_t machine) {
  switch (machine) {
    case elf::EM_X86_64: return "x86_64";
    case elf::EM_AARCH64: return "aarch64";
    default: return fmt::format("machine {}", machine);
  }
}

ir::Status add_notes(llvm::ArrayRef<uint8_t> bytes, uint16_t machine, std::vector<ModelInFile>& models) {
  std::optional<std::vector<ModelNote>> notes =
      parse_notes({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
  if (!notes) return bad_file("a broken note");
  for (ModelNote& note : *notes) models.push_back({std::move(note), architecture_name(machine)});
  return {};
}

// Notes are found by section headers, which all files but stripped programs have, else by program headers.
ir::Status add_elf(llvm::StringRef bytes, std::vector<ModelInFile>& models) {
  const bool is_known = bytes.size() >= sizeof(elf::Elf64_Ehdr) && bytes.starts_with(llvm::StringRef(kElf)) &&
                        bytes[elf::EI_CLASS] == elf::ELFCLASS64 && bytes[elf::EI_DATA] == elf::ELFDATA2LSB;
  if (!is_known) return bad_file("no ELF file of 64 bits, little endian");
  llvm::Expected<ELFFile<ELF64LE>> file = ELFFile<ELF64LE>::create(bytes);
  if (!file) return broken(file.takeError());
  const uint16_t machine = file->getHeader().e_machine;
  auto sections = file->sections();
  if (!sections) return broken(sections.takeError());
  for (const auto& section : *sections) {
    if (section.sh_type != elf::SHT_NOTE) continue;
    llvm::Expected<llvm::ArrayRef<uint8_t>> content = file->getSectionContents(section);
    if (!content) return broken(content.takeError());
    if (ir::Status status = add_notes(*content, machine, models); !status) return status;
  }
  if (!sections->empty()) return {};
  auto segments = file->program_headers();
  if (!segments) return broken(segments.takeError());
  for (const auto& segment : *segments) {
    if (segment.p_type != elf::PT_NOTE) continue;
    llvm::Expected<llvm::ArrayRef<uint8_t>> content = file->getSegmentContents(segment);
    if (!content) return broken(content.takeError());
    if (ir::Status status = add_notes(*content, machine, models); !status) return status;
  }
  return {};
}

ir::Status add_archive(const llvm::MemoryBuffer& buffer, std::vector<ModelInFile>& models) {
  llvm::Expected<std::unique_ptr<llvm::object::Archive>> archive =
      llvm::object::Archive::create(buffer.getMemBufferRef());
  if (!archive) return broken(archive.takeError());
  llvm::Error error = llvm::Error::success();
  ir::Status status;
  for (const llvm::object::Archive::Child& child : (*archive)->children(error)) {
    llvm::Expected<llvm::StringRef> member = child.getBuffer();
    if (!member) {
      llvm::consumeError(std::move(error));
      return broken(member.takeError());
    }
    if (status && member->starts_with(llvm::StringRef(kElf))) status = add_elf(*member, models);
  }
  if (error) return broken(std::move(error));
  return status;
}

}  // namespace

bool is_code_file(const std::string& path) {
  const std::string start = start_of(path, kArchive.size());
  return start.starts_with(kElf) || start == kArchive || start == kThinArchive;
}

bool is_loadable_here(const std::string& path) {
  const std::string start = start_of(path, sizeof(elf::Elf64_Ehdr));
  elf::Elf64_Ehdr header{};
  if (start.size() != sizeof header || !start.starts_with(kElf)) return false;
  std::memcpy(&header, start.data(), sizeof header);
  return header.e_type == elf::ET_DYN && header.e_machine == kHere;
}

ir::Result<std::vector<ModelInFile>> models_in_file(const std::string& path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer) return ir::environment_fault("file", "", "expected to read it, found: {}", buffer.getError().message());
  const llvm::StringRef bytes = (*buffer)->getBuffer();
  std::vector<ModelInFile> models;
  if (bytes.starts_with(llvm::StringRef(kThinArchive.data(), kThinArchive.size())))
    return bad_file("a thin archive, which only names files");
  const bool is_archive = bytes.starts_with(llvm::StringRef(kArchive.data(), kArchive.size()));
  const ir::Status status = is_archive ? add_archive(**buffer, models) : add_elf(bytes, models);
  if (!status) return status.faults();
  if (models.empty()) return bad_file("a file without a model");
  return models;
}

}  // namespace burin::codegen
