// Weights in the order that kernels read them: a constant tensor rearranged by its layout, at compile time.
#pragma once

#include "ir/literal.h"
#include "ir/nest.h"

namespace burin::passes {

// The elements of `logical` in the order of `layout`; places that pad a dimension hold zero. A splat stays a splat, and an
// empty layout changes nothing.
ir::Literal pack_constant(const ir::Literal& logical, const ir::Layout& layout);

}  // namespace burin::passes
