// Which function imports which ONNX operator at which version: the table behind coverage reports and `burin ops`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "frontend/onnx/node_import.h"

namespace burin::frontend {

// Of ai.onnx: that of the onnx package in tools/requirements.txt. A test compares it and the rows with that package.
constexpr int kNewestOpset = 28;

// Sorted by domain, operator and version.
std::span<const ImportRow> import_table();

// The newest row that is not newer than `opset`; null when there is none. "ai.onnx" is the domain "".
const ImportRow* find_import(std::string_view domain, std::string_view op_type, int opset);
// The oldest row of the operator, whatever the opset; null when burin does not know the operator at all.
const ImportRow* oldest_import(std::string_view domain, std::string_view op_type);

// Whether the row lists the attribute.
bool has_attribute(const ImportRow& row, std::string_view attribute);

// What someone may have meant by an operator that burin does not import: an operator with a similar name, or nothing. An operator
// of ONNX's own is no misspelling; the hint then says that burin does not support it yet.
std::string unknown_operator_hint(std::string_view domain, std::string_view op_type);
// The same for an attribute that `defined` does not have.
std::string attribute_hint(const OnnxOperator& defined, std::string_view attribute);

// "Relu", "com.microsoft.FusedGemm": an operator as users know it.
std::string operator_name(std::string_view domain, std::string_view op_type);

}  // namespace burin::frontend
