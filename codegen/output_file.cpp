#include "codegen/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ir/base/retried.h"

namespace burin::codegen {
namespace {

constexpr size_t kMostWaiting = 1 << 16;
constexpr size_t kMostAtOnce = 1 << 30;  // below what one call of write takes on every system

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted, int error) {
  return ir::environment_fault("file", fmt::format("file \"{}\"", path), "expected to {} it, found: {}", wanted,
                               std::strerror(error));
}

bool write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ir::retried([&] { return ::write(file, bytes.data(), std::min(bytes.size(), kMostAtOnce)); });
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted) { return file_fault(path, wanted, errno); }

ir::Result<OutputFile> OutputFile::create(Destination place) {
  const int file =
      ir::retried([&] { return ::open(place.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); });
  if (file < 0) return file_fault(place.name, "write");
  return OutputFile(std::move(place), file);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : place_(std::move(other.place_)),
      file_(std::exchange(other.file_, -1)),
      waiting_(std::move(other.waiting_)),
      error_(other.error_) {}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

// What follows a first error fails for its own reasons, which are of no interest.
void OutputFile::expect(bool done) {
  if (!done && error_ == 0) error_ = errno;
}

void OutputFile::flush() {
  if (error_ == 0) expect(write_all(file_, waiting_));
  waiting_.clear();
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (waiting_.size() + bytes.size() > kMostWaiting) flush();
  if (bytes.size() < kMostWaiting) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  } else if (error_ == 0) {
    expect(write_all(file_, bytes));
  }
}

void OutputFile::write_at(int64_t offset, std::span<const std::byte> bytes) {
  flush();
  expect(::lseek(file_, offset, SEEK_SET) == offset);
  write(bytes);
}

int64_t OutputFile::size() {
  flush();
  const off_t end = ::lseek(file_, 0, SEEK_END);
  expect(end >= 0);
  return end;
}

void OutputFile::pad_to(int64_t offset) {
  constexpr std::byte kZeros[4096] = {};
  for (int64_t at = size(); at < offset && error_ == 0;) {
    const auto count = std::min<int64_t>(offset - at, sizeof kZeros);
    write({kZeros, static_cast<size_t>(count)});
    at += count;
  }
}

void OutputFile::make_executable() {
  struct stat status = {};
  expect(::fstat(file_, &status) == 0);
  expect(::fchmod(file_, (status.st_mode & 07777) | ((status.st_mode & 0444) >> 2)) == 0);
}

ir::Status OutputFile::finish() {
  flush();
  // A disk may only notice at the end that it is full. A closing that was interrupted has closed the file.
  expect(::close(std::exchange(file_, -1)) == 0 || errno == EINTR);
  return error_ == 0 ? ir::Status() : file_fault(place_.name, "write", error_);
}

ir::Status OutputFile::try_room(const std::string& path, int64_t bytes) {
  ir::Result<OutputFile> file = create(path);
  if (!file) return file.faults();
  file->pad_to(bytes);
  ir::Status status = file->finish();
  ::unlink(path.c_str());
  return status;
}

}  // namespace burin::codegen
