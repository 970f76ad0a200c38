#include "passes/fold_constants.h"

#include <algorithm>

#include "ir/graph/op.h"
#include "ir/run/evaluate.h"
#include "passes/lower_graph.h"
#include "passes/point_count.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostElements = int64_t{1} << 24;  // of operands and results together
constexpr int64_t kMostGrowth = 1 << 16;             // elements that a result may have beyond its operands'

// Points that may be evaluated in one graph: some, about a third of a second, and more for each element of a constant.
constexpr int64_t kMostPoints = int64_t{1} << 26;
constexpr int64_t kPointsPerElement = 16;

int64_t points_allowed(const Graph& graph) {
  int64_t elements = 0;
  for (const Value& value : graph.values) {
    // A splat is one number however large it is.
    if (value.constant && !value.constant->splat) elements += value.constant->element_count();
  }
  return kMostPoints + elements * kPointsPerElement;
}

bool is_foldable(const Graph& graph, const Op& op) {
  if (op.info->lower == nullptr || !op.regions.empty()) return false;
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

class Folding {
 public:
  Folding(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), points_left_(points_allowed(graph)) {}

  Status run(Region& region) {
    std::vector<OpId> kept;
    for (OpId id : region.ops) {
      const Op& op = graph_.ops[id];
      const Result<bool> folded = is_known(op) ? true : is_foldable(graph_, op) ? evaluate_op(id) : false;
      if (!folded) return folded.faults();
      if (!*folded) {
        kept.push_back(id);
        continue;
      }
      for (ValueId result : op.results) graph_.values[result].definition = {};  // a constant has none
    }
    region.ops = std::move(kept);
    return {};
  }

 private:
  // Makes results whose elements are known constants; true when that are all.
  bool is_known(const Op& op) {
    bool known = true;
    for (ValueId result : op.results) {
      if (std::optional<Literal> literal = literal_of_elements(graph_.values[result]))
        graph_.values[result].constant = std::move(literal);
      known &= graph_.values[result].constant.has_value();
    }
    return known;
  }

  // True when the results have become constants.
  Result<bool> evaluate_op(OpId id) {
    const Op& op = graph_.ops[id];
    std::vector<Literal> operands;
    for (ValueId operand : op.operands) {
      if (operand.valid()) operands.push_back(*graph_.values[operand].constant);
    }
    const Result<Program> program = lower_op(graph_, id);
    if (!program) return program.faults();
    const int64_t points = points_of(*program);
    if (points > points_left_) return decline(op, fmt::format("it would take {} steps", points));
    points_left_ -= points;
    const Result<Evaluation> evaluation = evaluate(*program, operands);
    if (!evaluation) return decline(op, text_of(evaluation.faults()));
    for (size_t i = 0; i < op.results.size(); ++i) graph_.values[op.results[i]].constant = evaluation->outputs[i];
    return true;
  }

  bool decline(const Op& op, std::string_view why) const {
    context_.explain(fmt::format("fold-constants: declined {}: {}", op.origin, why));
    return false;
  }

  Graph& graph_;
  const PassContext& context_;
  int64_t points_left_;
};

}  // namespace

Status fold_constants(Graph& graph, const PassContext& context) {
  Folding folding(graph, context);
  for (Region& region : graph.regions) {
    if (Status status = folding.run(region); !status) return status;
  }
  return {};
}

}  // namespace burin::passes
