#include "codegen/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace burin::codegen {

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted, int error) {
  return ir::environment_fault("file", fmt::format("file \"{}\"", path), "expected to {} it, found: {}", wanted,
                               std::strerror(error));
}

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted) { return file_fault(path, wanted, errno); }

OutputFile::OutputFile(std::string path, std::string aside, std::FILE* file)
    : path_(std::move(path)), aside_(std::move(aside)), file_(file) {}

namespace {
std::string aside_of(const std::string& path) { return fmt::format("{}.part{}", path, getpid()); }
}  // namespace

ir::Result<OutputFile> OutputFile::create(std::string path) {
  std::string aside = aside_of(path);
  std::FILE* file = std::fopen(aside.c_str(), "wb");
  if (file == nullptr) return file_fault(path, "write");
  return OutputFile(std::move(path), std::move(aside), file);
}

ir::Result<OutputFile> OutputFile::adopt(std::string path, const std::string& contents) {
  std::string aside = aside_of(path);
  if (contents != aside && std::rename(contents.c_str(), aside.c_str()) != 0) return file_fault(path, "write");
  std::FILE* file = std::fopen(aside.c_str(), "r+b");
  if (file == nullptr) return file_fault(path, "write");
  return OutputFile(std::move(path), std::move(aside), file);
}

OutputFile::~OutputFile() {
  if (file_ == nullptr) return;
  file_.reset();
  std::remove(aside_.c_str());
}

// What follows a first error fails for its own reasons, which are of no interest.
void OutputFile::expect(bool done) {
  if (!done && error_ == 0) error_ = errno;
}

void OutputFile::write(std::span<const std::byte> bytes) {
  expect(std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size());
}

void OutputFile::write_at(int64_t offset, std::span<const std::byte> bytes) {
  expect(fseeko(file_.get(), offset, SEEK_SET) == 0);
  write(bytes);
}

void OutputFile::pad_to(int64_t offset) {
  expect(fseeko(file_.get(), 0, SEEK_END) == 0);
  const std::byte zeros[512] = {};
  for (int64_t at = ftello(file_.get()); at >= 0 && at < offset && error_ == 0; at = ftello(file_.get())) {
    write({zeros, static_cast<size_t>(std::min<int64_t>(offset - at, sizeof zeros))});
  }
}

int64_t OutputFile::size() {
  expect(fseeko(file_.get(), 0, SEEK_END) == 0);
  return ftello(file_.get());
}

ir::Status OutputFile::try_room(const std::string& path, int64_t bytes) {
  ir::Result<OutputFile> file = create(path);
  if (!file) return file.faults();
  file->pad_to(bytes);
  file->expect(std::fflush(file->file_.get()) == 0);
  return file->error_ == 0 ? ir::Status() : file_fault(path, "write", file->error_);
}

ir::Status OutputFile::finish() {
  expect(std::fflush(file_.get()) == 0);
  if (error_ != 0) return file_fault(path_, "write", error_);
  file_.reset();
  if (std::rename(aside_.c_str(), path_.c_str()) != 0) {
    ir::Status status = file_fault(path_, "write");
    std::remove(aside_.c_str());
    return status;
  }
  return {};
}

}  // namespace burin::codegen
