// The runtime as relocatable objects, one per architecture, compiled with burin and carried inside it.
#pragma once

#include <cstddef>
#include <span>

#include "targets/targets.h"

namespace burin::codegen {

// All of runtime/.
std::span<const std::byte> runtime_object(targets::Architecture architecture);
// memcpy, memmove and memset for libraries that are to need nothing else.
std::span<const std::byte> memory_object(targets::Architecture architecture);

}  // namespace burin::codegen
