#include "tools/burin/digest.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace burin::tools {

void Digest::add_word(uint64_t word) {
  lanes_[0] = (std::rotl(lanes_[0], 23) ^ word) * 0x100000001b3u;       // FNV's prime
  lanes_[1] = (std::rotl(lanes_[1], 41) ^ word) * 0x9e3779b97f4a7c15u;  // the golden ratio
}

void Digest::add(std::span<const std::byte> bytes) {
  add_word(bytes.size());  // so that "ab", "c" and "a", "bc" differ
  while (!bytes.empty()) {
    uint64_t word = 0;
    const size_t count = bytes.size() < sizeof word ? bytes.size() : sizeof word;
    std::memcpy(&word, bytes.data(), count);
    add_word(word);
    bytes = bytes.subspan(count);
  }
}

void Digest::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

std::string Digest::text() const {
  Digest last = *this;
  for (int i = 0; i < 4; ++i) last.add_word(0);  // spreads the last words over all digits
  return fmt::format("{:016x}{:016x}", last.lanes_[0], last.lanes_[1]);
}

}  // namespace burin::tools
