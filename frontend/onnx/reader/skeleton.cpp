#include "frontend/onnx/reader/skeleton.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "frontend/onnx/reader/payload.h"

namespace burin::frontend {
namespace {

constexpr int64_t kBlockBytes = 64 * 1024;
constexpr uint64_t kWorthAView = 4096;  // shorter stretches are copied: a piece costs protobuf a switch of buffers
constexpr int64_t kLengthBytes = 5;     // of a length written before what it counts; padded varints are valid ones

enum class CutResult : uint8_t { kDone, kTooLarge, kFileChanged };

class Cutter {
 public:
  Cutter(std::span<const std::byte> file, int64_t max_owned_bytes) : file_(file), max_owned_bytes_(max_owned_bytes) {}

  CutResult message(const MessageInfo& message, WireCursor cursor, int64_t depth_left) {
    uint64_t kept_begin = cursor.position();
    uint64_t kept_end = kept_begin;
    std::vector<PayloadRecord> records;
    PayloadRun run;
    while (!cursor.done()) {
      WireField field;
      if (cursor.next(field) != WireFault::kNone) return CutResult::kFileChanged;
      const FieldInfo* known = field_of(message, field.number);
      if (known == nullptr || known->kind == FieldKind::kDropped) continue;
      if (known->kind == FieldKind::kPayload) {
        add_record(records, run, field);
      } else if (known->kind == FieldKind::kMessage && info(known->nested).copying == Copying::kRewritten) {
        if (depth_left == 1 || field.type != WireType::kBytes) return CutResult::kFileChanged;
        take(kept_begin, kept_end);
        kept_begin = kept_end = field.end();
        if (CutResult result = nested(*known, field, depth_left - 1); result != CutResult::kDone) return result;
      } else {
        if (kept_end != field.start) take(kept_begin, kept_end), kept_begin = field.start;
        kept_end = field.end();
      }
      if (skeleton_.owned_bytes > max_owned_bytes_) return CutResult::kTooLarge;
    }
    take(kept_begin, kept_end);
    write_records(records);
    return CutResult::kDone;
  }

  Skeleton skeleton() && { return std::move(skeleton_); }
  int64_t owned_bytes() const { return skeleton_.owned_bytes; }

 private:
  CutResult nested(const FieldInfo& known, const WireField& field, int64_t depth_left) {
    write_varint(field.number << 3 | static_cast<uint32_t>(WireType::kBytes));
    std::byte* length = allocate(kLengthBytes);
    const int64_t begin = skeleton_.bytes;
    const CutResult result = message(info(known.nested), WireCursor(file_, field), depth_left);
    const int64_t size = skeleton_.bytes - begin;
    if (size > INT32_MAX) return CutResult::kTooLarge;
    for (int i = 0; i < kLengthBytes; ++i) {
      length[i] = static_cast<std::byte>((size >> (7 * i) & 0x7f) | (i + 1 < kLengthBytes ? 0x80 : 0));
    }
    return result;
  }

  void add_record(std::vector<PayloadRecord>& records, PayloadRun& run, const WireField& field) {
    const bool is_contiguous = field.type == WireType::kBytes;
    if (run.takes(field)) {
      records.back().size = field.end() - records.back().offset;
    } else if (is_contiguous) {
      records.push_back({field.number, PayloadLayout::kContiguous, field.payload, field.size});
    } else {
      records.push_back({field.number, PayloadLayout::kOccurrences, field.start, field.end() - field.start});
    }
    run.take(field);
  }

  void write_records(const std::vector<PayloadRecord>& records) {
    if (records.empty()) return;
    const auto bytes = std::as_bytes(std::span(records));
    write_varint(kTensorRawData << 3 | static_cast<uint32_t>(WireType::kBytes));
    write_varint(bytes.size());
    copy(bytes);
  }

  void take(uint64_t begin, uint64_t end) {
    const auto stretch = file_.subspan(begin, end - begin);
    if (stretch.size() < kWorthAView) return copy(stretch);
    skeleton_.pieces.push_back(stretch);
    skeleton_.bytes += static_cast<int64_t>(stretch.size());
  }

  void copy(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const size_t size = std::min(bytes.size(), static_cast<size_t>(room_ > 0 ? room_ : kBlockBytes));
      std::memcpy(allocate(static_cast<int64_t>(size)), bytes.data(), size);
      bytes = bytes.subspan(size);
    }
  }

  void write_varint(uint64_t value) {
    std::byte text[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) text[size++] = static_cast<std::byte>(value | 0x80);
    text[size++] = static_cast<std::byte>(value);
    copy({text, size});
  }

  // The next `size` bytes of the skeleton, contiguous; at most a block.
  std::byte* allocate(int64_t size) {
    if (size > room_) {
      skeleton_.blocks.push_back(std::make_unique_for_overwrite<std::byte[]>(kBlockBytes));
      skeleton_.owned_bytes += kBlockBytes;
      next_ = skeleton_.blocks.back().get();
      room_ = kBlockBytes;
    }
    std::byte* begin = next_;
    next_ += size;
    room_ -= size;
    skeleton_.bytes += size;
    auto& pieces = skeleton_.pieces;
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == begin) {
      pieces.back() = {pieces.back().data(), pieces.back().size() + static_cast<size_t>(size)};
    } else {
      pieces.emplace_back(begin, static_cast<size_t>(size));
    }
    return begin;
  }

  std::span<const std::byte> file_;
  int64_t max_owned_bytes_;
  Skeleton skeleton_;
  std::byte* next_ = nullptr;
  int64_t room_ = 0;
};

}  // namespace

ir::Result<Skeleton> cut_skeleton(std::span<const std::byte> file, MessageKind root, int64_t max_depth,
                                  int64_t max_owned_bytes) {
  Cutter cutter(file, max_owned_bytes);
  switch (cutter.message(info(root), WireCursor(file, 0, file.size()), max_depth)) {
    case CutResult::kDone: break;
    case CutResult::kTooLarge:
      return ir::input_fault("too-much-memory", "", "expected at most {} bytes apart from tensors, found more",
                             max_owned_bytes);
    case CutResult::kFileChanged:
      return ir::environment_fault("file-changed", "",
                                   "expected the file to stay as it is while it is read, found it changed");
  }
  return std::move(cutter).skeleton();
}

std::vector<PayloadRecord> payload_records(const std::string& raw_data) {
  BURIN_ASSERT(raw_data.size() % sizeof(PayloadRecord) == 0, "tensors come from a skeleton");
  std::vector<PayloadRecord> records(raw_data.size() / sizeof(PayloadRecord));
  if (!records.empty()) std::memcpy(records.data(), raw_data.data(), raw_data.size());
  return records;
}

}  // namespace burin::frontend
