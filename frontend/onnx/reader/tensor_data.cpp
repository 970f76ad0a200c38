#include "frontend/onnx/reader/tensor_data.h"

#include <fmt/ranges.h>
#include <onnx/onnx-ml.pb.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "frontend/onnx/reader/data_type.h"
#include "frontend/onnx/reader/element_decoder.h"
#include "frontend/onnx/reader/small_element.h"
#include "frontend/onnx/reader/wire_schema.h"
#include "ir/base/checked.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

struct Shape {
  std::vector<int64_t> dims;
  int64_t elements = 0;
  int64_t bytes = 0;
};

std::string text_of(const Shape& shape, ElementType type) {
  return fmt::format("{}[{}]", ir::info(type).name, fmt::join(shape.dims, ","));
}

ir::Result<Shape> shape_of(const onnx::TensorProto& tensor, ElementType type, const std::string& where) {
  Shape shape;
  shape.dims.assign(tensor.dims().begin(), tensor.dims().end());
  for (size_t axis = 0; axis < shape.dims.size(); ++axis) {
    if (shape.dims[axis] >= 0) continue;
    return ir::input_fault("negative-dimension", where, "expected dimension {} of a constant to be 0 or more, found {}",
                           axis, shape.dims[axis]);
  }
  const std::optional<int64_t> elements = ir::checked_product(shape.dims);
  const std::optional<int64_t> bytes = elements ? ir::checked_mul(*elements, ir::size_of(type)) : std::nullopt;
  if (!bytes) {
    return ir::input_fault("tensor-too-large", where, "expected at most {} bytes, found shape [{}]", INT64_MAX,
                           fmt::join(shape.dims, ","));
  }
  shape.elements = *elements;
  shape.bytes = *bytes;
  return shape;
}

ir::Diagnostic size_mismatch(const Shape& shape, ElementType type, std::string_view unit, int64_t expected,
                             int64_t found, std::string_view place, const std::string& where) {
  return ir::input_fault("tensor-size", where, "expected {} {} for {}, found {} in {}", expected, unit,
                         text_of(shape, type), found, place);
}

// Booleans other than 0 and 1 would mean something else to each kernel.
void take_bytes(TensorData& data, std::span<const std::byte> bytes) {
  data.view = bytes;
  const auto is_odd = [](std::byte byte) { return byte > std::byte{1}; };
  if (data.type != ElementType::kBool || std::none_of(bytes.begin(), bytes.end(), is_odd)) return;
  data.decoded.resize(bytes.size());
  std::transform(bytes.begin(), bytes.end(), data.decoded.begin(),
                 [](std::byte byte) { return std::byte{byte != std::byte{}}; });
}

std::optional<int64_t> parse_count(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// The value of `key` in the external data of `tensor`; null when it is absent.
ir::Result<const std::string*> external_entry(const onnx::TensorProto& tensor, std::string_view key,
                                              const std::string& where) {
  const std::string* found = nullptr;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() != key) continue;
    if (found != nullptr) {
      return ir::input_fault("external-data", where, "expected one {} of external data, found two, \"{}\" and \"{}\"",
                             key, *found, entry.value());
    }
    found = &entry.value();
  }
  return found;
}

// A number among the external data of `tensor`; `otherwise` when it is absent.
ir::Result<int64_t> external_number(const onnx::TensorProto& tensor, std::string_view key, int64_t otherwise,
                                    const std::string& where) {
  const ir::Result<const std::string*> text = external_entry(tensor, key, where);
  if (!text) return text.faults();
  if (*text == nullptr) return otherwise;
  if (const std::optional<int64_t> count = parse_count(**text)) return *count;
  return ir::input_fault("external-data", where, "expected {} of external data to be 0 or more, found \"{}\"", key,
                         **text);
}

// Other keys ("checksum", and what tools add) say nothing that is needed.
ir::Status read_external(TensorSource& source, const onnx::TensorProto& tensor, const Shape& shape, TensorData& data,
                         const std::string& where) {
  const ir::Result<const std::string*> entry = external_entry(tensor, "location", where);
  if (!entry) return entry.faults();
  const ir::Result<int64_t> given_offset = external_number(tensor, "offset", 0, where);
  if (!given_offset) return given_offset.faults();
  const ir::Result<int64_t> given_length = external_number(tensor, "length", shape.bytes, where);
  if (!given_length) return given_length.faults();
  const std::string* const location = *entry;
  const int64_t offset = *given_offset;
  const int64_t length = *given_length;
  if (location == nullptr)
    return ir::input_fault("external-data", where, "expected external data to have a location, found none");
  if (length != shape.bytes) {
    return size_mismatch(shape, data.type, "bytes", shape.bytes, length, "the length of external data", where);
  }
  const auto file = source.external.bytes(*location, where);
  if (!file) return file.faults();
  const auto available = static_cast<int64_t>(file->size());
  if (offset > available || shape.bytes > available - offset) {
    return ir::input_fault("external-data-short", where,
                           "expected {} bytes from byte {} of file \"{}\", found {} bytes in all", shape.bytes, offset,
                           *location, available);
  }
  take_bytes(data, file->subspan(static_cast<size_t>(offset), static_cast<size_t>(shape.bytes)));
  return {};
}

ir::Status read_raw(const TensorSource& source, const PayloadRecord& record, const Shape& shape, TensorData& data,
                    const std::string& where) {
  if (record.size != static_cast<uint64_t>(shape.bytes)) {
    return size_mismatch(shape, data.type, "bytes", shape.bytes, static_cast<int64_t>(record.size), "raw_data", where);
  }
  take_bytes(data, source.file.subspan(record.offset, record.size));
  return {};
}

ir::Status read_typed(const TensorSource& source, std::span<const PayloadRecord> records, const Shape& shape,
                      TensorData& data, const std::string& where) {
  const uint32_t field = records.front().field;
  const uint32_t expected = typed_field_of(data.type);
  if (field != expected) {
    return ir::input_fault("tensor-field", where, "expected {} elements in {} or raw_data, found them in {}",
                           ir::info(data.type).name, payload_name(expected), payload_name(field));
  }
  const ir::Result<int64_t> count = count_elements(source.file, records, where);
  if (!count) return count.faults();
  if (*count != shape.elements) {
    return size_mismatch(shape, data.type, "elements", shape.elements, *count, payload_name(field), where);
  }
  const bool is_as_in_memory = expected == kTensorFloatData || expected == kTensorDoubleData;
  if (is_as_in_memory && records.size() == 1 && records.front().layout == PayloadLayout::kContiguous) {
    data.view = source.file.subspan(records.front().offset, records.front().size);
    return {};
  }
  auto decoded = decode_elements(source.file, records, data.type, *count, where);
  if (!decoded) return decoded.faults();
  data.decoded = std::move(*decoded);
  return {};
}

ir::Status read_elements(TensorSource& source, const onnx::TensorProto& tensor, const Shape& shape, TensorData& data,
                         const std::string& where) {
  std::vector<PayloadRecord> records = payload_records(tensor.raw_data());
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) return read_external(source, tensor, shape, data, where);
  std::erase_if(records, [](const PayloadRecord& record) { return record.size == 0; });
  if (records.empty()) {
    if (shape.elements == 0) return {};
    return size_mismatch(shape, data.type, "bytes", shape.bytes, 0, "the tensor", where);
  }
  const auto other = std::find_if(records.begin(), records.end(),
                                  [&](const PayloadRecord& record) { return record.field != records.front().field; });
  if (other != records.end()) {
    return ir::input_fault("tensor-field", where, "expected elements in one field, found them in {} and {}",
                           payload_name(records.front().field), payload_name(other->field));
  }
  // The last of several raw_data counts, as for protobuf; repeated fields go on.
  if (records.front().field == kTensorRawData) return read_raw(source, records.back(), shape, data, where);
  return read_typed(source, records, shape, data, where);
}

// Elements packed in bytes, as elements of the type that holds them.
ir::Result<TensorData> unpacked(TensorSource& source, const onnx::TensorProto& tensor, const SmallElement& small,
                                const Shape& shape, const std::string& where) {
  const int64_t bytes = packed_bytes(small, shape.elements);
  TensorData packed{.type = ElementType::kU8, .dims = {bytes}, .view = {}, .decoded = {}};
  if (ir::Status status = read_elements(source, tensor, {{bytes}, bytes, bytes}, packed, where); !status)
    return status.faults();
  return TensorData{
      .type = small.held, .dims = shape.dims, .view = {}, .decoded = unpack(small, packed.bytes(), shape.elements)};
}

}  // namespace

ir::Result<TensorData> tensor_data(TensorSource& source, const onnx::TensorProto& tensor, const std::string& where) {
  const ir::Result<ElementType> type = element_type_of(tensor.data_type(), where);
  if (!type) return type.faults();
  if (tensor.has_segment()) {
    return ir::unsupported("unsupported-segment", where, "expected a whole tensor, found a segment of one");
  }
  ir::Result<Shape> shape = shape_of(tensor, *type, where);
  if (!shape) return shape.faults();
  if (const SmallElement* small = small_element(tensor.data_type()))
    return unpacked(source, tensor, *small, *shape, where);
  TensorData data{.type = *type, .dims = shape->dims, .view = {}, .decoded = {}};
  if (ir::Status status = read_elements(source, tensor, *shape, data, where); !status) return status.faults();
  return data;
}

}  // namespace burin::frontend
