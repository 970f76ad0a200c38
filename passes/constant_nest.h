// Evaluating single nests when they are compiled, for passes that make constants.
#pragma once

#include <optional>

#include "ir/nest/nest.h"

namespace burin::passes {

// What `nest`, which reads constants of `program` alone and has one write, computes: a tensor of `element` and `shape`,
// whichever tensor it writes. Absent where that cannot be evaluated.
std::optional<ir::Literal> values_of(const ir::Program& program, ir::Nest nest, ir::ElementType element,
                                     const ir::Shape& shape);

}  // namespace burin::passes
