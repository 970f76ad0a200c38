// The protobuf wire format, one field at a time, without allocating and without trusting a single byte: what the passes
// over a model file that run before protobuf (measure.h, skeleton.h) and the decoder of tensor elements are built on.
// It knows nothing of messages; wire_schema.h does. https://protobuf.dev/programming-guides/encoding
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin::frontend {

// Groups (3 and 4) are refused: ONNX has none.
enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

enum class WireFault : uint8_t {
  kNone,
  kTruncatedVarint,
  kVarintTooLong,
  kTagOutOfRange,
  kGroup,
  kUnknownWireType,
  kTruncatedNumber,
  kLengthPastEnd,
};

std::string_view text_of(WireFault fault);
std::string_view name_of(WireType type);

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t start = 0;    // offset of the tag
  uint64_t payload = 0;  // offset of the number or of the first byte after the length
  uint64_t size = 0;     // bytes of the payload
  uint64_t value = 0;    // of a kVarint

  uint64_t end() const { return payload + size; }
};

// Walks over the fields of the message in bytes [begin, end) of a file. Offsets are those of the file. After a fault,
// position() is where the byte at fault is.
class WireCursor {
 public:
  WireCursor(std::span<const std::byte> file, uint64_t begin, uint64_t end)
      : data_(file.data()), position_(begin), end_(end) {}
  WireCursor(std::span<const std::byte> file, const WireField& field)
      : WireCursor(file, field.payload, field.payload + field.size) {}

  bool done() const { return position_ == end_; }
  uint64_t position() const { return position_; }

  WireFault next(WireField& field);
  WireFault next_varint(uint64_t& value);  // an element of a packed field

 private:
  const std::byte* data_;
  uint64_t position_;
  uint64_t end_;
};

}  // namespace burin::frontend
