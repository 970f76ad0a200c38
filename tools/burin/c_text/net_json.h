// NAME_net.json: the graph as the QNN converter describes it (../shared/qnn.md 2.2 where that folder is): tensors with type,
// data type and dimensions, nodes with their inputs and outputs. Static data is not stored.
#pragma once

#include <string>

#include "ir/graph/graph.h"

namespace burin::tools {

// `stem`: of the files that --emit cpp writes. A dimension that is no number before the model runs is -1; "symbolic_dims" then has all of them as text.
std::string net_json(const ir::Graph& graph, const std::string& stem, const std::string& command);

}  // namespace burin::tools
