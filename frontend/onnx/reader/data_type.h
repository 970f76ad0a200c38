// TensorProto.DataType, a number in the file, as an element type of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/element_type.h"
#include "ir/base/result.h"

namespace burin::frontend {

// "FLOAT", "INT4", ... as onnx-ml.proto spells it; "" for a number that is in no version of it.
std::string_view data_type_name(int32_t data_type);

// Absent for types that burin has no tensors of (strings, complex numbers); the type that holds a small one (small_element.h).
std::optional<ir::ElementType> element_type_of(int32_t data_type);
// The same with the diagnostic: `unsupported` for a type of ONNX, an input fault for a number that is none.
ir::Result<ir::ElementType> element_type_of(int32_t data_type, std::string where);

}  // namespace burin::frontend
