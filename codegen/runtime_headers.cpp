#include "codegen/runtime_headers.h"

// BURIN_RUNTIME is the folder runtime/ of the source tree.
asm(R"(
  .pushsection .rodata
burin_header_burin: .incbin ")" BURIN_RUNTIME R"(/burin.h"
burin_header_burin_end: .byte 0
burin_header_model: .incbin ")" BURIN_RUNTIME R"(/model.h"
burin_header_model_end: .byte 0
  .popsection
)");

extern "C" {
extern const char burin_header_burin[] __attribute__((visibility("hidden")));
extern const char burin_header_burin_end[] __attribute__((visibility("hidden")));
extern const char burin_header_model[] __attribute__((visibility("hidden")));
extern const char burin_header_model_end[] __attribute__((visibility("hidden")));
}

namespace burin::codegen {

std::array<RuntimeHeader, 2> runtime_headers() {
  return {RuntimeHeader{"burin.h", {burin_header_burin, burin_header_burin_end}},
          RuntimeHeader{"burin_model.h", {burin_header_model, burin_header_model_end}}};
}

}  // namespace burin::codegen
