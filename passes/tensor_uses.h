// Which tensors the statements of a program touch: what kernels take as parameters, how long buffers live, and which
// tensors belong to one group alone.
#pragma once

#include <vector>

#include "ir/nest.h"

namespace burin::passes {

struct TensorUses {
  std::vector<ir::TensorId> read;  // in order of first use, each once
  std::vector<ir::TensorId> written;
};

// Of the statement and everything inside it, carried tensors and conditions included.
TensorUses uses_of(const ir::Statement& statement);
// Tensors read or written, each once, in order of first use.
std::vector<ir::TensorId> touched_by(const ir::Statement& statement);

}  // namespace burin::passes
