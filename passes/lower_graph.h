// Graph to nests: every op's row appends its own statements, in the graph's order. No op is named here; what spans several
// ops (inlining, groups, layouts) is for the passes over nests that follow.
#pragma once

#include <span>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/nest/nest.h"

namespace burin::passes {

// Lowers the main region, op by op. The program takes over the graph's expressions. Unsupported: ops whose row has no lowering.
ir::Result<ir::Program> lower_graph(ir::Graph&& graph);

// A program of the one op, whose inputs are its operands (absent ones left out) and whose outputs are its results. It builds
// its expressions in the graph's pool.
ir::Result<ir::Program> lower_op(ir::Graph& graph, ir::OpId op);

}  // namespace burin::passes
