// The digest of a sequence of byte strings as 32 hexadecimal digits: the first 16 bytes of BLAKE3
// (https://github.com/BLAKE3-team/BLAKE3-specs), which LLVM carries. Equal for equal sequences, whatever the machine.
#pragma once

#include <llvm/Support/BLAKE3.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace burin::codegen {

class Digest {
 public:
  // Each string counts with its length, so that "ab", "c" and "a", "bc" differ.
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  std::string text() const;

 private:
  llvm::BLAKE3 hasher_;
};

}  // namespace burin::codegen
