// The graph pass that takes out ops whose results no output needs: for its values, or for a count in its shape. What only shapes
// depended on is such: inference has its result as expressions.
//
//   %s = dimensions {values = [N, 8]}
//   %c = concat %s, %rest                   ->   %y = reshape %x {shape = [N, 8, 1]}
//   %y = reshape %x {shape = [N, 8, 1]}
#pragma once

#include "ir/graph/graph.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status eliminate_dead(ir::Graph& graph, const PassContext& context);

}  // namespace burin::passes
