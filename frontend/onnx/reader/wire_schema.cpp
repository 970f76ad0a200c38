#include "frontend/onnx/reader/wire_schema.h"

#include <onnx/onnx-ml.pb.h>

#include "ir/base/result.h"

namespace burin::frontend {
namespace {

using enum MessageKind;

constexpr FieldInfo text(uint8_t number, std::string_view name, Occurs occurs = Occurs::kOnce) {
  return {number, name, FieldKind::kString, WireType::kBytes, occurs, kModel};
}
constexpr FieldInfo texts(uint8_t number, std::string_view name) { return text(number, name, Occurs::kManyTimes); }
constexpr FieldInfo integer(uint8_t number, std::string_view name, Occurs occurs = Occurs::kOnce) {
  return {number, name, FieldKind::kNumber, WireType::kVarint, occurs, kModel};
}
constexpr FieldInfo integers(uint8_t number, std::string_view name) {
  return integer(number, name, Occurs::kManyTimes);
}
constexpr FieldInfo real(uint8_t number, std::string_view name, Occurs occurs = Occurs::kOnce) {
  return {number, name, FieldKind::kNumber, WireType::kFixed32, occurs, kModel};
}
constexpr FieldInfo choice(uint8_t number, std::string_view name) {
  return {number, name, FieldKind::kEnum, WireType::kVarint, Occurs::kOnce, kModel};
}
constexpr FieldInfo one(uint8_t number, std::string_view name, MessageKind nested) {
  return {number, name, FieldKind::kMessage, WireType::kBytes, Occurs::kOnce, nested};
}
constexpr FieldInfo many(uint8_t number, std::string_view name, MessageKind nested) {
  return {number, name, FieldKind::kMessage, WireType::kBytes, Occurs::kManyTimes, nested};
}
constexpr FieldInfo payload(uint8_t number, std::string_view name, WireType element) {
  const Occurs occurs = element == WireType::kBytes ? Occurs::kOnce : Occurs::kManyTimes;
  return {number, name, FieldKind::kPayload, element, occurs, kModel};
}
constexpr FieldInfo dropped(uint8_t number, std::string_view name) {
  return {number, name, FieldKind::kDropped, WireType::kBytes, Occurs::kManyTimes, kModel};
}

constexpr FieldInfo kModelFields[] = {
    integer(1, "ir_version"),
    text(2, "producer_name"),
    text(3, "producer_version"),
    text(4, "domain"),
    integer(5, "model_version"),
    dropped(6, "doc_string"),
    one(7, "graph", kGraph),
    many(8, "opset_import", kOpsetId),
    many(14, "metadata_props", kStringPair),
    dropped(20, "training_info"),
    many(25, "functions", kFunction),
    dropped(26, "configuration"),
};
constexpr FieldInfo kGraphFields[] = {
    many(1, "node", kNode),
    text(2, "name"),
    many(5, "initializer", kTensor),
    dropped(10, "doc_string"),
    many(11, "input", kValueInfo),
    many(12, "output", kValueInfo),
    many(13, "value_info", kValueInfo),
    many(14, "quantization_annotation", kAnnotation),
    many(15, "sparse_initializer", kSparseTensor),
    many(16, "metadata_props", kStringPair),
};
constexpr FieldInfo kFunctionFields[] = {
    text(1, "name"),
    texts(4, "input"),
    texts(5, "output"),
    texts(6, "attribute"),
    many(7, "node", kNode),
    dropped(8, "doc_string"),
    many(9, "opset_import", kOpsetId),
    text(10, "domain"),
    many(11, "attribute_proto", kAttribute),
    many(12, "value_info", kValueInfo),
    text(13, "overload"),
    many(14, "metadata_props", kStringPair),
};
constexpr FieldInfo kNodeFields[] = {
    texts(1, "input"),
    texts(2, "output"),
    text(3, "name"),
    text(4, "op_type"),
    many(5, "attribute", kAttribute),
    dropped(6, "doc_string"),
    text(7, "domain"),
    text(8, "overload"),
    many(9, "metadata_props", kStringPair),
    dropped(10, "device_configurations"),
};
constexpr FieldInfo kAttributeFields[] = {
    text(1, "name"),
    real(2, "f"),
    integer(3, "i"),
    text(4, "s"),
    one(5, "t", kTensor),
    one(6, "g", kGraph),
    real(7, "floats", Occurs::kManyTimes),
    integers(8, "ints"),
    texts(9, "strings"),
    many(10, "tensors", kTensor),
    many(11, "graphs", kGraph),
    dropped(13, "doc_string"),
    one(14, "tp", kType),
    many(15, "type_protos", kType),
    choice(20, "type"),
    text(21, "ref_attr_name"),
    one(22, "sparse_tensor", kSparseTensor),
    many(23, "sparse_tensors", kSparseTensor),
};
constexpr FieldInfo kTensorFields[] = {
    integers(kTensorDims, "dims"),
    integer(kTensorDataType, "data_type"),
    one(3, "segment", kSegment),
    payload(kTensorFloatData, "float_data", WireType::kFixed32),
    payload(kTensorInt32Data, "int32_data", WireType::kVarint),
    texts(6, "string_data"),
    payload(kTensorInt64Data, "int64_data", WireType::kVarint),
    text(8, "name"),
    payload(kTensorRawData, "raw_data", WireType::kBytes),
    payload(kTensorDoubleData, "double_data", WireType::kFixed64),
    payload(kTensorUint64Data, "uint64_data", WireType::kVarint),
    dropped(12, "doc_string"),
    many(13, "external_data", kStringPair),
    choice(14, "data_location"),
    many(16, "metadata_props", kStringPair),
};
constexpr FieldInfo kSparseTensorFields[] = {one(1, "values", kTensor), one(2, "indices", kTensor),
                                             integers(3, "dims")};
constexpr FieldInfo kSegmentFields[] = {integer(1, "begin"), integer(2, "end")};
constexpr FieldInfo kValueInfoFields[] = {text(1, "name"), one(2, "type", kType), text(3, "doc_string"),
                                          many(4, "metadata_props", kStringPair)};
constexpr FieldInfo kTypeFields[] = {
    one(1, "tensor_type", kTensorType),     one(4, "sequence_type", kSequenceType),
    one(5, "map_type", kMapType),           text(6, "denotation"),
    one(7, "opaque_type", kOpaqueType),     one(8, "sparse_tensor_type", kSparseTensorType),
    one(9, "optional_type", kOptionalType),
};
constexpr FieldInfo kTensorTypeFields[] = {integer(1, "elem_type"), one(2, "shape", kShape)};
constexpr FieldInfo kElementTypeFields[] = {one(1, "elem_type", kType)};
constexpr FieldInfo kMapTypeFields[] = {integer(1, "key_type"), one(2, "value_type", kType)};
constexpr FieldInfo kOpaqueTypeFields[] = {text(1, "domain"), text(2, "name")};
constexpr FieldInfo kShapeFields[] = {many(1, "dim", kDimension)};
constexpr FieldInfo kDimensionFields[] = {integer(1, "dim_value"), text(2, "dim_param"), text(3, "denotation")};
constexpr FieldInfo kStringPairFields[] = {text(1, "key"), text(2, "value")};
constexpr FieldInfo kAnnotationFields[] = {text(1, "tensor_name"),
                                           many(2, "quant_parameter_tensor_names", kStringPair)};
constexpr FieldInfo kOpsetIdFields[] = {text(1, "domain"), integer(2, "version")};

constexpr MessageInfo kMessages[] = {
    {kModel, "ModelProto", Copying::kRewritten, sizeof(onnx::ModelProto), kModelFields},
    {kGraph, "GraphProto", Copying::kRewritten, sizeof(onnx::GraphProto), kGraphFields},
    {kFunction, "FunctionProto", Copying::kRewritten, sizeof(onnx::FunctionProto), kFunctionFields},
    {kNode, "NodeProto", Copying::kRewritten, sizeof(onnx::NodeProto), kNodeFields},
    {kAttribute, "AttributeProto", Copying::kRewritten, sizeof(onnx::AttributeProto), kAttributeFields},
    {kTensor, "TensorProto", Copying::kRewritten, sizeof(onnx::TensorProto), kTensorFields},
    {kSparseTensor, "SparseTensorProto", Copying::kRewritten, sizeof(onnx::SparseTensorProto), kSparseTensorFields},
    {kSegment, "TensorProto.Segment", Copying::kVerbatim, sizeof(onnx::TensorProto_Segment), kSegmentFields},
    {kValueInfo, "ValueInfoProto", Copying::kVerbatim, sizeof(onnx::ValueInfoProto), kValueInfoFields},
    {kType, "TypeProto", Copying::kVerbatim, sizeof(onnx::TypeProto), kTypeFields},
    {kTensorType, "TypeProto.Tensor", Copying::kVerbatim, sizeof(onnx::TypeProto_Tensor), kTensorTypeFields},
    {kSequenceType, "TypeProto.Sequence", Copying::kVerbatim, sizeof(onnx::TypeProto_Sequence), kElementTypeFields},
    {kMapType, "TypeProto.Map", Copying::kVerbatim, sizeof(onnx::TypeProto_Map), kMapTypeFields},
    {kOptionalType, "TypeProto.Optional", Copying::kVerbatim, sizeof(onnx::TypeProto_Optional), kElementTypeFields},
    {kSparseTensorType, "TypeProto.SparseTensor", Copying::kVerbatim, sizeof(onnx::TypeProto_SparseTensor),
     kTensorTypeFields},
    {kOpaqueType, "TypeProto.Opaque", Copying::kVerbatim, sizeof(onnx::TypeProto_Opaque), kOpaqueTypeFields},
    {kShape, "TensorShapeProto", Copying::kVerbatim, sizeof(onnx::TensorShapeProto), kShapeFields},
    {kDimension, "TensorShapeProto.Dimension", Copying::kVerbatim, sizeof(onnx::TensorShapeProto_Dimension),
     kDimensionFields},
    {kStringPair, "StringStringEntryProto", Copying::kVerbatim, sizeof(onnx::StringStringEntryProto),
     kStringPairFields},
    {kAnnotation, "TensorAnnotation", Copying::kVerbatim, sizeof(onnx::TensorAnnotation), kAnnotationFields},
    {kOpsetId, "OperatorSetIdProto", Copying::kVerbatim, sizeof(onnx::OperatorSetIdProto), kOpsetIdFields},
};
static_assert(std::size(kMessages) == kMessageKinds);

consteval bool rows_are_in_place() {
  for (int i = 0; i < kMessageKinds; ++i) {
    if (static_cast<int>(kMessages[i].kind) != i) return false;
    for (const FieldInfo& field : kMessages[i].fields) {
      if (field.number > kMaxFieldNumber) return false;
    }
  }
  return true;
}
static_assert(rows_are_in_place());

}  // namespace

const MessageInfo& info(MessageKind kind) { return kMessages[static_cast<int>(kind)]; }

const FieldInfo* field_of(const MessageInfo& message, uint32_t number) {
  for (const FieldInfo& field : message.fields) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

}  // namespace burin::frontend
