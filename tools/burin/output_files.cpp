#include "tools/burin/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "tools/burin/report.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

ir::Diagnostic cannot(std::string_view what, const fs::path& path, std::string_view why) {
  return ir::environment_fault("output", path.string(), "cannot {}: {}", what, why);
}

ir::Diagnostic cannot(std::string_view what, const fs::path& path, int error) {
  return cannot(what, path, std::string_view(std::strerror(error)));
}

// 0, or the error number.
int write_bytes(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), std::min(bytes.size(), size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return 0;
}

// Those on the way to `place` that are not there, the innermost first.
std::vector<fs::path> missing_folders(const fs::path& place) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = place; !at.empty() && !fs::exists(at, error) && !error; at = at.parent_path()) {
    missing.push_back(at);
  }
  return missing;
}

ir::Status write_file(const fs::path& path, std::span<const std::byte> bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return cannot("write", path, errno);
  int error = write_bytes(file, bytes);
  // A disk may only notice at the end that it is full.
  if (close(file) != 0 && error == 0) error = errno;
  return error == 0 ? ir::Status() : cannot("write", path, error);
}

}  // namespace

ir::Result<OutputFiles> OutputFiles::in(const fs::path& folder) {
  std::error_code error;
  const fs::path place = folder.empty() ? fs::path(".") : folder;
  OutputFiles files(place);
  files.made_ = missing_folders(place);
  fs::create_directories(place, error);
  if (error) return cannot("make the folder", place, error.message());
  std::string pattern = (place / ".burin-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return cannot("write into", place, errno);
  files.temporary_ = pattern;
  return files;
}

OutputFiles::~OutputFiles() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  for (const fs::path& folder : made_) fs::remove(folder, ignored);  // stays where someone else has put something
}

ir::Result<fs::path> OutputFiles::reserve(const std::string& name) {
  const fs::path path = temporary_ / name;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return cannot("make the folder", path.parent_path(), error.message());
  names_.push_back(name);
  return path;
}

ir::Status OutputFiles::add(const std::string& name, std::span<const std::byte> bytes) {
  const ir::Result<fs::path> path = reserve(name);
  if (!path) return path.faults();
  return write_file(*path, bytes);
}

ir::Status OutputFiles::add(const std::string& name, std::string_view text) {
  return add(name, std::as_bytes(std::span(text)));
}

ir::Status OutputFiles::publish() {
  // What is known to fail is found before the first file has replaced an older one.
  for (const std::string& name : names_) {
    std::error_code ignored;
    if (fs::is_directory(folder_ / name, ignored)) return cannot("write", folder_ / name, EISDIR);
  }
  for (const std::string& name : names_) {
    const fs::path target = folder_ / name;
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::rename(temporary_ / name, target, error);
    if (error) return cannot("write", target, error.message());
  }
  names_.clear();
  made_.clear();
  return {};
}

ir::Status write_output(const fs::path& path, std::string_view text) {
  if (path == "-") return print(text);
  // A device or a pipe is written to as it is; there is nothing to replace.
  std::error_code ignored;
  if (const fs::file_status status = fs::status(path, ignored); fs::exists(status) && !fs::is_regular_file(status)) {
    return write_file(path, std::as_bytes(std::span(text)));
  }
  ir::Result<OutputFiles> files = OutputFiles::in(path.parent_path());
  if (!files) return files.faults();
  if (ir::Status status = files->add(path.filename().string(), text); !status) return status;
  return files->publish();
}

}  // namespace burin::tools
