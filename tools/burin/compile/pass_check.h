// --check-passes: the IR computes the same before and after every pass, on random inputs.
#pragma once

#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/nest/nest.h"
#include "ir/tensor/literal.h"
#include "passes/pipeline.h"

namespace burin::tools {

// Follows one walk over steps: the first form seen is the reference for those after it. Symbols get several values each: the same
// small one for all, the smallest that each may have, and values that differ, so that no symbol passes for another.
class PassCheck {
 public:
  // Loops are left to the tests of emitters.
  ir::Status check(std::string_view step, const passes::AnyForm& form);

 private:
  struct Trial {
    std::vector<ir::Literal> inputs, expected;
  };
  ir::Status check(std::string_view step, const ir::Program& program);
  ir::Status start(const ir::Program& program);

  std::vector<Trial> trials_;  // at least one once the first form was seen
};

}  // namespace burin::tools
