#include "codegen/link/link.h"

#include <lld/Common/Driver.h>
#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

#include <filesystem>
#include <mutex>

#include "codegen/elf_weights.h"
#include "codegen/embedded_runtime.h"
#include "codegen/link/scratch_folder.h"
#include "codegen/output_file.h"
#include "codegen/weights.h"
#include "codegen/weights_object.h"

LLD_HAS_DRIVER(elf)

namespace burin::codegen {
namespace {

constexpr const char* kWeightsObject = "weights.o";

// lld keeps its state in globals: one link at a time, and none after one that it could not clean up after. Its fatal errors
// end the process unless crash recovery, which catches signals as well, is on.
ir::Status run_linker(const std::vector<std::string>& arguments) {
  static std::mutex mutex;
  static bool usable = true;
  const std::lock_guard lock(mutex);
  if (!usable) {
    return ir::Diagnostic{
        ir::Fault::kInternal, "linker", "", "expected a linker that can run again, found one that crashed", {}};
  }
  // A single thread, since an error in another one would end the process.
  std::vector<const char*> words = {"ld.lld", "--threads=1"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  std::string said;
  llvm::raw_string_ostream output(said);
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  llvm::CrashRecoveryContext::Enable();
  const lld::Result result = lld::lldMain(words, output, output, drivers);
  llvm::CrashRecoveryContext::Disable();
  usable = result.canRunAgain;
  if (result.retCode == 0) return {};
  return ir::Diagnostic{
      ir::Fault::kInternal, "linker", "", fmt::format("expected the objects to link, found: {}", said), {}};
}

std::string emulation(targets::Architecture architecture) {
  switch (architecture) {
    case targets::Architecture::kX86_64: return "elf_x86_64";
    case targets::Architecture::kAarch64: return "aarch64linux";
  }
  return {};
}

// Writes the input's objects into `folder` and adds their paths to `arguments`.
ir::Status write_objects(const LinkInput& input, const ScratchFolder& folder, std::vector<std::string>& arguments) {
  ir::Status status;
  for (const ObjectFile& object : input.objects) {
    status.merge(folder.write(object.name, object.bytes));
    arguments.push_back(folder.path_of(object.name));
  }
  return status;
}

// For `ld.lld -shared`: nothing writable, nothing undefined, nothing that differs from run to run.
std::vector<std::string> shared_library_options(const LinkInput& input, const std::string& soname) {
  const std::string page = std::to_string(page_bytes(input.architecture));
  return {"-shared",
          "-soname=" + soname,
          "-zrelro",
          "-znow",
          "-znoexecstack",
          "-zdefs",
          "-zmax-page-size=" + page,
          "-zcommon-page-size=" + page,  // what relocation makes read-only must end with a page, of the largest size
          "--build-id=sha1",             // covers the weights by the digest in the tables
          "--gc-sections",
          "--hash-style=gnu",
          "--eh-frame-hdr",
          "--fatal-warnings"};
}

ir::Result<std::unique_ptr<llvm::MemoryBuffer>> map_file(const std::string& path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, false, false);
  if (!buffer)
    return ir::environment_fault("file", fmt::format("file \"{}\"", path), "expected to read it, found: {}",
                                 buffer.getError().message());
  return std::move(*buffer);
}

std::span<const std::byte> bytes_of(const llvm::MemoryBuffer& buffer) {
  return {reinterpret_cast<const std::byte*>(buffer.getBufferStart()), buffer.getBufferSize()};
}

// LLVM's own stream into a file ends the process when the disk is full.
class FileStream : public llvm::raw_ostream {
 public:
  explicit FileStream(OutputFile& file) : file_(file) {}
  ~FileStream() override { flush(); }

 private:
  void write_impl(const char* data, size_t size) override {
    file_.write({reinterpret_cast<const std::byte*>(data), size});
    written_ += size;
  }
  uint64_t current_pos() const override { return written_; }

  OutputFile& file_;
  uint64_t written_ = 0;
};

// An archive with times, owners and modes of zero.
ir::Status write_members(OutputFile& file, std::span<const llvm::NewArchiveMember> members) {
  FileStream stream(file);
  llvm::Error error = llvm::writeArchiveToStream(stream, {members.data(), members.size()},
                                                 llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
                                                 /*Deterministic=*/true, /*Thin=*/false);
  if (!error) return {};
  return ir::Diagnostic{
      ir::Fault::kInternal,
      "archive",
      "",
      fmt::format("expected objects that make an archive, found: {}", llvm::toString(std::move(error))),
      {}};
}

llvm::NewArchiveMember member(std::string_view name, std::span<const std::byte> bytes) {
  const llvm::StringRef text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return llvm::NewArchiveMember(llvm::MemoryBufferRef(text, llvm::StringRef(name.data(), name.size())));
}

// Puts the object with the weights in the place of the last member, which has `placeholder` bytes. The archive's table of
// symbols holds: it says where members start. So the weights are not in memory for it.
void write_last_member(OutputFile& file, int64_t placeholder, const LinkInput& input) {
  constexpr int64_t kSizeField = 12;  // where its 10 characters lie, counted back from the member's bytes
  const int64_t bytes = weights_object_bytes(*input.tables, input.architecture);
  BURIN_ASSERT(placeholder % 2 == 0 && bytes % 2 == 0, "members of odd size are padded");
  const int64_t start = file.size() - placeholder;
  const std::string size = fmt::format("{:<10}", bytes);
  file.write_at(start - kSizeField, std::as_bytes(std::span(size)));
  file.write_at(start, {});
  write_weights_object(file, *input.tables, input.architecture);
}

// Writes what goes beside the model's own objects and adds it to `arguments`.
ir::Status write_companions(const LinkInput& input, LinkKind kind, const ScratchFolder& folder,
                            std::vector<std::string>& arguments) {
  ir::Status status;
  const auto add = [&](const std::string& name, std::span<const std::byte> bytes) {
    status.merge(folder.write(name, bytes));
    arguments.push_back(folder.path_of(name));
  };
  if (kind == LinkKind::kShared) {
    add("runtime.o", runtime_object(input.architecture));
    add("memory.o", memory_object(input.architecture));
  }
  if (!input.tables->weights.empty()) add(kWeightsObject, weights_placeholder(*input.tables, input.architecture, kind));
  return status;
}

// More than the linked file takes: its objects and symbols, sections moved apart to pages of their own.
int64_t room_to_link(const LinkInput& input) {
  size_t bytes = (64 << 10) + 16 * static_cast<size_t>(page_bytes(input.architecture));
  bytes += runtime_object(input.architecture).size() + memory_object(input.architecture).size();
  for (const ObjectFile& object : input.objects) bytes += object.bytes.size();
  return static_cast<int64_t>(bytes);
}

ir::Status link(const LinkInput& input, LinkKind kind, const Destination& place) {
  ir::Result<ScratchFolder> folder = ScratchFolder::create();
  if (!folder) return folder.faults();
  const std::string linked = folder->path_of("linked");
  // The linker's words for a path that it cannot write, or a full disk, would pass for a defect.
  if (ir::Status room = OutputFile::try_room(linked, room_to_link(input)); !room) return room;
  std::vector<std::string> arguments = {"-m", emulation(input.architecture), "-o", linked};
  if (kind == LinkKind::kRelocatable) arguments.emplace_back("-r");
  if (kind == LinkKind::kShared) {
    for (std::string& option : shared_library_options(input, std::filesystem::path(place.name).filename().string())) {
      arguments.push_back(std::move(option));
    }
  }
  ir::Status status = write_objects(input, *folder, arguments);
  status.merge(write_companions(input, kind, *folder, arguments));
  if (!status) return status;
  if (status = run_linker(arguments); !status) {
    // The disk may have become full since.
    if (ir::Status room = OutputFile::try_room(linked, room_to_link(input)); !room) return room;
    return status;
  }

  ir::Result<std::unique_ptr<llvm::MemoryBuffer>> bytes = map_file(linked);
  if (!bytes) return bytes.faults();
  ir::Result<OutputFile> file = OutputFile::create(place);
  if (!file) return file.faults();
  file->write(bytes_of(**bytes));
  if (kind == LinkKind::kShared) file->make_executable();
  if (!input.tables->weights.empty()) {
    if (status = append_weights(*file, bytes_of(**bytes), *input.tables); !status) return status;
  }
  return file->finish();
}

}  // namespace

ir::Status link_shared(const LinkInput& input, const Destination& place) {
  return link(input, LinkKind::kShared, place);
}

ir::Status write_object(const LinkInput& input, const Destination& place) {
  return link(input, LinkKind::kRelocatable, place);
}

ir::Status write_static_library(const LinkInput& input, const Destination& place) {
  std::vector<llvm::NewArchiveMember> members;
  for (const ObjectFile& object : input.objects) members.push_back(member(object.name, object.bytes));
  const bool has_weights = !input.tables->weights.empty();
  const std::string name = input.tables->symbol_prefix + "_weights.o";
  std::vector<std::byte> placeholder;
  if (has_weights) {
    placeholder = weights_placeholder(*input.tables, input.architecture, LinkKind::kRelocatable);
    members.push_back(member(name, placeholder));
  }
  ir::Result<OutputFile> file = OutputFile::create(place);
  if (!file) return file.faults();
  if (ir::Status status = write_members(*file, members); !status) return status;
  if (has_weights) write_last_member(*file, static_cast<int64_t>(placeholder.size()), input);
  return file->finish();
}

ir::Status write_runtime_archive(targets::Architecture architecture, const Destination& place) {
  ir::Result<OutputFile> file = OutputFile::create(place);
  if (!file) return file.faults();
  const llvm::NewArchiveMember runtime = member("runtime.o", runtime_object(architecture));
  if (ir::Status status = write_members(*file, {&runtime, 1}); !status) return status;
  return file->finish();
}

ir::Status write_weights(const ModelTables& tables, const Destination& place) {
  ir::Result<OutputFile> file = OutputFile::create(place);
  if (!file) return file.faults();
  for_each_run(tables.weights_pieces, tables.weights_bytes, [&](std::span<const std::byte> run) { file->write(run); });
  return file->finish();
}

}  // namespace burin::codegen
