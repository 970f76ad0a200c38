// A file as code generation writes it: from front to back, with corrections in places before. Its last name is given by
// whoever asked for it, once it is complete (tools/burin/base/output_files.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/base/result.h"

namespace burin::codegen {

// Where to write a file, and what messages and the file itself call it. A file without a name of its own yet is written
// through /proc/self/fd.
struct Destination {
  std::string path;
  std::string name;

  Destination(std::string path_and_name) : path(path_and_name), name(std::move(path_and_name)) {}
  Destination(std::string path, std::string name) : path(std::move(path)), name(std::move(name)) {}
};

class OutputFile {
 public:
  // Starts the file anew, without contents.
  static ir::Result<OutputFile> create(Destination place);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // Failures are kept and reported by `finish`.
  void write(std::span<const std::byte> bytes);
  // The next `write` goes on after these bytes.
  void write_at(int64_t offset, std::span<const std::byte> bytes);
  // Zeros up to `offset`, from which the next `write` goes on.
  void pad_to(int64_t offset);
  int64_t size();
  // Whoever may read the file may run it.
  void make_executable();
  // Writes what is left and closes the file: a fault of the environment where any write failed.
  ir::Status finish();

  // Tries whether a file of so many bytes can be written at `path`; leaves none there.
  static ir::Status try_room(const std::string& path, int64_t bytes);

 private:
  OutputFile(Destination place, int file) : place_(std::move(place)), file_(file) {}
  void flush();
  void expect(bool done);

  Destination place_;
  int file_ = -1;
  std::vector<std::byte> waiting_;  // to be written next
  int error_ = 0;                   // of the first failure, as errno has it
};

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted);

}  // namespace burin::codegen
