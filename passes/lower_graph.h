// Graph to nests: every op's row appends its own statements, in the graph's order. No op is named here; what spans several
// ops (inlining, groups, layouts) is for the passes over nests that follow.
#pragma once

#include <span>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/nest/nest.h"

namespace burin::passes {

// A graph's program, and where its values are in it.
struct LoweredGraph {
  ir::Program program;
  std::vector<ir::TensorId> tensors;  // by ValueId::index; not valid for values that no statement computes or reads
};

// Lowers the main region, op by op. Unsupported: ops whose row has no lowering.
ir::Result<LoweredGraph> lower_graph(const ir::Graph& graph);

// A program of the one op, whose inputs are its operands (absent ones left out) and whose outputs are its results.
ir::Result<ir::Program> lower_op(const ir::Graph& graph, ir::OpId op);

}  // namespace burin::passes
