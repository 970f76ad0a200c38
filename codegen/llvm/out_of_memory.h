// Memory that runs out inside LLVM.
#pragma once

namespace burin::codegen {

// LLVM throws std::bad_alloc then, as everything else does, instead of ending the process. For the rest of the process.
void throw_when_out_of_memory();

}  // namespace burin::codegen
