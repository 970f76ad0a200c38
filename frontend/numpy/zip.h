// The part of the zip format that numpy.savez and savez_compressed write: stored and deflated entries, 64-bit sizes.
// No encryption, no archives in several parts. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/base/result.h"

namespace burin::frontend {

enum class ZipMethod : uint16_t { kStored = 0, kDeflated = 8 };

struct ZipEntry {
  std::string name;
  ZipMethod method = ZipMethod::kStored;
  uint32_t crc = 0;
  int64_t size = 0;                   // when unpacked, as the archive says
  std::span<const std::byte> packed;  // in the archive
};

// Entries in the order of the archive's directory. Every entry lies within `archive`, and promises no more bytes than
// deflate can make of those that it has.
ir::Result<std::vector<ZipEntry>> zip_entries(std::span<const std::byte> archive);

// Allocates `entry.size` bytes. Faults: broken data, other size or checksum than promised.
ir::Result<std::vector<std::byte>> unpack(const ZipEntry& entry);

}  // namespace burin::frontend
