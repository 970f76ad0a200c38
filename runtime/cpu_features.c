// Which CPU this is, and which variant of the code it can run. AVX and AVX-512 count only when the operating system
// saves their registers (XCR0; Intel SDM vol. 1, 13.3 and 14.3).
#include "context.h"

#if defined(__x86_64__)
#include <cpuid.h>

typedef struct cpuid_leaf {
  unsigned a, b, c, d;
} cpuid_leaf;

// All zero beyond the CPU's last leaf.
static cpuid_leaf cpuid(unsigned leaf, unsigned subleaf) {
  cpuid_leaf out = {0, 0, 0, 0};
  if (!__get_cpuid_count(leaf, subleaf, &out.a, &out.b, &out.c, &out.d)) return (cpuid_leaf){0, 0, 0, 0};
  return out;
}

static uint32_t saved_registers(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has_all(unsigned value, unsigned bits) { return (value & bits) == bits; }

uint64_t burin_rt_cpu_features(void) {
  const unsigned v2 =
      1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;               // sse3 ssse3 cx16 sse4.1 4.2 popcnt
  const unsigned v3_leaf1 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;  // fma movbe osxsave avx f16c
  const unsigned v3_leaf7 = 1u << 3 | 1u << 5 | 1u << 8;                           // bmi1 avx2 bmi2
  const unsigned v4_leaf7 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;  // avx512 f dq cd bw vl
  const uint32_t ymm = 0x6, zmm = 0xe6;                                            // parts of XCR0

  uint64_t found = 0;
  cpuid_leaf leaf1 = cpuid(1, 0);
  if (!has_all(leaf1.c, v2)) return found;
  found |= BURIN_CPU_X86_64_V2;

  cpuid_leaf leaf7 = cpuid(7, 0);
  cpuid_leaf extended = cpuid(0x80000001u, 0);
  const unsigned lzcnt = 1u << 5;
  if (!has_all(leaf1.c, v3_leaf1) || !has_all(leaf7.b, v3_leaf7) || !has_all(extended.c, lzcnt)) return found;
  uint32_t saved = saved_registers();
  if (!has_all(saved, ymm)) return found;
  found |= BURIN_CPU_X86_64_V3;
  cpuid_leaf leaf7_1 = leaf7.a >= 1 ? cpuid(7, 1) : (cpuid_leaf){0, 0, 0, 0};
  if (has_all(leaf7_1.a, 1u << 4)) found |= BURIN_CPU_X86_64_AVX_VNNI;

  if (!has_all(leaf7.b, v4_leaf7) || !has_all(saved, zmm)) return found;
  found |= BURIN_CPU_X86_64_V4;
  if (has_all(leaf7.c, 1u << 11)) found |= BURIN_CPU_X86_64_AVX512_VNNI;
  if (has_all(leaf7_1.a, 1u << 5)) found |= BURIN_CPU_X86_64_AVX512_BF16;
  return found;
}

static const char *const kFeatureNames[] = {"sse4.2", "avx2", "avx512", "avx-vnni", "avx512-vnni", "avx512-bf16"};
#elif defined(__aarch64__)
uint64_t burin_rt_cpu_features(void) { return BURIN_CPU_AARCH64_NEON; }

static const char *const kFeatureNames[] = {"neon"};
#else
uint64_t burin_rt_cpu_features(void) { return 0; }

static const char *const kFeatureNames[] = {"nothing"};
#endif

const char *burin_rt_feature_name(int32_t bit) {
  const int32_t known = (int32_t)(sizeof kFeatureNames / sizeof kFeatureNames[0]);
  return bit >= 0 && bit < known ? kFeatureNames[bit] : "a feature unknown to this library";
}

const burin_variant *burin_rt_best_variant(const burin_model_data *model, uint64_t features) {
  for (int32_t i = 0; i < model->n_variants; ++i) {
    if ((model->variants[i].cpu_features & ~features) == 0) return &model->variants[i];
  }
  return NULL;
}
