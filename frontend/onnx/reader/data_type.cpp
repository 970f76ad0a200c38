#include "frontend/onnx/reader/data_type.h"

#include <iterator>
#include <utility>

#include "frontend/onnx/reader/small_element.h"

namespace burin::frontend {
namespace {

using ir::ElementType;

struct Row {
  std::string_view name;
  std::optional<ElementType> type;
};

// By TensorProto.DataType.
constexpr Row kDataTypes[] = {
    {"UNDEFINED", {}},
    {"FLOAT", ElementType::kF32},
    {"UINT8", ElementType::kU8},
    {"INT8", ElementType::kI8},
    {"UINT16", ElementType::kU16},
    {"INT16", ElementType::kI16},
    {"INT32", ElementType::kI32},
    {"INT64", ElementType::kI64},
    {"STRING", {}},
    {"BOOL", ElementType::kBool},
    {"FLOAT16", ElementType::kF16},
    {"DOUBLE", ElementType::kF64},
    {"UINT32", ElementType::kU32},
    {"UINT64", ElementType::kU64},
    {"COMPLEX64", {}},
    {"COMPLEX128", {}},
    {"BFLOAT16", ElementType::kBF16},
    {"FLOAT8E4M3FN", {}},
    {"FLOAT8E4M3FNUZ", {}},
    {"FLOAT8E5M2", {}},
    {"FLOAT8E5M2FNUZ", {}},
    {"UINT4", {}},
    {"INT4", {}},
    {"FLOAT4E2M1", {}},
    {"FLOAT8E8M0", {}},
    {"UINT2", {}},
    {"INT2", {}},
    {"FLOAT6E2M3", {}},
    {"FLOAT6E3M2", {}},
};
constexpr int32_t kRows = static_cast<int32_t>(std::size(kDataTypes));

}  // namespace

std::string_view data_type_name(int32_t data_type) {
  return data_type >= 0 && data_type < kRows ? kDataTypes[data_type].name : std::string_view();
}

std::optional<ElementType> element_type_of(int32_t data_type) {
  if (const SmallElement* small = small_element(data_type)) return small->held;
  return data_type >= 0 && data_type < kRows ? kDataTypes[data_type].type : std::nullopt;
}

ir::Result<ElementType> element_type_of(int32_t data_type, std::string where) {
  if (std::optional<ElementType> type = element_type_of(data_type)) return *type;
  if (data_type <= 0 || data_type >= kRows) {
    return ir::input_fault("unknown-data-type", std::move(where), "expected a data type from 1 to {}, found {}",
                           kRows - 1, data_type);
  }
  return ir::unsupported("unsupported-data-type", std::move(where),
                         "expected a boolean, an integer or a float of at most 64 bits, found {}",
                         data_type_name(data_type));
}

}  // namespace burin::frontend
