// A file as bytes, mapped read-only and shared with the page cache: opening a model of gigabytes costs nothing until a
// byte is looked at. Not for files that others shorten meanwhile: a page that is gone is a SIGBUS, as for every mmap.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "ir/base/result.h"

namespace burin::frontend {

class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  // Symbolic links are followed. An empty file is a mapping of no bytes. Missing file, directory or device: input at
  // fault; no permission, no memory: the environment.
  static ir::Result<MappedFile> open(const std::filesystem::path& path);
  // Maps the open regular file `descriptor`, as many bytes as it has now; `path` is for diagnostics. The descriptor stays open.
  static ir::Result<MappedFile> map(int descriptor, const std::filesystem::path& path);

  // Page-aligned; stays where it is when the MappedFile is moved.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace burin::frontend
