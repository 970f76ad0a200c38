// Files that appear whole or not at all: they are written into a folder `.burin-XXXXXX` beside their place, and renamed when
// all of them are complete. Whoever is killed half way leaves at most that folder behind.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/result.h"

namespace burin::tools {

// Guards: the temporary folder is gone when this is, and folders made for it where nothing was published. All faults are the
// environment's.
class OutputFiles {
 public:
  // Makes `folder` where it is missing.
  static ir::Result<OutputFiles> in(const std::filesystem::path& folder);
  OutputFiles(OutputFiles&& other) noexcept
      : folder_(std::move(other.folder_)),
        temporary_(std::exchange(other.temporary_, {})),
        made_(std::exchange(other.made_, {})),
        names_(std::move(other.names_)) {}
  OutputFiles& operator=(OutputFiles&&) = delete;
  ~OutputFiles();

  // Adds a file; `name` may have folders in front.
  ir::Status add(const std::string& name, std::span<const std::byte> bytes);
  ir::Status add(const std::string& name, std::string_view text);
  // Where someone else (a linker, a compiler) is to write the file called `name`.
  ir::Result<std::filesystem::path> reserve(const std::string& name);
  // Where to put files that are not to be published.
  const std::filesystem::path& temporary() const { return temporary_; }

  // Renames all files added or reserved since the last time to their names, replacing older ones.
  ir::Status publish();
  // Of the files that are not published yet.
  const std::vector<std::string>& names() const { return names_; }

 private:
  explicit OutputFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::filesystem::path temporary_;
  std::vector<std::filesystem::path> made_;  // folders that were missing, the innermost first
  std::vector<std::string> names_;
};

// One file, or standard output when `path` is "-".
ir::Status write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace burin::tools
