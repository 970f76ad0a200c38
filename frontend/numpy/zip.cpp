#include "frontend/numpy/zip.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

namespace burin::frontend {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers in a zip archive are read as they are");

// Sections 4.3.7, 4.3.12, 4.3.14, 4.3.15 and 4.3.16 of the specification.
constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kEnd64 = 0x06064b50,
                   kEnd64Locator = 0x07064b50, kEnd = 0x06054b50;
constexpr uint64_t kLocalHeaderBytes = 30, kDirectoryHeaderBytes = 46, kEnd64Bytes = 56, kLocatorBytes = 20,
                   kEndBytes = 22;
constexpr uint64_t kLongestComment = 65535;
constexpr uint64_t kBestDeflateRatio = 1032;  // https://zlib.net/zlib_tech.html
constexpr uint16_t kExtra64 = 1;

ir::Diagnostic broken(std::string_view expected) {
  return ir::input_fault("malformed-zip", "", "expected {}, found none", expected);
}

template <class T>
T read(std::span<const std::byte> bytes, uint64_t offset) {
  T value;
  std::memcpy(&value, &bytes[offset], sizeof(T));
  return value;
}

bool has(std::span<const std::byte> bytes, uint64_t offset, uint64_t size) {
  return offset <= bytes.size() && size <= bytes.size() - offset;
}

bool is_header(std::span<const std::byte> bytes, uint64_t offset, uint64_t size, uint32_t signature) {
  return has(bytes, offset, size) && read<uint32_t>(bytes, offset) == signature;
}

struct Directory {
  uint64_t entries = 0;
  uint64_t offset = 0;
};

std::optional<Directory> find_directory(std::span<const std::byte> archive) {
  if (archive.size() < kEndBytes) return std::nullopt;
  const uint64_t last = archive.size() - kEndBytes;
  const uint64_t first = last > kLongestComment ? last - kLongestComment : 0;
  for (uint64_t end = last;; --end) {
    if (read<uint32_t>(archive, end) == kEnd) {
      Directory directory{read<uint16_t>(archive, end + 10), read<uint32_t>(archive, end + 16)};
      if (directory.entries != UINT16_MAX && directory.offset != UINT32_MAX) return directory;
      if (end < kLocatorBytes || !is_header(archive, end - kLocatorBytes, kLocatorBytes, kEnd64Locator))
        return std::nullopt;
      const auto end64 = read<uint64_t>(archive, end - kLocatorBytes + 8);
      if (!is_header(archive, end64, kEnd64Bytes, kEnd64)) return std::nullopt;
      return Directory{read<uint64_t>(archive, end64 + 32), read<uint64_t>(archive, end64 + 48)};
    }
    if (end == first) return std::nullopt;
  }
}

struct Extent {
  uint64_t packed;
  uint64_t size;
  uint64_t header;  // offset of the local header
};

// Numbers that do not fit 32 bits are all ones, and follow in an extra field, in this order, only those.
bool widen(std::span<const std::byte> extra, Extent& extent) {
  uint64_t* const numbers[] = {&extent.size, &extent.packed, &extent.header};
  if (std::none_of(std::begin(numbers), std::end(numbers), [](const uint64_t* n) { return *n == UINT32_MAX; }))
    return true;
  for (uint64_t at = 0; has(extra, at, 4);) {
    const uint64_t size = read<uint16_t>(extra, at + 2);
    if (!has(extra, at + 4, size)) return false;
    const std::span<const std::byte> body = extra.subspan(at + 4, size);
    if (read<uint16_t>(extra, at) == kExtra64) {
      uint64_t used = 0;
      for (uint64_t* number : numbers) {
        if (*number != UINT32_MAX) continue;
        if (!has(body, used, 8)) return false;
        *number = read<uint64_t>(body, used);
        used += 8;
      }
      return true;
    }
    at += 4 + size;
  }
  return false;
}

ir::Result<ZipEntry> entry_at(std::span<const std::byte> archive, uint64_t& at) {
  if (!is_header(archive, at, kDirectoryHeaderBytes, kDirectoryHeader)) return broken("an entry of the directory");
  const uint64_t name_size = read<uint16_t>(archive, at + 28);
  const uint64_t extra_size = read<uint16_t>(archive, at + 30);
  const uint64_t comment_size = read<uint16_t>(archive, at + 32);
  const uint64_t whole = kDirectoryHeaderBytes + name_size + extra_size + comment_size;
  if (!has(archive, at, whole)) return broken("a whole entry of the directory");
  ZipEntry entry;
  const auto name = archive.subspan(at + kDirectoryHeaderBytes, name_size);
  entry.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
  const auto method = read<uint16_t>(archive, at + 10);
  if ((read<uint16_t>(archive, at + 8) & 1) != 0 || (method != 0 && method != 8)) {
    return ir::unsupported("unsupported-zip", fmt::format("entry \"{}\"", entry.name),
                           "expected a stored or deflated entry without encryption, found method {}", method);
  }
  entry.method = static_cast<ZipMethod>(method);
  entry.crc = read<uint32_t>(archive, at + 16);
  Extent extent{read<uint32_t>(archive, at + 20), read<uint32_t>(archive, at + 24), read<uint32_t>(archive, at + 42)};
  if (!widen(archive.subspan(at + kDirectoryHeaderBytes + name_size, extra_size), extent))
    return broken("sizes of 64 bits");
  at += whole;
  if (!is_header(archive, extent.header, kLocalHeaderBytes, kLocalHeader)) return broken("the header of an entry");
  const uint64_t data = extent.header + kLocalHeaderBytes + read<uint16_t>(archive, extent.header + 26) +
                        read<uint16_t>(archive, extent.header + 28);
  if (!has(archive, data, extent.packed)) return broken("the data of an entry");
  entry.packed = archive.subspan(data, extent.packed);
  const bool is_stored = entry.method == ZipMethod::kStored;
  // `packed` is within the archive: the product fits.
  const uint64_t most = is_stored ? extent.packed : extent.packed * kBestDeflateRatio;
  if (extent.size > most || (is_stored && extent.size != extent.packed)) {
    return ir::input_fault("malformed-zip", fmt::format("entry \"{}\"", entry.name),
                           "expected at most {} bytes out of {} packed ones, found a size of {}", most, extent.packed,
                           extent.size);
  }
  entry.size = static_cast<int64_t>(extent.size);
  return entry;
}

bool inflate_into(std::span<const std::byte> packed, std::span<std::byte> out) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  int status = Z_OK;
  size_t read_bytes = 0;
  size_t written = 0;
  std::byte nothing{};  // zlib wants an address to write to also where no byte is left
  while (status == Z_OK) {
    constexpr size_t kMostAtOnce = 1 << 30;  // zlib counts in 32 bits
    const size_t give = std::min(packed.size() - read_bytes, kMostAtOnce);
    const size_t room = std::min(out.size() - written, kMostAtOnce);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data())) + read_bytes;
    stream.avail_in = static_cast<uInt>(give);
    stream.next_out = reinterpret_cast<Bytef*>(room == 0 ? &nothing : out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    read_bytes += give - stream.avail_in;
    written += room - stream.avail_out;
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END && written == out.size();
}

uint32_t crc_of(std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

ir::Result<std::vector<ZipEntry>> zip_entries(std::span<const std::byte> archive) {
  const std::optional<Directory> directory = find_directory(archive);
  if (!directory) return broken("a zip archive's directory");
  std::vector<ZipEntry> entries;
  uint64_t at = directory->offset;
  for (uint64_t i = 0; i < directory->entries; ++i) {
    ir::Result<ZipEntry> entry = entry_at(archive, at);
    if (!entry) return entry.faults();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

ir::Result<std::vector<std::byte>> unpack(const ZipEntry& entry) {
  std::vector<std::byte> bytes;
  bool is_whole = true;
  if (entry.method == ZipMethod::kStored) {
    bytes.assign(entry.packed.begin(), entry.packed.end());
  } else {
    bytes.resize(static_cast<size_t>(entry.size));
    is_whole = inflate_into(entry.packed, bytes);
  }
  const std::string where = fmt::format("entry \"{}\"", entry.name);
  if (!is_whole) return ir::input_fault("malformed-zip", where, "expected {} bytes, found broken data", entry.size);
  if (const uint32_t crc = crc_of(bytes); crc != entry.crc) {
    return ir::input_fault("malformed-zip", where, "expected checksum {:08x}, found {:08x}", entry.crc, crc);
  }
  return bytes;
}

}  // namespace burin::frontend
