#include "frontend/onnx/graph/import_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "frontend/closest_name.h"
#include "frontend/onnx/graph/onnx_operators.h"

namespace burin::frontend {
namespace {

auto key(const ImportRow& row) { return std::tuple(row.domain, row.op_type, row.since); }

}  // namespace

ImportTable::ImportTable(std::vector<ImportRow> rows) : rows_(std::move(rows)) { std::ranges::sort(rows_, {}, key); }

const ImportRow* ImportTable::find(std::string_view domain, std::string_view op_type, int opset) const {
  const auto next = std::ranges::upper_bound(rows_, std::tuple(domain, op_type, opset), {}, key);
  if (next == rows_.begin()) return nullptr;
  const ImportRow& row = *std::prev(next);
  return row.domain == domain && row.op_type == op_type ? &row : nullptr;
}

const ImportRow* ImportTable::oldest(std::string_view domain, std::string_view op_type) const {
  const auto first = std::ranges::lower_bound(rows_, std::tuple(domain, op_type, INT32_MIN), {}, key);
  return first != rows_.end() && first->domain == domain && first->op_type == op_type ? &*first : nullptr;
}

bool has_attribute(const ImportRow& row, std::string_view attribute) {
  for (std::string_view rest = row.attributes; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == attribute) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::string ImportTable::unknown_operator_hint(std::string_view domain, std::string_view op_type) const {
  constexpr int kNewest = INT32_MAX;
  if (domain.empty() && find_onnx_operator(op_type, kNewest) != nullptr) {
    return fmt::format(
        "{} is an operator of ONNX that burin does not support yet; `burin ops` lists the supported ones", op_type);
  }
  ClosestName closest(op_type);
  for (const ImportRow& row : rows_) {
    if (row.domain == domain) closest.consider(row.op_type);
  }
  return closest.hint();
}

std::string attribute_hint(const OnnxOperator& defined, std::string_view attribute) {
  ClosestName closest(attribute);
  for_each_attribute(defined, [&](const OnnxAttribute& known) { closest.consider(known.name); });
  if (std::string hint = closest.hint(); !hint.empty()) return hint;
  for (const OnnxOperator& row : onnx_operators()) {
    bool has = false;
    if (row.name == defined.name)
      for_each_attribute(row, [&](const OnnxAttribute& known) { has |= known.name == attribute; });
    if (has) return fmt::format("{} has it at opset {}, but not at the model's", row.name, row.since);
  }
  return {};
}

std::string operator_name(std::string_view domain, std::string_view op_type) {
  return domain.empty() ? std::string(op_type) : std::string(domain) + "." + std::string(op_type);
}

}  // namespace burin::frontend
