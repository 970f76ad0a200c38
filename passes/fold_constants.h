#pragma once

#include "passes/pass.h"

namespace burin::passes {

// Evaluates ops whose operands are all constant, through their own lowerings.
//   before  %w2 = transpose %w {perm = [1,0]}     with %w a constant
//   after   %w2 = constant
// An op on very large tensors is left alone, as is one whose result is much larger than its operands. All together may take
// so much work as the constants are large and a bit more: a small file must not keep the compiler busy for minutes.
ir::Status fold_constants(ir::Graph& graph, const PassContext& context);

}  // namespace burin::passes
