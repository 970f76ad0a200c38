// Files beside a model that hold bytes of its tensors (TensorProto.external_data). The names in a model are not
// trusted: only regular files inside the model's folder are opened, wherever links and dots may point.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "frontend/descriptor.h"
#include "frontend/mapped_file.h"
#include "ir/base/result.h"

namespace burin::frontend {

// Guards: every mapping is of a regular file below one of the folders that has no other name (no hard link). This holds also
// while others rename files and links: each file is opened once, relative to the open folder and without following links, and
// what is checked is the file that was opened. Each file stays mapped as long as this lives. Not for use by several threads at
// once.
class ExternalFiles {
 public:
  // No folder, no files: what a model that comes from memory has.
  ExternalFiles() = default;
  // The folder that `model` is named in, and the one that it really lies in when it is a link (caches of model hubs
  // keep model and data as links into one folder of blobs).
  explicit ExternalFiles(const std::filesystem::path& model);

  // All bytes of the file named `location`: relative, without "..".
  ir::Result<std::span<const std::byte>> bytes(const std::string& location, const std::string& where);

 private:
  struct Folder {
    std::filesystem::path path;  // canonical
    Descriptor descriptor;
  };
  // A file by its path inside a folder, no part of which is a link.
  struct Place {
    const Folder* folder;
    std::filesystem::path inside;
  };

  void add_folder(std::filesystem::path path);
  // Follows the links of `location` to where they lead now. Nothing relies on it but which file is asked for.
  ir::Result<Place> find(const std::string& location, const std::string& where) const;
  ir::Result<MappedFile> open(const Place& place, const std::string& location, const std::string& where) const;

  std::vector<Folder> folders_;  // first: where names are looked up
  std::map<std::string, MappedFile> files_;
};

}  // namespace burin::frontend
