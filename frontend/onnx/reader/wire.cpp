#include "frontend/onnx/reader/wire.h"

namespace burin::frontend {

std::string_view text_of(WireFault fault) {
  switch (fault) {
    case WireFault::kNone: return "no fault";
    case WireFault::kTruncatedVarint: return "expected the rest of a number, found the end of the message";
    case WireFault::kVarintTooLong: return "expected a number of at most 10 bytes, found a longer one";
    case WireFault::kTagOutOfRange: return "expected a field number from 1 to 536870911, found another one";
    case WireFault::kGroup: return "expected wire type 0, 1, 2 or 5, found a group (3 or 4), which ONNX does not use";
    case WireFault::kUnknownWireType: return "expected wire type 0, 1, 2 or 5, found 6 or 7";
    case WireFault::kTruncatedNumber: return "expected 4 or 8 bytes of a number, found the end of the message";
    case WireFault::kLengthPastEnd: return "expected a length within the enclosing message, found one past its end";
  }
  return "";
}

std::string_view name_of(WireType type) {
  switch (type) {
    case WireType::kVarint: return "varint";
    case WireType::kFixed64: return "64-bit";
    case WireType::kBytes: return "length-delimited";
    case WireType::kFixed32: return "32-bit";
  }
  return "";
}

WireFault WireCursor::next_varint(uint64_t& value) {
  value = 0;
  for (int shift = 0, used = 0;; shift += 7, ++used) {
    if (used == 10) return WireFault::kVarintTooLong;
    if (position_ == end_) return WireFault::kTruncatedVarint;
    const auto byte = std::to_integer<uint64_t>(data_[position_++]);
    value |= (byte & 0x7f) << shift;  // the tenth byte keeps one bit, as in protobuf
    if (byte < 0x80) return WireFault::kNone;
  }
}

WireFault WireCursor::next(WireField& field) {
  field.start = position_;
  uint64_t tag = 0;
  if (WireFault fault = next_varint(tag); fault != WireFault::kNone) return fault;
  // Protobuf keeps 32 bits of a tag; a longer one would mean different fields to it and to us.
  if (tag > UINT32_MAX || tag < 8) return position_ = field.start, WireFault::kTagOutOfRange;
  field.number = static_cast<uint32_t>(tag >> 3);
  switch (tag & 7) {
    case 0:
      field.type = WireType::kVarint;
      field.payload = position_;
      if (WireFault fault = next_varint(field.value); fault != WireFault::kNone) return fault;
      field.size = position_ - field.payload;
      return WireFault::kNone;
    case 1: field.type = WireType::kFixed64, field.size = 8; break;
    case 5: field.type = WireType::kFixed32, field.size = 4; break;
    case 2:
      field.type = WireType::kBytes;
      if (WireFault fault = next_varint(field.size); fault != WireFault::kNone) return fault;
      break;
    case 3:
    case 4: return position_ = field.start, WireFault::kGroup;
    default: return position_ = field.start, WireFault::kUnknownWireType;
  }
  if (field.size > end_ - position_) {
    return position_ = field.start,
           field.type == WireType::kBytes ? WireFault::kLengthPastEnd : WireFault::kTruncatedNumber;
  }
  field.payload = position_;
  position_ += field.size;
  return WireFault::kNone;
}

}  // namespace burin::frontend
