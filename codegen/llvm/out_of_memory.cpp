#include "codegen/llvm/out_of_memory.h"

#include <llvm/Support/ErrorHandling.h>

#include <new>

namespace burin::codegen {

void throw_when_out_of_memory() {
  llvm::install_bad_alloc_error_handler([](void*, const char*, bool) { throw std::bad_alloc(); });
}

}  // namespace burin::codegen
