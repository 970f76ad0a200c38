// Losses of classification.
#include <array>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::Status;
using ir::ValueId;

ValueId sum_of_all(NodeImport& node, ValueId value) {
  if (!value.valid()) return {};
  ir::Reduce all;
  for (size_t d = 0; d < node.type(value).shape.size(); ++d) all.axes.push_back(static_cast<int64_t>(d));
  return node.emit(ir::kReduceSum, {value}, Attributes(all));
}

// The loss of log-probabilities `x`, as it is or reduced; the mean is over the weights counted.
Status import_loss(NodeImport& node, ValueId x) {
  if (!x.valid()) return {};
  const std::string reduction = node.text("reduction", "mean");
  if (reduction != "mean" && reduction != "sum" && reduction != "none") {
    return node.fault("attribute-value", "attribute \"reduction\": expected none, sum or mean, found \"{}\"",
                      reduction);
  }
  const ir::LogLikelihood likelihood{node.has_attribute("ignore_index"), node.integer("ignore_index", 0)};
  const std::vector<ValueId> results =
      node.emit_many(ir::kLogLikelihood, {x, node.operand(1), node.operand(2)}, Attributes(likelihood), 2);
  if (reduction == "none") {
    node.set_result(0, results[0]);
    return {};
  }
  const ValueId total = sum_of_all(node, results[0]);
  node.set_result(0, reduction == "sum" ? total : node.emit(ir::kDiv, {total, sum_of_all(node, results[1])}));
  return {};
}

Status import_log_likelihood(NodeImport& node) { return import_loss(node, node.operand(0)); }

Status import_cross_entropy(NodeImport& node) {
  const ValueId x = node.emit(ir::kLogSoftmax, {node.operand(0)}, Attributes(ir::OverAxes{{1}}));
  if (Status status = import_loss(node, x); !status) return status;
  node.set_result(1, x);
  return {};
}

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "NegativeLogLikelihoodLoss", 12, import_log_likelihood, "11?"},
    {"", "SoftmaxCrossEntropyLoss", 12, import_cross_entropy, "11?"},
});

}  // namespace

std::span<const ImportRow> loss_rows() { return kRows; }

}  // namespace burin::frontend
