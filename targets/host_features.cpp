#include "targets/host_features.h"

namespace burin::targets {

#if defined(__x86_64__)

std::optional<Host> host_features() {
  Host host{Architecture::kX86_64, 0};
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v2")) return host;
  host.features |= kX86V2;
  if (!__builtin_cpu_supports("x86-64-v3")) return host;
  host.features |= kX86V3;
  if (!__builtin_cpu_supports("x86-64-v4")) return host;
  host.features |= kX86V4;
  if (__builtin_cpu_supports("avx512vnni")) host.features |= kX86Avx512Vnni;
  if (__builtin_cpu_supports("avx512bf16")) host.features |= kX86Avx512Bf16;
  return host;
}

#elif defined(__aarch64__)

std::optional<Host> host_features() { return Host{Architecture::kAarch64, kAarch64Neon}; }

#else

std::optional<Host> host_features() { return std::nullopt; }

#endif

}  // namespace burin::targets
