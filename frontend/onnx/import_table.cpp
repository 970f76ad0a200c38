#include "frontend/onnx/import_table.h"

#include <algorithm>
#include <tuple>

#include "frontend/onnx/closest_name.h"
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

template <class Visitor>
void for_each_attribute(std::string_view domain, std::string_view op_type, Visitor&& visit) {
  for (const ImportRow& row : import_table()) {
    if (row.domain != domain || row.op_type != op_type) continue;
    for (std::string_view rest = row.attributes; !rest.empty();) {
      const size_t end = std::min(rest.find(' '), rest.size());
      visit(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
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

bool has_attribute(std::string_view domain, std::string_view op_type, std::string_view attribute) {
  bool found = false;
  for_each_attribute(domain, op_type, [&](std::string_view name) { found |= name == attribute; });
  return found;
}

std::string similar_operator_hint(std::string_view domain, std::string_view op_type) {
  ClosestName closest(op_type);
  for (const ImportRow& row : import_table()) {
    if (row.domain == domain) closest.consider(row.op_type);
  }
  return closest.hint();
}

std::string similar_attribute_hint(std::string_view domain, std::string_view op_type, std::string_view attribute) {
  ClosestName closest(attribute);
  for_each_attribute(domain, op_type, [&](std::string_view name) { closest.consider(name); });
  return closest.hint();
}

std::string operator_name(std::string_view domain, std::string_view op_type) {
  return domain.empty() ? std::string(op_type) : std::string(domain) + "." + std::string(op_type);
}

}  // namespace burin::frontend
