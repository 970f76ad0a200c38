// Fused multiply-add of doubles where the machine has no instruction for it (x86-64-v2): the product is exact in 128
// bits, the sum is aligned to it, and the result is rounded once, to nearest even. Linked only into libraries that call it.
#include <stdint.h>
#include <string.h>

#ifdef __SIZEOF_INT128__

double burin_rt_fma(double x, double y, double z) __attribute__((visibility("hidden")));

typedef struct parts {  // (-1)^sign * mantissa * 2^exponent, 2^63 <= mantissa or 0
  uint64_t mantissa;
  int exponent;
  int sign;
} parts;

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Of a finite number.
static parts parts_of(double value) {
  uint64_t bits = bits_of(value);
  int biased = (int)(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (biased != 0) mantissa |= UINT64_C(1) << 52;
  parts p = {mantissa, (biased != 0 ? biased : 1) - 1075, (int)(bits >> 63)};
  if (mantissa != 0) {
    int shift = __builtin_clzll(mantissa);
    p.mantissa <<= shift;
    p.exponent -= shift;
  }
  return p;
}

__extension__ typedef unsigned __int128 wide;

// What is shifted out stays as a last bit that is set.
static wide shift_right_sticky(wide value, int by) {
  if (by <= 0) return value;
  if (by >= 128) return value != 0;
  return value >> by | ((value & (((wide)1 << by) - 1)) != 0);
}

// sum * 2^exponent, whose last bit stands for all below it, rounded to a double.
static double rounded(wide sum, int exponent, int sign) {
  uint64_t high = (uint64_t)(sum >> 64);
  int zeros = high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)sum);
  sum <<= zeros;
  exponent -= zeros;  // 2^127 <= sum
  int biased = exponent + 127 + 1023;
  int drop = 75;  // 53 bits stay
  if (biased < 1) {
    drop += 1 - biased;
    biased = 0;
  }
  if (biased >= 2047) return double_of((uint64_t)sign << 63 | UINT64_C(0x7ff) << 52);
  wide kept = drop >= 128 ? 0 : sum >> drop;
  wide rest = drop >= 128 ? (wide)1 : sum & (((wide)1 << drop) - 1);
  wide half = drop >= 129 ? (wide)0 : (wide)1 << (drop - 1);
  if (drop == 128) rest = sum;
  int up = drop < 129 && (rest > half || (rest == half && (kept & 1) != 0));
  uint64_t mantissa = (uint64_t)kept + (uint64_t)up;
  // A carry out of the mantissa, and the hidden bit of normal numbers, count the exponent up.
  uint64_t bits = biased != 0 ? ((uint64_t)(biased - 1) << 52) + mantissa : mantissa;
  return double_of((uint64_t)sign << 63 | bits);
}

double burin_rt_fma(double x, double y, double z) {
  const uint64_t exponent_bits = UINT64_C(0x7ff) << 52;
  int x_special = (bits_of(x) & exponent_bits) == exponent_bits;
  int y_special = (bits_of(y) & exponent_bits) == exponent_bits;
  int z_special = (bits_of(z) & exponent_bits) == exponent_bits;
  if (x_special || y_special) return x * y + z;
  if (z_special) return z;
  parts a = parts_of(x), b = parts_of(y), c = parts_of(z);
  if (a.mantissa == 0 || b.mantissa == 0) return x * y + z;
  int sign = a.sign ^ b.sign;
  wide product = (wide)a.mantissa * b.mantissa >> 1 | (((wide)a.mantissa * b.mantissa) & 1);
  int exponent = a.exponent + b.exponent + 1;  // product < 2^127: a sum of two has room
  if (c.mantissa == 0) return rounded(product, exponent, sign);
  wide addend = (wide)c.mantissa << 62;  // 2^125 <= addend
  int addend_exponent = c.exponent - 62;
  if (exponent >= addend_exponent) {
    addend = shift_right_sticky(addend, exponent - addend_exponent);
  } else {
    product = shift_right_sticky(product, addend_exponent - exponent);
    exponent = addend_exponent;
  }
  if (sign == c.sign) return rounded(product + addend, exponent, sign);
  if (product == addend) return 0.0;
  if (product > addend) return rounded(product - addend, exponent, sign);
  return rounded(addend - product, exponent, c.sign);
}

#endif
