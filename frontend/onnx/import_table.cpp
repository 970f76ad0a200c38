#include "frontend/onnx/import_table.h"

#include <algorithm>
#include <tuple>

#include "frontend/onnx/import_rows.h"

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

auto key(const ImportRow& row) { return std::tuple(row.domain, row.op_type, row.since); }

std::vector<ImportRow> sorted_rows() {
  std::vector<ImportRow> rows;
  for (const Rows family : kFamilies) {
    const std::span<const ImportRow> found = family();
    rows.insert(rows.end(), found.begin(), found.end());
  }
  std::ranges::sort(rows, {}, key);
  return rows;
}

}  // namespace

std::span<const ImportRow> import_table() {
  static const std::vector<ImportRow> rows = sorted_rows();
  return rows;
}

const ImportRow* find_import(std::string_view domain, std::string_view op_type, int opset) {
  const std::span<const ImportRow> rows = import_table();
  const auto next = std::ranges::upper_bound(rows, std::tuple(domain, op_type, opset), {}, key);
  if (next == rows.begin()) return nullptr;
  const ImportRow& row = *std::prev(next);
  return row.domain == domain && row.op_type == op_type ? &row : nullptr;
}

const ImportRow* oldest_import(std::string_view domain, std::string_view op_type) {
  const std::span<const ImportRow> rows = import_table();
  const auto first = std::ranges::lower_bound(rows, std::tuple(domain, op_type, INT32_MIN), {}, key);
  return first != rows.end() && first->domain == domain && first->op_type == op_type ? &*first : nullptr;
}

std::string operator_name(std::string_view domain, std::string_view op_type) {
  return domain.empty() ? std::string(op_type) : std::string(domain) + "." + std::string(op_type);
}

}  // namespace burin::frontend
