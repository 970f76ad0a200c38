// Einstein summation over explicit labels: one nest whose parallel axes are the result's labels.
#include <map>

#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// "ij,jk->ik": the labels of each operand, then those of the result.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

Equation parsed(const std::string& text) {
  Equation equation;
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  if (arrow != std::string::npos) equation.result = text.substr(arrow + 2);
  for (size_t at = 0;;) {
    const size_t comma = left.find(',', at);
    equation.operands.push_back(left.substr(at, comma - at));
    if (comma == std::string::npos) return equation;
    at = comma + 1;
  }
}

Status require_equation(const Inference& op, const Equation& equation) {
  const std::string& text = op.attributes<Einsum>().equation;
  const auto fault = [&](std::string_view expected) {
    return op.fault("attribute-value", "attribute \"equation\": expected {}, found \"{}\"", expected, text);
  };
  if (text.find("->") == std::string::npos) return fault("an arrow");
  if (static_cast<int>(equation.operands.size()) != op.operand_count())
    return fault(fmt::format("{} operands", op.operand_count()));
  std::string labels;
  for (int i = 0; i < op.operand_count(); ++i) {
    if (!op.has(i)) return op.fault("operand-count", "operand {}: expected a tensor, found none", i);
    const std::string& held = equation.operands[static_cast<size_t>(i)];
    if (static_cast<int>(held.size()) != op.rank(i))
      return fault(fmt::format("{} labels for operand {}", op.rank(i), i));
    if (Status status = op.require_same_element(0, i); !status) return status;
    labels += held;
  }
  for (size_t i = 0; i < equation.result.size(); ++i) {
    const char label = equation.result[i];
    if (labels.find(label) == std::string::npos) return fault("labels of operands in the result");
    if (equation.result.find(label, i + 1) != std::string::npos) return fault("each label once in the result");
  }
  return {};
}

using Extents = std::map<char, Expr>;

// Broadcasts the extent that `label` has so far with `dimension`. False when the two can never agree.
bool widen_label(Extents& extents, char label, Expr dimension, std::vector<RelatedDimensions>& assumed) {
  Expr& extent = extents[label];
  const std::optional<Shape> wider = broadcast({extent.valid() ? extent : dimension}, {dimension}, assumed);
  if (wider) extent = wider->front();
  return wider.has_value();
}

Status infer_einsum(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  const Equation equation = parsed(op.attributes<Einsum>().equation);
  if (Status status = require_equation(op, equation); !status) return status;
  Extents extents;
  std::vector<RelatedDimensions> assumed;
  for (int i = 0; i < op.operand_count(); ++i) {
    const std::string& labels = equation.operands[static_cast<size_t>(i)];
    for (size_t d = 0; d < labels.size(); ++d) {
      if (widen_label(extents, labels[d], op.shape(i)[d], assumed)) continue;
      return op.require_dimension(i, d, extents.at(labels[d]), fmt::format("label {}", labels[d]));
    }
  }
  if (Status status = op.require(assumed, "dimensions of one label"); !status) return status;
  Shape shape;
  for (char label : equation.result) shape.push_back(extents.at(label));
  op.set_result(0, op.element(0), std::move(shape));
  return {};
}

// y[result labels] = sum over the other labels of the product of all operands
void lower_einsum(Lowering& op) {
  const Equation equation = parsed(op.attributes<Einsum>().equation);
  Extents extents;
  std::vector<RelatedDimensions> assumed;  // known to hold by now
  for (int i = 0; i < op.operand_count(); ++i) {
    const std::string& labels = equation.operands[static_cast<size_t>(i)];
    for (size_t d = 0; d < labels.size(); ++d) widen_label(extents, labels[d], op.shape(i)[d], assumed);
  }
  NestBuilder nest = op.nest();
  std::map<char, Expr> axes;
  for (char label : equation.result) axes[label] = parallel_axis(nest, std::string(1, label), extents.at(label));
  for (const std::string& labels : equation.operands) {
    for (char label : labels) {
      if (!axes.contains(label)) axes[label] = reduction_axis(nest, std::string(1, label), extents.at(label));
    }
  }
  std::vector<Expr> factors;
  for (size_t i = 0; i < equation.operands.size(); ++i) {
    std::vector<Expr> index;
    Shape to;
    for (char label : equation.operands[i]) {
      index.push_back(axes.at(label));
      to.push_back(extents.at(label));
    }
    factors.push_back(widen(op.broadcast_at(static_cast<int>(i), index, to)));
  }
  const Expr last = factors.back();
  factors.pop_back();
  Expr product = factors.empty() ? Expr() : factors.front();
  for (size_t i = 1; i < factors.size(); ++i) product = product * factors[i];
  const Expr sum = nest.accumulate(zero(op.pool(), last->type.element),
                                   [&](Expr acc) { return product.valid() ? fma(product, last, acc) : acc + last; });
  std::vector<Expr> at;
  for (char label : equation.result) at.push_back(axes.at(label));
  nest.write(op.result(0), at, narrow(sum, op.result_element(0)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kEinsum{
    .name = "einsum",
    .doc = "The sum, over the labels that the result lacks, of the product of the operands. ONNX Einsum.",
    .most_operands = INT32_MAX,
    .schema = &schema_of<Einsum>,
    .infer = infer_einsum,
    .lower = lower_einsum};

}  // namespace burin::ir
