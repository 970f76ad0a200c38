#include "codegen/embedded_runtime.h"

// BURIN_EMBEDDED is the folder where CMake puts the objects.
asm(R"(
  .pushsection .rodata
  .balign 16
burin_embedded_runtime_x86_64: .incbin ")" BURIN_EMBEDDED R"(/runtime_x86_64.o"
burin_embedded_runtime_x86_64_end: .byte 0
  .balign 16
burin_embedded_memory_x86_64: .incbin ")" BURIN_EMBEDDED R"(/memory_x86_64.o"
burin_embedded_memory_x86_64_end: .byte 0
  .balign 16
burin_embedded_runtime_aarch64: .incbin ")" BURIN_EMBEDDED R"(/runtime_aarch64.o"
burin_embedded_runtime_aarch64_end: .byte 0
  .balign 16
burin_embedded_memory_aarch64: .incbin ")" BURIN_EMBEDDED R"(/memory_aarch64.o"
burin_embedded_memory_aarch64_end: .byte 0
  .popsection
)");

extern "C" {
extern const std::byte burin_embedded_runtime_x86_64[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_runtime_x86_64_end[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_memory_x86_64[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_memory_x86_64_end[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_runtime_aarch64[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_runtime_aarch64_end[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_memory_aarch64[] __attribute__((visibility("hidden")));
extern const std::byte burin_embedded_memory_aarch64_end[] __attribute__((visibility("hidden")));
}

namespace burin::codegen {

std::span<const std::byte> runtime_object(targets::Architecture architecture) {
  switch (architecture) {
    case targets::Architecture::kX86_64: return {burin_embedded_runtime_x86_64, burin_embedded_runtime_x86_64_end};
    case targets::Architecture::kAarch64: return {burin_embedded_runtime_aarch64, burin_embedded_runtime_aarch64_end};
  }
  return {};
}

std::span<const std::byte> memory_object(targets::Architecture architecture) {
  switch (architecture) {
    case targets::Architecture::kX86_64: return {burin_embedded_memory_x86_64, burin_embedded_memory_x86_64_end};
    case targets::Architecture::kAarch64: return {burin_embedded_memory_aarch64, burin_embedded_memory_aarch64_end};
  }
  return {};
}

}  // namespace burin::codegen
