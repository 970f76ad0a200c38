// libFuzzer's entry to the three parsers of IR text: build with -fsanitize=fuzzer,address,undefined. What parses must survive
// its verifier, and its text must read back to itself. Seeds: the inputs of tests/ir/**/*.test.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tools/burin/compile/opt.h"

using namespace burin;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ir::Result<tools::AnyForm> form = tools::parse_any(text, {});
  if (!form) return 0;
  (void)tools::verify(*form, {});
  ir::ConstantMap constants;
  const std::string first = tools::text_of(*form, {&constants});
  ir::Result<tools::AnyForm> again = tools::parse_any(first, {ir::Building::kAsWritten, &constants});
  const std::string second = again ? tools::text_of(*again) : text_of(again.faults());
  if (first == second) return 0;
  std::fprintf(stderr, "%s\nread back as\n%s\n", first.c_str(), second.c_str());
  std::abort();
}
