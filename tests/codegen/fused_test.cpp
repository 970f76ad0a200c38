// runtime/fused.c against the C library, on bit patterns that reach every case of rounding and cancellation.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>

extern "C" double burin_rt_fma(double x, double y, double z);

namespace {

// Exponents near 0 and near the ends; mantissas with long runs of equal bits.
double sample(std::mt19937_64& random) {
  const uint64_t bits = random();
  const uint64_t ends[] = {0, 1, 2, 52, 53, 1000, 1022, 1023, 1024, 1075, 1076, 2045, 2046, 2047, 970, 971};
  const uint64_t exponent = bits % 4 != 0 ? 1023 - 60 + (bits >> 8) % 120 : ends[(bits >> 8) % 16];
  uint64_t mantissa = random() >> 12;
  if (bits % 3 == 0) mantissa &= ~((uint64_t{1} << (bits >> 16) % 52) - 1);
  if (bits % 5 == 0) mantissa |= (uint64_t{1} << (bits >> 24) % 52) - 1;
  return std::bit_cast<double>((bits >> 63) << 63 | exponent << 52 | mantissa);
}

bool agree(double x, double y, double z) {
  const double expected = std::fma(x, y, z);
  const double found = burin_rt_fma(x, y, z);
  if (std::isnan(expected)) return std::isnan(found);
  return std::bit_cast<uint64_t>(expected) == std::bit_cast<uint64_t>(found);
}

TEST(Fused, equals_the_library_on_random_bits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000'000; ++i) {
    const double x = sample(random);
    const double y = sample(random);
    const double z = sample(random);
    ASSERT_TRUE(agree(x, y, z)) << std::hexfloat << x << " * " << y << " + " << z;
    ASSERT_TRUE(agree(x, y, -x * y)) << std::hexfloat << x << " * " << y << " - their rounded product";
  }
}

}  // namespace
