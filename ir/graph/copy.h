// Copies of graphs that share no expression with the original.
#pragma once

#include "ir/graph/graph.h"

namespace burin::ir {

// An equal graph with an expression pool of its own, which holds what the graph uses and nothing else. Building an expression
// grows its pool: whoever changes or lowers a graph that others look at, on this thread or another, takes a copy. (The copy
// constructor of Graph copies references into the same pool.)
Graph copy_of(const Graph& graph);

}  // namespace burin::ir
