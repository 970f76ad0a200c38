#include "passes/fold_constants.h"

#include <algorithm>

#include "ir/evaluate.h"
#include "ir/op.h"
#include "passes/lower_graph.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostElements = int64_t{1} << 24;  // of operands and results together
constexpr int64_t kMostGrowth = 1 << 16;             // elements that a result may have beyond its operands'

bool is_foldable(const Graph& graph, const Op& op) {
  if (op.info->effect != Effect::kPure || op.info->lower == nullptr || !op.regions.empty()) return false;
  int64_t read = 0;
  for (ValueId operand : op.operands) {
    if (!operand.valid()) continue;
    const Value& value = graph.values[operand];
    if (!value.constant) return false;
    read += std::min(value.constant->element_count(), kMostElements + 1);
  }
  int64_t written = 0;
  for (ValueId result : op.results) {
    const std::optional<int64_t> count = static_element_count(graph.values[result].type.shape);
    if (!count) return false;
    written += std::min(*count, kMostElements + 1);
  }
  return read + written <= kMostElements && written <= read + kMostGrowth;
}

// A tensor whose elements are all known numbers is a constant whatever computed it.
std::optional<Literal> literal_of_elements(const Value& value) {
  if (value.constant || !value.elements || is_float(value.type.element)) return std::nullopt;
  const std::optional<std::vector<int64_t>> dims = static_dims(value.type.shape);
  if (!dims) return std::nullopt;
  const auto size = static_cast<size_t>(size_of(value.type.element));
  std::vector<std::byte> bytes(value.elements->size() * size);
  for (size_t i = 0; i < value.elements->size(); ++i) {
    const std::optional<int64_t> number = constant_integer((*value.elements)[i]);
    if (!number) return std::nullopt;
    Scalar scalar;
    scalar.integer = *number;
    store_scalar(bytes.data() + i * size, value.type.element, scalar);
  }
  return make_literal(value.type.element, *dims, std::move(bytes));
}

}  // namespace

Status fold_constants(Graph& graph, const PassContext& context) {
  for (Region& region : graph.regions) {
    std::vector<OpId> kept;
    for (OpId id : region.ops) {
      const Op& op = graph.ops[id];
      bool folded = true;
      for (ValueId result : op.results) {
        if (std::optional<Literal> known = literal_of_elements(graph.values[result]))
          graph.values[result].constant = std::move(known);
        folded &= graph.values[result].constant.has_value();
      }
      if (!folded && is_foldable(graph, op)) {
        std::vector<Literal> operands;
        for (ValueId operand : op.operands) {
          if (operand.valid()) operands.push_back(*graph.values[operand].constant);
        }
        Result<Program> program = lower_op(graph, id);
        if (!program) return program.faults();
        Result<Evaluation> evaluation = evaluate(*program, operands);
        if (evaluation) {
          for (size_t i = 0; i < op.results.size(); ++i) graph.values[op.results[i]].constant = evaluation->outputs[i];
          folded = true;
        } else {
          context.explain(fmt::format("fold-constants: declined {}: {}", op.origin, text_of(evaluation.faults())));
        }
      }
      if (!folded) {
        kept.push_back(id);
        continue;
      }
      for (ValueId result : op.results) graph.values[result].definition = {};  // a constant has none
    }
    region.ops = std::move(kept);
  }
  return {};
}

}  // namespace burin::passes
