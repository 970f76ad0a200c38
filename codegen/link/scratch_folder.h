// A folder for the files that a link passes to the linker, gone with everything in it at the end.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "ir/result.h"

namespace burin::codegen {

class ScratchFolder {
 public:
  static ir::Result<ScratchFolder> create();
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  ir::Status write(const std::string& name, std::span<const std::byte> bytes) const;

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace burin::codegen
