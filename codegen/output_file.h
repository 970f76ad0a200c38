// A file that appears whole or not at all: written beside its place, then renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "ir/result.h"

namespace burin::codegen {

class OutputFile {
 public:
  // Starts `path` anew; `with_contents_of`, where not empty, is a file that is moved into its place first and appended to.
  static ir::Result<OutputFile> create(std::string path);
  static ir::Result<OutputFile> adopt(std::string path, const std::string& with_contents_of);
  OutputFile(OutputFile&&) = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // Failures are kept and reported by `finish`.
  void write(std::span<const std::byte> bytes);
  // The next `write` goes on behind these bytes.
  void write_at(int64_t offset, std::span<const std::byte> bytes);
  // Zeros up to `offset`, from which the next `write` goes on.
  void pad_to(int64_t offset);
  int64_t size();
  ir::Status finish();

  // Tries whether a file of so many bytes can be written there; leaves nothing behind.
  static ir::Status try_room(const std::string& path, int64_t bytes);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  OutputFile(std::string path, std::string aside, std::FILE* file);
  void expect(bool done);

  std::string path_, aside_;
  std::unique_ptr<std::FILE, Close> file_;
  int error_ = 0;  // of the first failure, as errno has it
};

ir::Diagnostic file_fault(const std::string& path, std::string_view wanted);

}  // namespace burin::codegen
