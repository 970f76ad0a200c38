// Which function imports which ONNX operator at which version: the table behind coverage reports and `burin ops`. The rows are
// in frontend/onnx/operators.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/onnx/graph/node_import.h"

namespace burin::frontend {

// Of ai.onnx: that of the onnx package in tools/requirements.txt. A test compares it and the rows with that package.
constexpr int kNewestOpset = 28;

class ImportTable {
 public:
  // Rows in any order; no two of one operator and version.
  explicit ImportTable(std::vector<ImportRow> rows);

  // Sorted by domain, operator and version.
  std::span<const ImportRow> rows() const { return rows_; }
  // The newest row that is not newer than `opset`; null when there is none. "ai.onnx" is the domain "".
  const ImportRow* find(std::string_view domain, std::string_view op_type, int opset) const;
  // The oldest row of the operator, whatever the opset; null when burin does not know the operator at all.
  const ImportRow* oldest(std::string_view domain, std::string_view op_type) const;
  // "did you mean" for an operator that has no row: one with a similar name, or nothing. An operator that ONNX defines is not
  // misspelled: the hint then says that burin does not support it yet.
  std::string unknown_operator_hint(std::string_view domain, std::string_view op_type) const;

 private:
  std::vector<ImportRow> rows_;
};

// The one spelling of a domain that has two: "" for "ai.onnx".
inline std::string_view canonical_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

// Whether the row lists the attribute.
bool has_attribute(const ImportRow& row, std::string_view attribute);

// "did you mean" for an attribute that `defined` does not have: one with a similar name, or the opset that has it; else empty.
std::string attribute_hint(const OnnxOperator& defined, std::string_view attribute);

// "Relu", "com.microsoft.FusedGemm": an operator as users know it.
std::string operator_name(std::string_view domain, std::string_view op_type);

}  // namespace burin::frontend
