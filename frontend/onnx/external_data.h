// Files beside a model that hold bytes of its tensors (TensorProto.external_data). The names in a model are not
// trusted: only regular files inside the model's folder are opened, wherever links and dots may point.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "frontend/onnx/mapped_file.h"
#include "ir/result.h"

namespace burin::frontend {

// Guards: every mapping is of a file whose real path is below one of the folders. Each file is mapped once and stays
// mapped as long as this lives. Not for use by several threads at once.
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
  std::vector<std::filesystem::path> folders_;  // first: where names are looked up; all canonical
  std::map<std::string, MappedFile> files_;
};

}  // namespace burin::frontend
