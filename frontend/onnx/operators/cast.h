// Making values of the element types that burin holds in wider ones (small_element.h).
#pragma once

#include "frontend/onnx/graph/node_import.h"
#include "frontend/onnx/reader/small_element.h"

namespace burin::frontend {

// What a float beyond the greatest becomes: that one, or the infinity or NaN that the format has.
enum class Overflow : uint8_t { kSaturate, kByFormat };

// x rounded to the values of a small float, held in its type.
ir::ValueId rounded_to(NodeImport& node, ir::ValueId x, const SmallElement& small, Overflow overflow);
// x, of the type that holds a small integer, brought to its range.
ir::ValueId saturated_to(NodeImport& node, ir::ValueId x, const SmallElement& small);

}  // namespace burin::frontend
