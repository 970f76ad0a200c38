#include "frontend/onnx/reader/external_data.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "frontend/onnx/reader/open_beneath.h"

namespace burin::frontend {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

bool is_plain_relative(const std::string& location) {
  if (location.empty() || location.find('\0') != std::string::npos || location.front() == '/') return false;
  const fs::path path(location);
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

ir::Diagnostic with_hint(ir::Diagnostic fault, std::string hint) {
  fault.hint = std::move(hint);
  return fault;
}

// The links of the file's name were followed before, so that one on the way is new.
ir::Diagnostic open_fault(int error, const std::string& location, const std::string& where) {
  const std::string reason = std::generic_category().message(error);
  if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV || error == EAGAIN) {
    return ir::input_fault("external-data-missing", where,
                           "expected file \"{}\" next to the model to stay as it is, found it changed meanwhile ({})",
                           location, reason);
  }
  return ir::environment_fault("unreadable-file", where,
                               "expected external data \"{}\" to be readable, found an error ({})", location, reason);
}

}  // namespace

ExternalFiles::ExternalFiles(const fs::path& model) {
  std::error_code error;
  const fs::path named = fs::canonical(model.has_parent_path() ? model.parent_path() : fs::path("."), error);
  if (error) return;
  add_folder(named);
  const fs::path real = fs::canonical(model, error).parent_path();
  if (!error && real != named) add_folder(real);
}

void ExternalFiles::add_folder(fs::path path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.is_open()) folders_.push_back({std::move(path), std::move(descriptor)});
}

ir::Result<ExternalFiles::Place> ExternalFiles::find(const std::string& location, const std::string& where) const {
  std::error_code error;
  const fs::path real = fs::canonical(folders_.front().path / location, error);
  if (error) {
    return ir::input_fault("external-data-missing", where, "expected file \"{}\" beside the model, found none ({})",
                           location, error.message());
  }
  for (const Folder& folder : folders_) {
    if (is_below(real, folder.path)) return Place{&folder, real.lexically_relative(folder.path)};
  }
  return with_hint(ir::input_fault("external-data-outside", where,
                                   "expected file \"{}\" to lie in the folder of the model, found a link to \"{}\"",
                                   location, real.string()),
                   "copy the file into the folder of the model");
}

ir::Result<MappedFile> ExternalFiles::open(const Place& place, const std::string& location,
                                           const std::string& where) const {
  const Descriptor file = open_beneath(place.folder->descriptor.number(), place.inside.string());
  if (!file.is_open()) return open_fault(errno, location, where);
  struct stat status = {};
  if (::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink != 1) {
    return with_hint(
        ir::input_fault("external-data-outside", where,
                        "expected file \"{}\" to lie in the folder of the model alone, found {} hard links "
                        "to it",
                        location, status.st_nlink),
        "copy the file, so that it has one name");
  }
  ir::Result<MappedFile> mapped = MappedFile::map(file.number(), place.folder->path / place.inside);
  if (mapped) return mapped;
  ir::Diagnostics faults = mapped.faults();
  for (ir::Diagnostic& fault : faults) fault.where = where + ": external data " + fault.where;
  return faults;
}

ir::Result<std::span<const std::byte>> ExternalFiles::bytes(const std::string& location, const std::string& where) {
  if (const auto known = files_.find(location); known != files_.end()) return known->second.bytes();
  if (folders_.empty()) {
    return ir::input_fault("external-data", where, "expected a model with its data inside, found data in file \"{}\"",
                           location);
  }
  if (!is_plain_relative(location)) {
    return with_hint(
        ir::input_fault("external-data-outside", where,
                        "expected a relative path without \"..\" for external data, found \"{}\"", location),
        "keep the data in the folder of the model");
  }
  const ir::Result<Place> place = find(location, where);
  if (!place) return place.faults();
  ir::Result<MappedFile> mapped = open(*place, location, where);
  if (!mapped) return mapped.faults();
  return files_.emplace(location, std::move(*mapped)).first->second.bytes();
}

}  // namespace burin::frontend
