// How much of each tensor a program can have written: a bound that catches a tensor of which a part is never written.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/nest/nest.h"

namespace burin::ir {

// By TensorId::index: the most points at which statements write the tensor, counting a point again where it is written again.
// INT64_MAX where an extent has no bound. Tensors that nothing writes have 0.
std::vector<int64_t> most_written_points(const Program& program);

}  // namespace burin::ir
