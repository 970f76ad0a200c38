// The rows of the import table, by family: `<family>_rows()` is defined in frontend/onnx/operators/<family>.cpp, next to the
// functions that its rows name. To find an operator's file, look for its name in quotes there. all.cpp puts the rows together.
#pragma once

#include <span>

#include "frontend/onnx/graph/node_import.h"

namespace burin::frontend {

std::span<const ImportRow> activation_rows();
std::span<const ImportRow> attention_rows();
std::span<const ImportRow> attention_microsoft_rows();
std::span<const ImportRow> cast_rows();
std::span<const ImportRow> contraction_rows();
std::span<const ImportRow> control_rows();
std::span<const ImportRow> einsum_rows();
std::span<const ImportRow> elementwise_rows();
std::span<const ImportRow> gather_rows();
std::span<const ImportRow> group_query_rows();
std::span<const ImportRow> loss_rows();
std::span<const ImportRow> movement_rows();
std::span<const ImportRow> normalization_rows();
std::span<const ImportRow> order_rows();
std::span<const ImportRow> pool_rows();
std::span<const ImportRow> quantize_rows();
std::span<const ImportRow> quantized_math_rows();
std::span<const ImportRow> recurrent_rows();
std::span<const ImportRow> reduce_rows();
std::span<const ImportRow> resize_rows();
std::span<const ImportRow> sequence_rows();
std::span<const ImportRow> shape_rows();
std::span<const ImportRow> signal_rows();

}  // namespace burin::frontend
