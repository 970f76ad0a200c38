// A folder of files that nobody is to see, gone with everything in it at the end. Where the process is killed, the next one
// that makes such a folder in the same place removes it: a folder without a living owner is not locked.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "ir/base/result.h"

namespace burin::codegen {

class ScratchFolder {
 public:
  // In the folder for temporary files.
  static ir::Result<ScratchFolder> create();
  // `parent`/.burin-XXXXXX; `parent` is there.
  static ir::Result<ScratchFolder> inside(const std::string& parent);
  ScratchFolder(ScratchFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  ir::Status write(const std::string& name, std::span<const std::byte> bytes) const;

 private:
  ScratchFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  static ir::Result<ScratchFolder> make(const std::string& parent, const std::string& prefix);

  std::string path_;
  int lock_ = -1;
};

}  // namespace burin::codegen
