// Scatters: writes whose place data decides.
#pragma once

#include "ir/nest/nest.h"

namespace burin::ir {

// Whether the index of `write` holds a read or an accumulator. No proof says then that two points never meet: it is the promise
// of whoever made the nest.
bool is_scattered(const Nest& nest, const Write& write);

}  // namespace burin::ir
