#include "codegen/link/scratch_folder.h"

#include <cstdlib>
#include <filesystem>

#include "codegen/output_file.h"

namespace burin::codegen {

ir::Result<ScratchFolder> ScratchFolder::create() {
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "burin-XXXXXX").string();
  if (error || mkdtemp(pattern.data()) == nullptr) return file_fault(pattern, "make");
  return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

ir::Status ScratchFolder::write(const std::string& name, std::span<const std::byte> bytes) const {
  ir::Result<OutputFile> file = OutputFile::create(path_of(name));
  if (!file) return file.faults();
  file->write(bytes);
  return file->finish();
}

}  // namespace burin::codegen
