#include "frontend/onnx/reader/open_beneath.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>

namespace burin::frontend {
namespace {

constexpr int kFileFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;

// What <linux/openat2.h> declares; kernels before 5.6 and their headers do not have it.
struct OpenHow {
  uint64_t flags, mode, resolve;
};
constexpr uint64_t kResolveNoSymlinks = 0x04;
constexpr uint64_t kResolveBeneath = 0x08;
constexpr long kOpenat2 = 437;  // on every architecture

// A kernel that does not know the call, or a sandbox that forbids it.
bool is_unavailable(int error) { return error == ENOSYS || error == EPERM; }

}  // namespace

Descriptor open_by_components(int folder, const std::string& path) {
  Descriptor held;
  int at = folder;
  const std::filesystem::path parts(path);
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (part->empty() || *part == ".") continue;
    if (*part == ".." || part->is_absolute()) {
      errno = EXDEV;
      return {};
    }
    const bool is_last = std::next(part) == parts.end();
    const int flags = is_last ? kFileFlags : O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW;
    Descriptor next(::openat(at, part->c_str(), flags));
    if (!next.is_open()) return {};
    held = std::move(next);
    at = held.number();
  }
  if (!held.is_open()) errno = EISDIR;
  return held;
}

Descriptor open_beneath(int folder, const std::string& path) {
  OpenHow how{kFileFlags, 0, kResolveBeneath | kResolveNoSymlinks};
  Descriptor file(static_cast<int>(::syscall(kOpenat2, folder, path.c_str(), &how, sizeof how)));
  if (file.is_open() || !is_unavailable(errno)) return file;
  return open_by_components(folder, path);
}

}  // namespace burin::frontend
