// The order in which the nodes of one graph are imported: as written where that respects data dependence, which ONNX asks
// for and not every exporter does. Names are checked on the way.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <span>
#include <string_view>
#include <vector>

#include "frontend/onnx/graph/fault_log.h"
#include "frontend/onnx/graph/scope.h"

namespace burin::frontend {

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

// Indices of the nodes that `results` depend on, operands first, otherwise in the order written. Of all nodes, also those that
// nothing depends on, a name made twice, an operand that nothing makes and a cycle are added to `faults`; nodes on a cycle
// and behind it are left out.
std::vector<int> order_nodes(const Nodes& nodes, std::span<const std::string_view> results, const Scope& scope,
                             FaultLog& faults);

// `name` or one close to it among the names of `scope` and the outputs of `nodes`, as a hint; "" when there is none.
std::string similar_name_hint(std::string_view name, const Nodes& nodes, const Scope& scope);

}  // namespace burin::frontend
