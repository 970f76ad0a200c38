#include "frontend/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "frontend/descriptor.h"
#include "ir/base/retried.h"

namespace burin::frontend {
namespace {

ir::Diagnostic fault_of(int error, const std::filesystem::path& path) {
  const std::string reason = std::generic_category().message(error);
  const bool is_input = error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP;
  if (is_input) return ir::input_fault("missing-file", path.string(), "expected a file, found none ({})", reason);
  return ir::environment_fault("unreadable-file", path.string(),
                               "expected a file that can be read, found an error ({})", reason);
}

}  // namespace

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

ir::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
  const Descriptor file(ir::retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (file.number() < 0) return fault_of(errno, path);
  return map(file.number(), path);
}

ir::Result<MappedFile> MappedFile::map(int descriptor, const std::filesystem::path& path) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) return fault_of(errno, path);
  if (S_ISDIR(status.st_mode)) {
    return ir::input_fault("not-a-file", path.string(), "expected a file, found a directory");
  }
  if (!S_ISREG(status.st_mode)) {
    return ir::input_fault("not-a-file", path.string(), "expected a regular file, found a device, pipe or socket");
  }
  MappedFile mapped;
  if (status.st_size == 0) return mapped;
  const auto size = static_cast<size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) return fault_of(errno, path);
  mapped.bytes_ = {static_cast<const std::byte*>(address), size};
  return mapped;
}

}  // namespace burin::frontend
