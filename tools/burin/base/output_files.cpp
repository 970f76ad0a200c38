#include "tools/burin/base/output_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ranges>
#include <system_error>

#include "ir/base/retried.h"
#include "tools/burin/base/report.h"

namespace burin::tools {
namespace {

namespace fs = std::filesystem;

ir::Diagnostic cannot(std::string_view what, const fs::path& path, std::string_view why) {
  return ir::environment_fault("output", path.string(), "cannot {}: {}", what, why);
}

ir::Diagnostic cannot(std::string_view what, const fs::path& path, int error) {
  return cannot(what, path, std::string_view(std::strerror(error)));
}

// Where the kernel shows an open file; linking that gives it a name.
std::string path_of(int file) { return fmt::format("/proc/self/fd/{}", file); }

// Folders on the way to `place` that are not there, the innermost first.
std::vector<fs::path> missing_folders(const fs::path& place) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = place; !at.empty() && !fs::exists(at, error) && !error; at = at.parent_path()) {
    missing.push_back(at);
  }
  return missing;
}

// The innermost folder on the way to `place`, or that itself, that is there.
fs::path existing_folder(const fs::path& place) {
  const std::vector<fs::path> missing = missing_folders(place);
  const fs::path folder = missing.empty() ? place : missing.back().parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// A file in `folder` without a name; -1 and errno.
int open_nameless(const fs::path& folder) {
  return ir::retried([&] { return open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666); });
}

// Whether that errno of open_nameless says that there are no such files here, rather than no file at all.
bool lacks_nameless_files(int error) {
  return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL || error == ENOSYS;
}

// Signals that end a process wait while this exists.
class SignalsWait {
 public:
  SignalsWait() {
    sigset_t ending;
    sigemptyset(&ending);
    for (int signal : {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGXCPU}) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;
  ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// Gives the open file the name `target`; 0, or the error number. A link replaces nothing, so where there is a file, the new one
// takes a name of its own first and is renamed at once. Whoever is killed between the two leaves that name for the next.
int link_to(int file, const fs::path& target) {
  const std::string from = path_of(file);
  const auto link_as = [&](const fs::path& name) {
    return linkat(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  };
  if (const int error = link_as(target); error != EEXIST) return error;
  const fs::path aside = target.parent_path() / (".burin-" + target.filename().string());
  constexpr int kMostTries = 100;  // against others who replace the same file at the same time
  for (int tries = 0; tries < kMostTries; ++tries) {
    const int error = link_as(aside);
    if (error == EEXIST) unlink(aside.c_str());
    if (error != 0 && error != EEXIST) return error;
    if (error == 0 && rename(aside.c_str(), target.c_str()) == 0) return 0;
    if (error == 0 && errno != ENOENT) {
      const int why = errno;
      unlink(aside.c_str());
      return why;
    }
  }
  return EEXIST;
}

}  // namespace

ir::Result<OutputFiles> OutputFiles::in(const fs::path& folder) {
  const fs::path place = folder.empty() ? fs::path(".") : folder;
  OutputFiles files(place);
  const fs::path existing = existing_folder(place);
  std::error_code error;
  if (!fs::is_directory(existing, error)) return cannot("make the folder", place, error ? error.value() : ENOTDIR);
  const bool has_proc = access("/proc/self/fd", X_OK) == 0;
  const int probe = has_proc ? open_nameless(existing) : -1;
  if (probe >= 0) {
    close(probe);
    return files;
  }
  if (has_proc && !lacks_nameless_files(errno)) {
    return cannot(existing == place ? "write into" : "make the folder", place, errno);
  }
  if (ir::Status status = files.make_folders(place); !status) return status.faults();
  ir::Result<codegen::ScratchFolder> aside = codegen::ScratchFolder::inside(place.string());
  if (!aside) return aside.faults();
  files.aside_.emplace(std::move(*aside));
  return files;
}

OutputFiles::~OutputFiles() {
  forget_files();
  aside_.reset();
  std::error_code ignored;
  for (const fs::path& folder : made_) fs::remove(folder, ignored);  // stays where someone else has put something
}

void OutputFiles::forget_files() {
  for (const File& file : files_) {
    if (file.nameless >= 0) close(file.nameless);
  }
  files_.clear();
}

ir::Status OutputFiles::make_folders(const fs::path& folder) {
  const std::vector<fs::path> missing = missing_folders(folder);
  made_.insert(made_.begin(), missing.begin(), missing.end());
  std::error_code error;
  fs::create_directories(folder, error);
  return error ? ir::Status(cannot("make the folder", folder, error.message())) : ir::Status();
}

ir::Result<codegen::Destination> OutputFiles::reserve(const std::string& name) {
  const fs::path target = folder_ / name;
  if (aside_) {
    const fs::path path = aside_->path_of(name);
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return cannot("write", target, error.message());
    files_.push_back({name, -1});
    return codegen::Destination(path.string(), target.string());
  }
  const int file = open_nameless(existing_folder(target.parent_path()));
  if (file < 0) return cannot("write", target, errno);
  files_.push_back({name, file});
  return codegen::Destination(path_of(file), target.string());
}

ir::Status OutputFiles::add(const std::string& name, std::span<const std::byte> bytes) {
  const ir::Result<codegen::Destination> place = reserve(name);
  if (!place) return place.faults();
  ir::Result<codegen::OutputFile> file = codegen::OutputFile::create(*place);
  if (!file) return file.faults();
  file->write(bytes);
  return file->finish();
}

ir::Status OutputFiles::add(const std::string& name, std::string_view text) {
  return add(name, std::as_bytes(std::span(text)));
}

std::vector<std::string> OutputFiles::names() const {
  std::vector<std::string> names;
  for (const File& file : files_) names.push_back(file.name);
  return names;
}

ir::Status OutputFiles::give_name(const File& file) {
  const fs::path target = folder_ / file.name;
  if (ir::Status status = make_folders(target.parent_path()); !status) return status;
  if (file.nameless >= 0) {
    const int error = link_to(file.nameless, target);
    return error == 0 ? ir::Status() : ir::Status(cannot("write", target, error));
  }
  std::error_code error;
  fs::rename(aside_->path_of(file.name), target, error);
  return error ? ir::Status(cannot("write", target, error.message())) : ir::Status();
}

ir::Status OutputFiles::publish() {
  // What is known to fail is found before the first file has replaced an older one.
  for (const File& file : files_) {
    std::error_code ignored;
    if (fs::is_directory(folder_ / file.name, ignored)) return cannot("write", folder_ / file.name, EISDIR);
  }
  const SignalsWait wait;
  for (const File& file : files_ | std::views::reverse) {
    if (ir::Status status = give_name(file); !status) return status;
  }
  forget_files();
  made_.clear();
  return {};
}

ir::Status write_output(const fs::path& path, std::string_view text) {
  if (path == "-") return print(text);
  // A device or a pipe is written to as it is; there is nothing to replace.
  std::error_code ignored;
  if (const fs::file_status status = fs::status(path, ignored); fs::exists(status) && !fs::is_regular_file(status)) {
    ir::Result<codegen::OutputFile> file = codegen::OutputFile::create(path.string());
    if (!file) return file.faults();
    file->write(std::as_bytes(std::span(text)));
    return file->finish();
  }
  ir::Result<OutputFiles> files = OutputFiles::in(path.parent_path());
  if (!files) return files.faults();
  if (ir::Status status = files->add(path.filename().string(), text); !status) return status;
  return files->publish();
}

}  // namespace burin::tools
