// One op on small numbers: inferred, lowered to its nests and evaluated, as a model would be.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/graph/op.h"
#include "ir/run/evaluate.h"

namespace burin::ir {

inline Literal numbers(ElementType element, std::vector<int64_t> dims, std::vector<double> values) {
  std::vector<std::byte> bytes(values.size() * static_cast<size_t>(size_of(element)));
  for (size_t i = 0; i < values.size(); ++i) {
    Scalar value;
    value.number = values[i];
    store_scalar(bytes.data() + i * static_cast<size_t>(size_of(element)), element,
                 convert(value, ElementType::kF64, element));
  }
  return make_literal(element, std::move(dims), std::move(bytes));
}
inline Literal floats(std::vector<int64_t> dims, std::vector<double> values) {
  return numbers(ElementType::kF32, std::move(dims), std::move(values));
}
inline Literal integers(std::vector<int64_t> dims, std::vector<double> values) {
  return numbers(ElementType::kI64, std::move(dims), std::move(values));
}

inline std::vector<double> values_of(const Literal& literal) {
  std::vector<double> values;
  for (int64_t i = 0; i < literal.element_count(); ++i) {
    const Scalar value = literal.at(i);
    values.push_back(is_float(literal.element) ? value.number : static_cast<double>(value.integer));
  }
  return values;
}

// The results of `info` on `operands`; one with no bytes and no dimensions is an operand left out. Expressions in the
// attributes are of `pool`.
inline Result<std::vector<Literal>> evaluate_op(const OpInfo& info, std::span<const Literal> operands,
                                                Attributes attributes = {},
                                                std::shared_ptr<ExprPool> pool = std::make_shared<ExprPool>()) {
  Graph graph;
  graph.pool = std::move(pool);
  graph.body = graph.regions.add({});
  std::vector<ValueId> values;
  for (const Literal& operand : operands) {
    const std::string name = "x" + std::to_string(values.size());
    values.push_back(operand.bytes.empty() && operand.dims.empty() ? ValueId{} : graph.add_constant(name, operand));
  }
  std::vector<std::string> names;
  for (int i = 0; i < info.results; ++i) names.push_back("y" + std::to_string(i));
  const OpId id = graph.add_op(graph.body, info, std::move(values), std::move(attributes), std::move(names), "op");
  if (Status status = infer_types(graph, id); !status) return status.faults();

  Program program;
  program.pool = graph.pool;
  const auto tensor = [&](ValueId value) {
    const Value& held = graph.values[value];
    const TensorId added = program.add_tensor(held.name, held.type.element, held.type.shape);
    program.tensors[added].constant = held.constant;
    return added;
  };
  std::vector<TensorId> sources, results;
  for (ValueId value : graph.ops[id].operands) sources.push_back(value.valid() ? tensor(value) : TensorId{});
  for (ValueId value : graph.ops[id].results) results.push_back(tensor(value));
  program.outputs = results;
  Lowering lowering(graph, graph.ops[id], program, sources, results);
  info.lower(lowering);
  EvaluationLimits limits;
  limits.most_elements = 1 << 16;
  Result<Evaluation> evaluation = evaluate(program, {}, Precision::kModel, limits);
  if (!evaluation) return evaluation.faults();
  return evaluation->outputs;
}

}  // namespace burin::ir
