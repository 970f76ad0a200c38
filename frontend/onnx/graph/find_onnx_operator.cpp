#include <onnx/onnx-ml.pb.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "frontend/onnx/graph/onnx_operators.h"

namespace burin::frontend {

const OnnxOperator* find_onnx_operator(std::string_view name, int opset) {
  const std::span<const OnnxOperator> rows = onnx_operators();
  const auto key = [](const OnnxOperator& row) { return std::tuple(row.name, row.since); };
  const auto next = std::ranges::upper_bound(rows, std::tuple(name, opset), {}, key);
  if (next != rows.begin() && std::prev(next)->name == name) return &*std::prev(next);
  return next != rows.end() && next->name == name ? &*next : nullptr;
}

int attribute_type_of(char letter) {
  using onnx::AttributeProto;
  switch (letter) {
    case 'f': return AttributeProto::FLOAT;
    case 'i': return AttributeProto::INT;
    case 's': return AttributeProto::STRING;
    case 't': return AttributeProto::TENSOR;
    case 'g': return AttributeProto::GRAPH;
    case 'p': return AttributeProto::SPARSE_TENSOR;
    case 'y': return AttributeProto::TYPE_PROTO;
    case 'F': return AttributeProto::FLOATS;
    case 'I': return AttributeProto::INTS;
    case 'S': return AttributeProto::STRINGS;
    default: return AttributeProto::UNDEFINED;
  }
}

char shared_type_of(const OnnxOperator& row, int i) {
  const auto at = static_cast<size_t>(i);
  if (at < row.shared_types.size()) return row.shared_types[at];
  return row.most_operands == kAnyNumber && !row.shared_types.empty() ? row.shared_types.back() : '.';
}

}  // namespace burin::frontend
