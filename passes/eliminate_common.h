// The graph pass that lets equal ops be one: of one row, with the same attributes and operands, in one region. Their results are
// then the same values. Outputs of the model keep an op of their own, as do ops with regions.
//
//   %a = exp %x
//   %b = exp %x            ->   %a = exp %x
//   %y = add %a, %b             %y = add %a, %a
#pragma once

#include "ir/graph/graph.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status eliminate_common(ir::Graph& graph, const PassContext& context);

}  // namespace burin::passes
