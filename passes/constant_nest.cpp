#include "passes/constant_nest.h"

#include "ir/run/evaluate.h"

namespace burin::passes {

using namespace ir;

std::optional<Literal> values_of(const Program& program, Nest nest, ElementType element, const Shape& shape) {
  Program alone;
  alone.pool = program.pool;
  alone.tensors = program.tensors;
  const TensorId result = alone.add_tensor("values", element, shape);
  nest.writes[0].tensor = result;
  alone.body.push_back({std::move(nest)});
  alone.outputs.push_back(result);
  Result<Evaluation> evaluation = evaluate(alone, {});
  return evaluation ? std::optional(std::move(evaluation->outputs[0])) : std::nullopt;
}

}  // namespace burin::passes
