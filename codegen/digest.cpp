#include "codegen/digest.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace burin::codegen {

void Digest::add(std::span<const std::byte> bytes) {
  std::array<uint8_t, 8> length{};
  for (size_t i = 0; i < length.size(); ++i) length[i] = static_cast<uint8_t>(uint64_t{bytes.size()} >> (8 * i));
  hasher_.update(llvm::ArrayRef<uint8_t>(length.data(), length.size()));
  hasher_.update(llvm::ArrayRef<uint8_t>(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

void Digest::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

std::string Digest::text() const {
  llvm::BLAKE3 last = hasher_;
  std::string digits;
  for (const uint8_t byte : last.final<16>()) digits += fmt::format("{:02x}", byte);
  return digits;
}

}  // namespace burin::codegen
