// What a library was made of, in 32 hexadecimal digits: equal for equal models, flags and versions, whatever the folder,
// locale or time. Against accidents, not against attackers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace burin::tools {

// FNV-1a over little-endian 64-bit words with a rotation, in two lanes with different starts: hundreds of megabytes of
// weights take a fraction of a second.
class Digest {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  std::string text() const;

 private:
  void add_word(uint64_t word);

  uint64_t lanes_[2] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
};

}  // namespace burin::tools
