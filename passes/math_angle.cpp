#include "passes/math_angle.h"

#include <array>
#include <numbers>

#include "passes/math_pieces.h"

namespace burin::passes {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;

namespace {

// Below this, subtracting n pi/2 in three steps is accurate.
double near_limit(Expr x) { return x->type.element == ElementType::kF32 ? 0x1p16 : 0x1p48; }

// 2/pi in pieces of 29 bits: the product of one with an f32 is exact in f64.
constexpr double kTwoOverPi[] = {0x1.45f306dp-1,   0x1.9391054p-30, 0x1.4fe13abp-59, 0x1.d1f534dp-88,
                                 0x1.b81b6c5p-117, 0x1.5993c4p-148, 0x1.c820ff2p-175};

// Cody and Waite's subtraction of n pi/2 in three steps. With fma the first is exact as long as n times the rounding error of
// the first part of pi/2 stays below 1, and so is the product of the others.
ReducedAngle reduce_by_subtraction(Expr x) {
  const FloatFormat& format = format_of(x);
  const HalfPi half = half_pi(x);
  const Expr shift = number(x, format.rounding_shift);
  const Expr shifted = fma(x, number(x, 2 / std::numbers::pi), shift);
  const Expr n = shifted - shift;
  return {fma(n, -half.low, fma(n, -half.middle, fma(n, -half.high, x))), bits_of(shifted)};
}

// Payne and Hanek's reduction (1983) for f32 of any size, in f64: x times each piece of 2/pi is exact, whole turns of it are
// dropped exactly, and only the sum of what is left, below 28, is rounded.
ReducedAngle reduce_by_turns(Expr x) {
  const Expr wide = cast(x, ElementType::kF64);
  Expr quarters;
  for (double piece : kTwoOverPi) {
    const Expr product = wide * number(wide, piece);
    const Expr turns = unary(Opcode::kRoundEven, product * number(wide, 0.25));
    const Expr rest = fma(turns, number(wide, -4), product);
    quarters = quarters.valid() ? quarters + rest : rest;
  }
  const Expr shift = number(wide, format_of(wide).rounding_shift);
  const Expr shifted = quarters + shift;
  const Expr r = (quarters - (shifted - shift)) * number(wide, std::numbers::pi / 2);
  return {cast(r, ElementType::kF32), cast(bits_of(shifted), ElementType::kU32)};
}

// --- The same for f64 of 2^48 and more, in integers: no float is wide enough for the products.

// The bits of 2/pi after six zeros. Bit 5 + i has the weight 2^-i.
constexpr std::array<uint64_t, 19> kTwoOverPiBits = {
    0x028be60db9391054, 0xa7f09d5f47d4d377, 0x036d8a5664f10e41, 0x07f9458eaf7aef15, 0x86dc91b8e909374b,
    0x801924bba8274648, 0x73f877ac72c4a69c, 0xfba208d7d4baed12, 0x13a671c09ad17df9, 0x04e64758e60d4ce7,
    0xd272117e2ef7e4a0, 0xec7fe25fff781660, 0x3fbcbc462d6829b4, 0x7db4d9fb3c9f2c26, 0xdd3d18fd9a797fa8,
    0xb5d49eeb1faf97c5, 0xecf41ce7de294a4b, 0xa9afed7ec47e3574, 0x21580cc11bf1edae,
};
constexpr size_t kWindow = 4;  // words: 192 bits from any bit of the first word on

// Words `first`, `first + 1`, .. of 2/pi, where `first` is data and below 16: each bit of it chooses between two halves.
std::array<Expr, kWindow> words_from(Expr first) {
  std::vector<Expr> words;
  for (uint64_t word : kTwoOverPiBits) words.push_back(bit_constant(first, word));
  for (size_t step = 8; step >= 1; step /= 2) {
    const Expr is_set = not_equal(bit_and(first, step), bit_constant(first, 0));
    for (size_t i = 0; i < kWindow - 1 + step; ++i) words[i] = select(is_set, words[i + step], words[i]);
  }
  return {words[0], words[1], words[2], words[3]};
}

// The high 64 bits of the product of a < 2^53 and b.
Expr high_product(Expr a, Expr b) {
  constexpr uint64_t kLow = 0xFFFFFFFF;
  const Expr a_low = bit_and(a, kLow), a_high = shift_right(a, 32);
  const Expr b_low = bit_and(b, kLow), b_high = shift_right(b, 32);
  const Expr middle = a_high * b_low + shift_right(a_low * b_low, 32);
  const Expr other = a_low * b_high + bit_and(middle, kLow);
  return a_high * b_high + shift_right(middle, 32) + shift_right(other, 32);
}

// 52 bits as a float: bits * 2^-52 * unit, for a unit that is a power of two.
Expr float_from_bits(Expr bits, double unit) {
  const Expr one = number(float_of(bits), unit);
  return float_of(binary(Opcode::kOr, bits, bits_of(one))) - one;
}

// A fraction of 128 bits, at most 1/2, times pi/2, rounded about once.
Expr quarter_turns(Expr high, Expr low) {
  const Expr first = float_from_bits(shift_right(high, 12), 1);
  const Expr second =
      float_from_bits(binary(Opcode::kOr, shift_left(bit_and(high, 0xFFF), 40), shift_right(low, 24)), 0x1p-52);
  const Expr third = float_from_bits(shift_left(bit_and(low, 0xFFFFFF), 28), 0x1p-104);
  const Expr sum = first + second;
  const Expr rest = (second - (sum - first)) + third;
  const HalfPi half = half_pi(sum);
  const Expr product = sum * half.high;
  const Expr error = fma(sum, half.high, -product);
  return product + (error + fma(sum, half.middle, rest * half.high));
}

// x = m 2^e with a whole m below 2^53. Bits of 2/pi whose product with x is a multiple of 4 are left out, so that what follows
// them, times m and modulo 2^192, has n modulo 4 in its two highest bits and then the fraction. 126 of its bits are enough: no
// f64 is nearer to a multiple of pi/2 than 2^-61.
ReducedAngle reduce_by_bits(Expr x) {
  const Expr bits = bits_of(x);
  const Expr exponent = shift_right(bits, format_of(x).fraction_bits);  // e + 1075
  const Expr m = binary(Opcode::kOr, bit_and(bits, (uint64_t{1} << 52) - 1), bit_constant(bits, uint64_t{1} << 52));
  const Expr position = exponent - bit_constant(bits, 1071);  // of the bit with the weight 2^(1 - e)
  const std::array<Expr, kWindow> words = words_from(bit_and(shift_right(position, 6), 15));
  const Expr by = bit_and(position, 63);
  std::array<Expr, kWindow - 1> window;
  for (size_t i = 0; i < window.size(); ++i) {
    const Expr behind = binary(Opcode::kShiftRight, shift_right(words[i + 1], 1), bit_constant(bits, 63) - by);
    window[i] = binary(Opcode::kOr, binary(Opcode::kShiftLeft, words[i], by), behind);
  }
  const Expr part = m * window[1];
  const Expr low = part + high_product(m, window[2]);
  const Expr carry = select(less(low, part), bit_constant(bits, 1), bit_constant(bits, 0));
  const Expr high = m * window[0] + high_product(m, window[1]) + carry;

  // From n to n + 1 where the fraction is above 1/2, and what is missing to 1 instead.
  const Expr fraction = binary(Opcode::kOr, shift_left(high, 2), shift_right(low, 62));
  const Expr is_above = shift_right(fraction, 63);
  const Expr flip = bit_constant(bits, 0) - is_above;
  const Expr size = quarter_turns(binary(Opcode::kXor, fraction, flip), binary(Opcode::kXor, shift_left(low, 2), flip));
  const Expr r = float_of(binary(Opcode::kXor, bits_of(size), shift_left(is_above, 63)));
  return {r, shift_right(high, 62) + is_above};
}

ReducedAngle choose(Expr condition, const ReducedAngle& a, const ReducedAngle& b) {
  return {select(condition, a.r, b.r), select(condition, a.quadrant, b.quadrant)};
}

}  // namespace

HalfPi half_pi(Expr like) {
  return {constant_by_format(like, 0x1.921fb6p+0, 0x1.921fb54442d18p+0),
          constant_by_format(like, -0x1.777a5cp-25, 0x1.1a62633145c07p-54),
          constant_by_format(like, -0x1.ee59dap-50, -0x1.f1976b7ed8fbcp-110)};
}

ReducedAngle reduce_angle(Expr x, Angles angles) {
  const ReducedAngle near = reduce_by_subtraction(x);
  if (angles == Angles::kNear) return near;
  const ReducedAngle far = x->type.element == ElementType::kF32 ? reduce_by_turns(x) : reduce_by_bits(x);
  const ReducedAngle reduced = choose(less(x, number(x, near_limit(x))), near, far);
  // Infinity - infinity is not a number, as the result must be.
  return {select(less(x, infinity(x)), reduced.r, x - x), reduced.quadrant};
}

Expr are_near(Expr x) {
  const Expr near = less(magnitude(x), number(x, near_limit(x)));
  Expr all = lane(near, 0);
  for (int i = 1; i < x->type.lanes; ++i) all = logical_and(all, lane(near, i));
  return all;
}

}  // namespace burin::passes
