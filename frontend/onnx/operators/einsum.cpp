// Einsum: the equation made explicit, ellipses spelled out, and more than two operands contracted from the left.
#include <algorithm>
#include <array>

#include "frontend/onnx/operators/rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::Result;
using ir::Status;
using ir::ValueId;

// The labels of each operand and of the result.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

constexpr std::string_view kEllipsis = "...";
// What the dimensions of an ellipsis are called, from the last one on: digits, which no equation uses.
constexpr char kFirstEllipsisLabel = '0';
constexpr int kMostEllipsisDimensions = 10;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// `term` with its ellipsis replaced by `dimensions` labels.
std::string spelled_out(const std::string& term, int dimensions) {
  const size_t at = term.find(kEllipsis);
  if (at == std::string::npos) return term;
  std::string labels;
  for (int d = dimensions; d-- > 0;) labels += static_cast<char>(kFirstEllipsisLabel + d);
  return term.substr(0, at) + labels + term.substr(at + kEllipsis.size());
}

// How many dimensions the ellipsis of `term` stands for in a tensor of `rank`; 0 without one.
Result<int> ellipsis_rank(const NodeImport& node, const std::string& term, int rank) {
  const size_t at = term.find(kEllipsis);
  const std::string letters = at == std::string::npos ? term : term.substr(0, at) + term.substr(at + kEllipsis.size());
  const int dimensions = rank - static_cast<int>(letters.size());
  const bool fits =
      at == std::string::npos ? dimensions == 0 : dimensions >= 0 && dimensions <= kMostEllipsisDimensions;
  if (fits && std::ranges::all_of(letters, is_letter)) return dimensions;
  return node.fault("attribute-value", "attribute \"equation\": expected letters for {} dimensions, found \"{}\"", rank,
                    term);
}

// Without an arrow the result has the ellipsis, then every label that occurs once, in alphabetical order.
std::string implicit_result(const std::vector<std::string>& operands, int ellipsis_dimensions) {
  std::string all;
  for (const std::string& labels : operands) all += labels;
  std::string once;
  for (char label : all) {
    if (is_letter(label) && std::ranges::count(all, label) == 1) once += label;
  }
  std::ranges::sort(once);
  return spelled_out(std::string(kEllipsis), ellipsis_dimensions) + once;
}

Result<Equation> parsed(const NodeImport& node) {
  std::string text = node.text("equation", "");
  std::erase(text, ' ');
  const size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow) + ",";
  Equation equation;
  int ellipsis_dimensions = 0;
  for (size_t comma = left.find(','); comma != std::string::npos; comma = left.find(',')) {
    const auto i = static_cast<int>(equation.operands.size());
    const std::string term = left.substr(0, comma);
    left.erase(0, comma + 1);
    if (i >= node.operand_count()) break;
    Result<int> dimensions = ellipsis_rank(node, term, node.rank(i));
    if (!dimensions) return dimensions.faults();
    ellipsis_dimensions = std::max(ellipsis_dimensions, *dimensions);
    equation.operands.push_back(spelled_out(term, *dimensions));
  }
  if (static_cast<int>(equation.operands.size()) != node.operand_count() || !left.empty()) {
    return node.fault("attribute-value", "attribute \"equation\": expected {} operands, found \"{}\"",
                      node.operand_count(), text);
  }
  equation.result = arrow == std::string::npos ? implicit_result(equation.operands, ellipsis_dimensions)
                                               : spelled_out(text.substr(arrow + 2), ellipsis_dimensions);
  return equation;
}

// The labels of `a` and `b` that the result or a later operand still needs.
std::string needed_labels(const Equation& equation, const std::string& a, const std::string& b, size_t next) {
  std::string later = equation.result;
  for (size_t i = next; i < equation.operands.size(); ++i) later += equation.operands[i];
  std::string needed;
  for (char label : a + b) {
    if (later.find(label) != std::string::npos && needed.find(label) == std::string::npos) needed += label;
  }
  return needed;
}

Status import_einsum(NodeImport& node) {
  Result<Equation> equation = parsed(node);
  if (!equation) return equation.faults();
  const auto emit = [&](std::vector<ValueId> operands, std::string text) {
    return node.emit(ir::kEinsum, std::move(operands), Attributes(ir::Einsum{std::move(text)}));
  };
  ValueId value = node.operand(0);
  std::string labels = equation->operands[0];
  if (equation->operands.size() == 1) value = emit({value}, labels + "->" + equation->result);
  for (size_t i = 1; i < equation->operands.size(); ++i) {
    const std::string& right = equation->operands[i];
    const bool last = i + 1 == equation->operands.size();
    const std::string kept = last ? equation->result : needed_labels(*equation, labels, right, i + 1);
    value = emit({value, node.operand(static_cast<int>(i))}, labels + "," + right + "->" + kept);
    labels = kept;
  }
  node.set_result(0, value);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({{"", "Einsum", 12, import_einsum, "11*"}});

}  // namespace

std::span<const ImportRow> einsum_rows() { return kRows; }

}  // namespace burin::frontend
