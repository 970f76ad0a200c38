// --check-passes: the IR computes the same before and after every pass, on random inputs.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ir/literal.h"
#include "ir/nest.h"
#include "ir/result.h"

namespace burin::tools {

// Follows one run of passes: the first form seen is the reference for those after it. Symbols get small values.
class PassCheck {
 public:
  ir::Status check(std::string_view pass, const ir::Graph& graph);
  ir::Status check(std::string_view pass, const ir::Program& program);

 private:
  std::vector<ir::Literal> inputs_;
  std::optional<std::vector<ir::Literal>> expected_;
};

}  // namespace burin::tools
