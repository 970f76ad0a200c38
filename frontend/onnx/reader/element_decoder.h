// From the typed fields of a TensorProto (float_data, int32_data, ...) to bytes of elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/onnx/reader/payload.h"
#include "ir/base/element_type.h"
#include "ir/base/result.h"

namespace burin::frontend {

// "raw_data", ...; `field` is one of TensorProto's.
std::string_view payload_name(uint32_t field);

// The typed field that TensorProto documents for elements of this type: int32_data for f16.
uint32_t typed_field_of(ir::ElementType type);

// Elements in these records, which are all of one typed field. Fault: bytes that are not whole elements.
ir::Result<int64_t> count_elements(std::span<const std::byte> file, std::span<const PayloadRecord> records,
                                   const std::string& where);

// `count` elements, as counted. An integer in int32_data, int64_data or uint64_data that is narrower there than its
// type allows, as signed or as unsigned number, is a fault; f16 and bf16 are their bits.
ir::Result<std::vector<std::byte>> decode_elements(std::span<const std::byte> file,
                                                   std::span<const PayloadRecord> records, ir::ElementType type,
                                                   int64_t count, const std::string& where);

}  // namespace burin::frontend
