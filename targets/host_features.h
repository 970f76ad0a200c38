// What the machine that runs burin can do, in the words of runtime/model.h. Only "native" asks.
#pragma once

#include <cstdint>
#include <optional>

#include "targets/targets.h"

namespace burin::targets {

// The same bits as BURIN_CPU_* in runtime/model.h, which this folder does not include; codegen asserts that they agree.
inline constexpr uint64_t kX86V2 = uint64_t{1} << 0;
inline constexpr uint64_t kX86V3 = uint64_t{1} << 1;
inline constexpr uint64_t kX86V4 = uint64_t{1} << 2;
inline constexpr uint64_t kX86AvxVnni = uint64_t{1} << 3;
inline constexpr uint64_t kX86Avx512Vnni = uint64_t{1} << 4;
inline constexpr uint64_t kX86Avx512Bf16 = uint64_t{1} << 5;
inline constexpr uint64_t kAarch64Neon = uint64_t{1} << 0;

struct Host {
  Architecture architecture = Architecture::kX86_64;
  uint64_t features = 0;
};

// Absent on an architecture that no row describes.
std::optional<Host> host_features();

}  // namespace burin::targets
