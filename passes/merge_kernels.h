// The loop pass that lets identical kernels be one function: layers of the same shape then share their code, and code size
// grows with distinct shapes, not with the number of layers.
//
//   kernel @contract_1(%x, %w, %y) from "a" {..}      kernel @contract_1(%x, %w, %y) from "a", "b" {..}
//   kernel @contract_2(%u, %v, %z) from "b" {..}  ->  call @contract_1(..)  call @contract_1(..)
//
// Kernels are identical when they differ in nothing but their names and those of their buffers and variables.
#pragma once

#include "ir/loop/loop.h"
#include "passes/pass.h"

namespace burin::passes {

ir::Status merge_kernels(ir::Module& module, const PassContext& context);

}  // namespace burin::passes
