#include "frontend/onnx/reader/element_decoder.h"

#include <bit>
#include <cstring>
#include <utility>

#include "frontend/onnx/reader/wire_schema.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

static_assert(std::endian::native == std::endian::little,
              "elements are little-endian in the file and are taken as they are");

const FieldInfo& tensor_field(uint32_t field) {
  const FieldInfo* known = field_of(info(MessageKind::kTensor), field);
  BURIN_ASSERT(known != nullptr, "a payload record names a field of TensorProto");
  return *known;
}

ir::Diagnostic broken_element(const PayloadRecord& record, uint64_t offset, const std::string& where) {
  return ir::input_fault("malformed-protobuf", where, "expected whole elements in {}, found a broken one at byte {}",
                         payload_name(record.field), offset);
}

bool is_packed(const PayloadRecord& record) { return record.layout == PayloadLayout::kContiguous; }

// Calls `use(field)` for each element of varints or of unpacked numbers until it returns false; false too where the
// bytes are none. `offset` is where the last element looked at begins.
template <class Use>
bool each_element(std::span<const std::byte> file, const PayloadRecord& record, uint64_t& offset, const Use& use) {
  WireCursor cursor(file, record.offset, record.offset + record.size);
  WireField field;
  while (!cursor.done()) {
    offset = cursor.position();
    if ((is_packed(record) ? cursor.next_varint(field.value) : cursor.next(field)) != WireFault::kNone) return false;
    if (!use(field)) return false;
  }
  return true;
}

// Whether dropping the upper bits of `value` loses something: it has neither an unsigned nor a signed meaning in
// `bits`.
bool fits(uint64_t value, int bits) {
  if (bits == 64) return true;
  const auto number = static_cast<int64_t>(value);
  return number >= -(int64_t{1} << (bits - 1)) && number < (int64_t{1} << bits);
}

ir::Result<int64_t> count_record(std::span<const std::byte> file, const PayloadRecord& record,
                                 const std::string& where) {
  const WireType type = tensor_field(record.field).type;
  if (type != WireType::kVarint && is_packed(record)) {
    const uint64_t element = type == WireType::kFixed32 ? 4 : 8;
    if (record.size % element != 0) return broken_element(record, record.offset + record.size, where);
    return static_cast<int64_t>(record.size / element);
  }
  int64_t count = 0;
  uint64_t offset = 0;
  const auto use = [&](const WireField&) { return ++count, true; };
  if (!each_element(file, record, offset, use)) return broken_element(record, offset, where);
  return count;
}

}  // namespace

std::string_view payload_name(uint32_t field) { return tensor_field(field).name; }

uint32_t typed_field_of(ElementType type) {
  switch (type) {
    case ElementType::kF32: return kTensorFloatData;
    case ElementType::kF64: return kTensorDoubleData;
    case ElementType::kI64: return kTensorInt64Data;
    case ElementType::kU32:
    case ElementType::kU64: return kTensorUint64Data;
    case ElementType::kBool:
    case ElementType::kI8:
    case ElementType::kI16:
    case ElementType::kI32:
    case ElementType::kU8:
    case ElementType::kU16:
    case ElementType::kF16:
    case ElementType::kBF16: return kTensorInt32Data;
  }
  return 0;
}

ir::Result<int64_t> count_elements(std::span<const std::byte> file, std::span<const PayloadRecord> records,
                                   const std::string& where) {
  int64_t count = 0;
  for (const PayloadRecord& record : records) {
    const ir::Result<int64_t> found = count_record(file, record, where);
    if (!found) return found.faults();
    count += *found;  // at most the bytes of the file
  }
  return count;
}

ir::Result<std::vector<std::byte>> decode_elements(std::span<const std::byte> file,
                                                   std::span<const PayloadRecord> records, ElementType type,
                                                   int64_t count, const std::string& where) {
  const auto size = static_cast<size_t>(ir::size_of(type));
  std::vector<std::byte> elements(static_cast<size_t>(count) * size);
  std::byte* next = elements.data();
  for (const PayloadRecord& record : records) {
    const bool is_varint = tensor_field(record.field).type == WireType::kVarint;
    if (!is_varint && is_packed(record)) {
      std::memcpy(next, &file[record.offset], record.size);
      next += record.size;
      continue;
    }
    uint64_t offset = 0;
    uint64_t misfit = 0;
    const bool done = each_element(file, record, offset, [&](const WireField& field) {
      uint64_t value = field.value;
      if (record.field == kTensorInt32Data) value = static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)});
      if (type == ElementType::kBool) value = value != 0 ? 1 : 0;
      if (is_varint && !fits(value, static_cast<int>(size) * 8)) return misfit = value, false;
      std::memcpy(next, is_varint ? reinterpret_cast<const std::byte*>(&value) : &file[field.payload], size);
      next += size;
      return true;
    });
    if (!done) {
      return ir::input_fault("value-out-of-range", where, "expected {} elements of {} bits in {}, found {} at byte {}",
                             ir::info(type).name, size * 8, payload_name(record.field), static_cast<int64_t>(misfit),
                             offset);
    }
  }
  return elements;
}

}  // namespace burin::frontend
