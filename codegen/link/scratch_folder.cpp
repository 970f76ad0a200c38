#include "codegen/link/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "codegen/output_file.h"
#include "ir/base/retried.h"

namespace burin::codegen {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRandomLetters = 6;

int open_folder(const std::string& path) {
  return ir::retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
}

bool is_at(int folder, const std::string& path) {
  struct stat held = {}, named = {};
  return ::fstat(folder, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

// Removes folders of this user that have such a name and no owner. Failing to is no fault: someone else may be doing it.
void remove_ownerless(const std::string& parent, const std::string& prefix) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kRandomLetters) continue;
    const std::string path = entry->path().string();
    const int folder = open_folder(path);
    if (folder < 0) continue;
    struct stat status = {};
    std::error_code ignored;
    if (::fstat(folder, &status) == 0 && status.st_uid == ::geteuid() && ::flock(folder, LOCK_EX | LOCK_NB) == 0) {
      fs::remove_all(path, ignored);
    }
    ::close(folder);
  }
}

}  // namespace

ir::Result<ScratchFolder> ScratchFolder::create() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return file_fault("TMPDIR", "find");
  return make(parent.string(), "burin-tmp-");
}

ir::Result<ScratchFolder> ScratchFolder::inside(const std::string& parent) { return make(parent, ".burin-"); }

ir::Result<ScratchFolder> ScratchFolder::make(const std::string& parent, const std::string& prefix) {
  remove_ownerless(parent, prefix);
  while (true) {
    std::string path = parent + "/" + prefix + std::string(kRandomLetters, 'X');
    if (mkdtemp(path.data()) == nullptr) return file_fault(path, "make");
    const int lock = open_folder(path);
    // Where a file system knows no locks, nobody takes the folder for ownerless.
    if (lock >= 0) (void)ir::retried([&] { return ::flock(lock, LOCK_EX); });
    if (lock >= 0 && is_at(lock, path)) return ScratchFolder(std::move(path), lock);
    // Someone who took it for ownerless before it was locked has removed it.
    if (lock >= 0) ::close(lock);
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

ir::Status ScratchFolder::write(const std::string& name, std::span<const std::byte> bytes) const {
  ir::Result<OutputFile> file = OutputFile::create(path_of(name));
  if (!file) return file.faults();
  file->write(bytes);
  return file->finish();
}

}  // namespace burin::codegen
