// Recurrent layers.
#include <algorithm>
#include <array>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Attributes;
using ir::OpInfo;
using ir::Result;
using ir::Status;
using ir::ValueId;

// An activation's name in lower case, and its parameters where the node gives none.
struct Activation {
  std::string_view name;
  bool takes_alpha, takes_beta;
  double alpha, beta;
};

constexpr auto kActivations = std::to_array<Activation>({
    {"affine", true, true, 1, 0},
    {"elu", true, false, 1, 0},
    {"hardsigmoid", true, true, 0.2, 0.5},
    {"leakyrelu", true, false, 0.01, 0},
    {"relu", false, false, 0, 0},
    {"scaledtanh", true, true, 1, 1},
    {"sigmoid", false, false, 0, 0},
    {"softplus", false, false, 0, 0},
    {"softsign", false, false, 0, 0},
    {"tanh", false, false, 0, 0},
    {"thresholdedrelu", true, false, 1, 0},
});

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// Given parameters belong to the functions that take one, in order.
Status add_activations(const NodeImport& node, const std::vector<std::string>& names, ir::Recurrent& recurrent) {
  const std::vector<double> alphas = node.numbers("activation_alpha");
  const std::vector<double> betas = node.numbers("activation_beta");
  size_t next_alpha = 0;
  size_t next_beta = 0;
  for (const std::string& name : names) {
    const std::string lower = lower_case(name);
    const auto found = std::ranges::find(kActivations, lower, &Activation::name);
    if (found == kActivations.end())
      return node.not_supported("attribute \"activations\": function \"{}\" is not supported", name);
    recurrent.activations += (recurrent.activations.empty() ? "" : ",") + lower;
    recurrent.alphas.push_back(found->takes_alpha && next_alpha < alphas.size() ? alphas[next_alpha++] : found->alpha);
    recurrent.betas.push_back(found->takes_beta && next_beta < betas.size() ? betas[next_beta++] : found->beta);
  }
  return {};
}

Result<ir::Recurrent> recurrent_attributes(const NodeImport& node, const std::vector<std::string>& defaults) {
  ir::Recurrent recurrent;
  recurrent.direction = lower_case(node.text("direction", "forward"));
  recurrent.clip = node.number("clip", 0);
  recurrent.linear_before_reset = node.flag("linear_before_reset", false);
  recurrent.input_forget = node.flag("input_forget", false);
  std::vector<std::string> names = node.texts("activations");
  if (names.empty()) names = defaults;
  if (recurrent.direction == "bidirectional" && names.size() == defaults.size()) {
    const std::vector<std::string> forward = names;
    names.insert(names.end(), forward.begin(), forward.end());
  }
  if (Status status = add_activations(node, names, recurrent); !status) return status.faults();
  return recurrent;
}

// Operand `i`, whose first two dimensions are exchanged where the batch comes first.
ValueId steps_first(NodeImport& node, int i) {
  const bool batch_first = node.flag("layout", false);
  if (!batch_first || !node.has(i) || node.rank(i) != 3) return node.operand(i);
  return emit_transpose(node, node.operand(i), {1, 0, 2});
}

// `states` is how many states the cell has; they are operands from 5 on and results from 1 on.
Status import_recurrent(NodeImport& node, const OpInfo& op, const std::vector<std::string>& defaults, int states) {
  Result<ir::Recurrent> recurrent = recurrent_attributes(node, defaults);
  if (!recurrent) return recurrent.faults();
  std::vector<ValueId> operands{steps_first(node, 0), node.operand(1), node.operand(2), node.operand(3),
                                node.operand(4)};
  for (int i = 0; i < states; ++i) operands.push_back(steps_first(node, 5 + i));
  if (states == 2) operands.push_back(node.operand(7));  // peepholes
  const std::vector<ValueId> results =
      node.emit_many(op, std::move(operands), Attributes(*std::move(recurrent)), states + 1);
  const bool batch_first = node.flag("layout", false);
  if (!results[0].valid()) return {};
  if (node.wants(0)) node.set_result(0, batch_first ? emit_transpose(node, results[0], {2, 0, 1, 3}) : results[0]);
  for (int i = 1; i <= states; ++i) {
    const ValueId state = results[static_cast<size_t>(i)];
    if (node.wants(i)) node.set_result(i, batch_first ? emit_transpose(node, state, {1, 0, 2}) : state);
  }
  return {};
}

Status import_rnn(NodeImport& node) { return import_recurrent(node, ir::kRnn, {"tanh"}, 1); }
Status import_gru(NodeImport& node) { return import_recurrent(node, ir::kGru, {"sigmoid", "tanh"}, 1); }
Status import_lstm(NodeImport& node) { return import_recurrent(node, ir::kLstm, {"sigmoid", "tanh", "tanh"}, 2); }

constexpr auto kRows = std::to_array<ImportRow>({
    {"", "GRU", 1, import_gru, "111???"},
    {"", "LSTM", 1, import_lstm, "111?????"},
    {"", "RNN", 1, import_rnn, "111???"},
});

}  // namespace

std::span<const ImportRow> recurrent_rows() { return kRows; }

}  // namespace burin::frontend
