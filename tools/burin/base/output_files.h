// Files that appear whole or not at all. Until all of them are complete they have no name: the file system forgets them by
// itself when the process is killed (O_TMPFILE, open(2)). Where it knows no such files, they wait in a folder `.burin-XXXXXX`
// inside the output folder, and the next burin removes what a killed one left (codegen/link/scratch_folder.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codegen/link/scratch_folder.h"
#include "codegen/output_file.h"
#include "ir/base/result.h"

namespace burin::tools {

// Guards: files that are not published are gone when this is, and so are folders made for them. All faults are the
// environment's and name the file or folder as the user does.
class OutputFiles {
 public:
  // Finds out whether files can be written in `folder`. Where it is missing, it is made when the first file appears.
  static ir::Result<OutputFiles> in(const std::filesystem::path& folder);
  OutputFiles(OutputFiles&& other) noexcept
      : folder_(std::move(other.folder_)),
        aside_(std::move(other.aside_)),
        made_(std::exchange(other.made_, {})),
        files_(std::exchange(other.files_, {})) {}
  OutputFiles& operator=(OutputFiles&&) = delete;
  ~OutputFiles();

  // Adds a file; `name` may have folders in front.
  ir::Status add(const std::string& name, std::span<const std::byte> bytes);
  ir::Status add(const std::string& name, std::string_view text);
  // Where someone else (a linker) is to write the file called `name`.
  ir::Result<codegen::Destination> reserve(const std::string& name);

  // Gives all files added or reserved since the last time their names, replacing older ones: from the last one added to the
  // first, so that a file appears after those that go with it. Signals that end a process wait until it is done.
  ir::Status publish();
  // Of the files that are not published yet, in the order they were added.
  std::vector<std::string> names() const;

 private:
  struct File {
    std::string name;
    int nameless = -1;  // the open file, unless it lies in the folder aside
  };

  explicit OutputFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ir::Status make_folders(const std::filesystem::path& folder);
  ir::Status give_name(const File& file);
  void forget_files();

  std::filesystem::path folder_;
  std::optional<codegen::ScratchFolder> aside_;
  std::vector<std::filesystem::path> made_;  // folders that were missing, the innermost first
  std::vector<File> files_;
};

// One file, or standard output when `path` is "-".
ir::Status write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace burin::tools
