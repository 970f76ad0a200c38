#include "frontend/onnx/operators/all.h"

#include <span>
#include <vector>

#include "frontend/onnx/operators/rows.h"

namespace burin::frontend {
namespace {

using Rows = std::span<const ImportRow> (*)();
// clang-format off
constexpr Rows kFamilies[] = {
    activation_rows,
    attention_rows,
    attention_microsoft_rows,
    cast_rows,
    contraction_rows,
    control_rows,
    einsum_rows,
    elementwise_rows,
    gather_rows,
    group_query_rows,
    loss_rows,
    movement_rows,
    normalization_rows,
    order_rows,
    pool_rows,
    quantize_rows,
    quantized_math_rows,
    recurrent_rows,
    reduce_rows,
    resize_rows,
    sequence_rows,
    shape_rows,
    signal_rows,
};
// clang-format on

std::vector<ImportRow> all_rows() {
  std::vector<ImportRow> rows;
  for (const Rows family : kFamilies) {
    const std::span<const ImportRow> found = family();
    rows.insert(rows.end(), found.begin(), found.end());
  }
  return rows;
}

}  // namespace

const ImportTable& onnx_import_table() {
  static const ImportTable table(all_rows());
  return table;
}

}  // namespace burin::frontend
