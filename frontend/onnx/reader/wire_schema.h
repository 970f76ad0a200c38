// The messages of onnx-ml.proto as data: which field is what, which nest, which hold the bytes of tensors, and what one
// message costs protobuf. This is a second account of the .proto, needed because the first one is only known to code
// that has parsed already; `wire_schema_test` holds it against what protobuf writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "frontend/onnx/reader/wire.h"

namespace burin::frontend {

enum class MessageKind : uint8_t {
  kModel,
  kGraph,
  kFunction,
  kNode,
  kAttribute,
  kTensor,
  kSparseTensor,
  kSegment,
  kValueInfo,
  kType,
  kTensorType,
  kSequenceType,
  kMapType,
  kOptionalType,
  kSparseTensorType,
  kOpaqueType,
  kShape,
  kDimension,
  kStringPair,
  kAnnotation,
  kOpsetId,
};
inline constexpr int kMessageKinds = 21;

enum class FieldKind : uint8_t {
  kNumber,   // integer or float; a repeated one may be packed
  kEnum,     // protobuf keeps values it does not know as unknown fields
  kString,   // string or bytes
  kMessage,  // see `nested`
  kPayload,  // elements of a tensor: stay in the file
  kDropped,  // of no use to a compiler, and often large: not even looked at
};

enum class Occurs : uint8_t { kOnce, kManyTimes };

struct FieldInfo {
  uint8_t number;
  std::string_view name;
  FieldKind kind;
  WireType type;
  Occurs occurs;
  MessageKind nested;
};

// Messages that can hold tensors are written anew when the skeleton is cut; all others are taken as they are.
enum class Copying : uint8_t { kRewritten, kVerbatim };

struct MessageInfo {
  MessageKind kind;
  std::string_view name;
  Copying copying;
  size_t parsed_bytes;  // sizeof the generated class
  std::span<const FieldInfo> fields;
};

inline constexpr uint32_t kMaxFieldNumber = 31;

const MessageInfo& info(MessageKind kind);
// Null for a field that onnx-ml.proto does not have.
const FieldInfo* field_of(const MessageInfo& message, uint32_t number);

// Numbers of TensorProto's fields that code here speaks of.
inline constexpr uint32_t kTensorDims = 1, kTensorDataType = 2, kTensorFloatData = 4, kTensorInt32Data = 5,
                          kTensorInt64Data = 7, kTensorRawData = 9, kTensorDoubleData = 10, kTensorUint64Data = 11;

}  // namespace burin::frontend
