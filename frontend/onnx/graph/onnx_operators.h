// What ONNX itself says of its operators, for every version: how many operands and results they have, which operands share an
// element type, and attributes with their types.
// What burin makes of them is in the import table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace burin::frontend {

inline constexpr int kAnyNumber = 255;

// One row holds from version `since` on to the operator's next row. Sorted by name and version.
struct OnnxOperator {
  std::string_view name;
  int since;
  int least_operands, most_operands;  // kAnyNumber: no limit
  int least_results, most_results;
  // "a.ab": a letter per operand. Operands with the same one have the same element type, "." is a type of its own. Where any
  // number of operands may follow, the last letter is theirs; otherwise operands beyond the text have types of their own.
  std::string_view shared_types;
  // `axis:i! mode:s`: name and type, with ! where the attribute must be there. Types: f i s t g p y are FLOAT, INT, STRING,
  // TENSOR, GRAPH, SPARSE_TENSOR and TYPE_PROTO; F I S are lists.
  std::string_view attributes;
};

std::span<const OnnxOperator> onnx_operators();

// The row in force at `opset`; null for an operator that is not ONNX's. ONNX Runtime has some operators before ONNX does: older
// opsets get the first row.
const OnnxOperator* find_onnx_operator(std::string_view name, int opset);

// The letter of operand `i` in OnnxOperator::shared_types; '.' where it shares its type with none.
char shared_type_of(const OnnxOperator& row, int i);

struct OnnxAttribute {
  std::string_view name;
  int type;  // an AttributeProto.AttributeType
  bool is_required;
};

// Calls `visit(OnnxAttribute)` for each attribute of the row.
template <class Visitor>
void for_each_attribute(const OnnxOperator& row, Visitor&& visit);

// The type that a letter of OnnxOperator::attributes stands for.
int attribute_type_of(char letter);

template <class Visitor>
void for_each_attribute(const OnnxOperator& row, Visitor&& visit) {
  for (std::string_view rest = row.attributes; !rest.empty();) {
    const size_t end = rest.find(' ') == std::string_view::npos ? rest.size() : rest.find(' ');
    const std::string_view word = rest.substr(0, end);
    const size_t colon = word.find(':');
    visit(OnnxAttribute{word.substr(0, colon), attribute_type_of(word[colon + 1]), word.ends_with('!')});
    rest.remove_prefix(end == rest.size() ? end : end + 1);
  }
}

}  // namespace burin::frontend
