// What a model computes, by the interpreter of nests.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "ir/run/evaluate.h"
#include "passes/lower_graph.h"
#include "tests/frontend/model_builder.h"
#include "tests/ir/op_evaluation.h"

namespace burin::frontend::test {

// The model's first output for `inputs`, by the interpreter; reports a fault and gives nothing.
inline std::vector<double> computed(const ModelBuilder& model, const std::vector<ir::Literal>& inputs) {
  ir::Result<ir::Graph> graph = model.import();
  if (!graph) return ADD_FAILURE() << text_of(graph.faults()), std::vector<double>();
  const ir::Result<ir::Program> lowered = passes::lower_graph(std::move(*graph));
  if (!lowered) return ADD_FAILURE() << text_of(lowered.faults()), std::vector<double>();
  const ir::Result<ir::Evaluation> evaluation = ir::evaluate(*lowered, inputs);
  if (!evaluation) return ADD_FAILURE() << text_of(evaluation.faults()), std::vector<double>();
  return ir::values_of(evaluation->outputs[0]);
}

}  // namespace burin::frontend::test
