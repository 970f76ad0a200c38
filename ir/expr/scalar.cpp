#include "ir/expr/scalar.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "ir/base/checked.h"
#include "ir/base/result.h"

namespace burin::ir {
namespace {

Scalar of_integer(int64_t value) {
  Scalar scalar;
  scalar.integer = value;
  return scalar;
}

Scalar of_number(double value) {
  Scalar scalar;
  scalar.number = value;
  return scalar;
}

template <class T>
int64_t saturate(double value) {
  if (std::isnan(value)) return 0;
  // Both limits as doubles: the upper one may round up to a power of two that no T holds.
  constexpr auto kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto kHigh = static_cast<double>(std::numeric_limits<T>::max());
  if (value <= kLow) return static_cast<int64_t>(std::numeric_limits<T>::min());
  if (value >= kHigh) return static_cast<int64_t>(std::numeric_limits<T>::max());
  return static_cast<int64_t>(static_cast<T>(value));
}

int64_t saturate(double value, ElementType to) {
  switch (to) {
    case ElementType::kI8: return saturate<int8_t>(value);
    case ElementType::kI16: return saturate<int16_t>(value);
    case ElementType::kI32: return saturate<int32_t>(value);
    case ElementType::kI64: return saturate<int64_t>(value);
    case ElementType::kU8: return saturate<uint8_t>(value);
    case ElementType::kU16: return saturate<uint16_t>(value);
    case ElementType::kU32: return saturate<uint32_t>(value);
    case ElementType::kU64: return saturate<uint64_t>(value);
    case ElementType::kBool: return value != 0 ? 1 : 0;
    case ElementType::kF16:
    case ElementType::kBF16:
    case ElementType::kF32:
    case ElementType::kF64: break;
  }
  BURIN_ASSERT(false, "saturation is to an integer type");
  return 0;
}

// Division whose edge cases are defined: by zero gives zero, and the one quotient that does not fit wraps.
int64_t truncating_div(int64_t a, int64_t b, ElementType type) {
  if (b == 0) return 0;
  if (type == ElementType::kU64) return static_cast<int64_t>(static_cast<uint64_t>(a) / static_cast<uint64_t>(b));
  return b == -1 ? static_cast<int64_t>(-static_cast<uint64_t>(a)) : a / b;
}

int64_t flooring_mod(int64_t a, int64_t b, ElementType type) {
  if (b == 0) return 0;
  if (type == ElementType::kU64) return static_cast<int64_t>(static_cast<uint64_t>(a) % static_cast<uint64_t>(b));
  return b == -1 ? 0 : floor_mod(a, b);
}

int64_t ceiling_div(int64_t a, int64_t b, ElementType type) {
  if (b == 0) return 0;
  if (type == ElementType::kU64) {
    const auto ua = static_cast<uint64_t>(a);
    const auto ub = static_cast<uint64_t>(b);
    return static_cast<int64_t>(ua / ub + (ua % ub != 0 ? 1 : 0));
  }
  return b == -1 ? truncating_div(a, b, type) : ceil_div(a, b);
}

bool less_integer(int64_t a, int64_t b, ElementType type) {
  return type == ElementType::kU64 ? static_cast<uint64_t>(a) < static_cast<uint64_t>(b) : a < b;
}

int64_t power(int64_t base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 != 0 ? -1 : 1) : 0;
  uint64_t result = 1;
  for (auto factor = static_cast<uint64_t>(base); exponent != 0; exponent >>= 1, factor *= factor) {
    if ((exponent & 1) != 0) result *= factor;
  }
  return static_cast<int64_t>(result);
}

// By a negative number, or by the width and more, only the sign remains.
int64_t shift_right(int64_t a, int64_t by, ElementType type) {
  const bool in_width = by >= 0 && by < 64;
  if (!is_unsigned(type)) return a >> (in_width ? by : 63);
  return in_width ? static_cast<int64_t>(static_cast<uint64_t>(a) >> by) : 0;
}

// Integer and bool arithmetic, before wrapping to the result's type.
int64_t apply_integer(Opcode opcode, ElementType type, std::span<const Scalar> operands) {
  const int64_t a = operands[0].integer;
  const int64_t b = operands.size() > 1 ? operands[1].integer : 0;
  const auto ua = static_cast<uint64_t>(a);
  const auto ub = static_cast<uint64_t>(b);
  switch (opcode) {
    case Opcode::kAdd: return static_cast<int64_t>(ua + ub);
    case Opcode::kSub: return static_cast<int64_t>(ua - ub);
    case Opcode::kMul: return static_cast<int64_t>(ua * ub);
    case Opcode::kDiv: return truncating_div(a, b, type);
    case Opcode::kFloorDiv:
      if (b == 0 || b == -1 || type == ElementType::kU64) return truncating_div(a, b, type);
      return floor_div(a, b);
    case Opcode::kCeilDiv: return ceiling_div(a, b, type);
    case Opcode::kMod: return flooring_mod(a, b, type);
    case Opcode::kMin: return less_integer(a, b, type) ? a : b;
    case Opcode::kMax: return less_integer(b, a, type) ? a : b;
    case Opcode::kPow: return power(a, b);
    case Opcode::kAnd: return a & b;
    case Opcode::kOr: return a | b;
    case Opcode::kXor: return a ^ b;
    case Opcode::kShiftLeft: return b < 0 || b >= 64 ? 0 : static_cast<int64_t>(ua << b);
    case Opcode::kShiftRight: return shift_right(a, b, type);
    case Opcode::kEqual: return a == b ? 1 : 0;
    case Opcode::kNotEqual: return a != b ? 1 : 0;
    case Opcode::kLess: return less_integer(a, b, type) ? 1 : 0;
    case Opcode::kLessEqual: return less_integer(b, a, type) ? 0 : 1;
    case Opcode::kNegate: return static_cast<int64_t>(-ua);
    case Opcode::kNot: return type == ElementType::kBool ? 1 - a : ~a;
    case Opcode::kAbs: return a < 0 && !is_unsigned(type) ? static_cast<int64_t>(-ua) : a;
    case Opcode::kFma: return static_cast<int64_t>(ua * ub + static_cast<uint64_t>(operands[2].integer));
    case Opcode::kFloor:
    case Opcode::kCeil:
    case Opcode::kTruncate:
    case Opcode::kRoundEven: return a;
    case Opcode::kIsNan:
      return 0;
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kSqrt:
    case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin:
    case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh:
    case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kSelect: case Opcode::kCast:
    case Opcode::kBitcast: case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode is arithmetic on integers");
  return 0;
}

double apply_function(Opcode opcode, double a) {
  switch (opcode) {
    case Opcode::kNegate: return -a;
    case Opcode::kAbs: return std::fabs(a);
    case Opcode::kSqrt: return std::sqrt(a);
    case Opcode::kFloor: return std::floor(a);
    case Opcode::kCeil: return std::ceil(a);
    case Opcode::kTruncate: return std::trunc(a);
    case Opcode::kRoundEven: return std::nearbyint(a);
    case Opcode::kExp: return std::exp(a);
    case Opcode::kLog: return std::log(a);
    case Opcode::kSin: return std::sin(a);
    case Opcode::kCos: return std::cos(a);
    case Opcode::kTan: return std::tan(a);
    case Opcode::kAsin: return std::asin(a);
    case Opcode::kAcos: return std::acos(a);
    case Opcode::kAtan: return std::atan(a);
    case Opcode::kSinh: return std::sinh(a);
    case Opcode::kCosh: return std::cosh(a);
    case Opcode::kTanh: return std::tanh(a);
    case Opcode::kAsinh: return std::asinh(a);
    case Opcode::kAcosh: return std::acosh(a);
    case Opcode::kAtanh: return std::atanh(a);
    case Opcode::kErf:
      return std::erf(a);
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kAdd:
    case Opcode::kSub: case Opcode::kMul: case Opcode::kDiv: case Opcode::kFloorDiv: case Opcode::kCeilDiv:
    case Opcode::kMod: case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAnd: case Opcode::kOr:
    case Opcode::kXor: case Opcode::kShiftLeft: case Opcode::kShiftRight: case Opcode::kEqual: case Opcode::kNotEqual:
    case Opcode::kLess: case Opcode::kLessEqual: case Opcode::kNot: case Opcode::kIsNan: case Opcode::kFma:
    case Opcode::kSelect: case Opcode::kCast: case Opcode::kBitcast: case Opcode::kSplat: case Opcode::kRamp:
    case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode is a function of one float");
  return 0;
}

double fused(double a, double b, double c, ElementType type) {
  if (type == ElementType::kF64) return std::fma(a, b, c);
  return std::fma(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c));
}

// For +, -, *, / and sqrt on f32, computing in double and rounding once more is exact: double has more than 2 * 24 + 2 bits.
double apply_float(Opcode opcode, ElementType type, std::span<const Scalar> operands) {
  const double a = operands[0].number;
  const double b = operands.size() > 1 ? operands[1].number : 0;
  switch (opcode) {
    case Opcode::kAdd: return a + b;
    case Opcode::kSub: return a - b;
    case Opcode::kMul: return a * b;
    case Opcode::kDiv: return a / b;
    case Opcode::kMin: return a < b ? a : b;
    case Opcode::kMax: return a > b ? a : b;
    case Opcode::kPow: return std::pow(a, b);
    case Opcode::kMod: return a - std::floor(a / b) * b;
    case Opcode::kFma:
      return fused(a, b, operands[2].number, type);
      // clang-format off
    case Opcode::kNegate: case Opcode::kAbs: case Opcode::kSqrt: case Opcode::kFloor: case Opcode::kCeil:
    case Opcode::kTruncate: case Opcode::kRoundEven: case Opcode::kExp: case Opcode::kLog: case Opcode::kSin:
    case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh:
    case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh: case Opcode::kAcosh: case Opcode::kAtanh:
    case Opcode::kErf: return apply_function(opcode, a);
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kFloorDiv:
    case Opcode::kCeilDiv: case Opcode::kAnd: case Opcode::kOr: case Opcode::kXor: case Opcode::kShiftLeft:
    case Opcode::kShiftRight: case Opcode::kEqual: case Opcode::kNotEqual: case Opcode::kLess: case Opcode::kLessEqual:
    case Opcode::kNot: case Opcode::kIsNan: case Opcode::kSelect: case Opcode::kCast: case Opcode::kBitcast:
    case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode is arithmetic on floats");
  return 0;
}

std::optional<bool> compare_floats(Opcode opcode, std::span<const Scalar> operands) {
  const double a = operands[0].number;
  if (opcode == Opcode::kIsNan) return std::isnan(a);
  if (operands.size() != 2) return std::nullopt;
  const double b = operands[1].number;
  if (opcode == Opcode::kEqual) return a == b;
  if (opcode == Opcode::kNotEqual) return a != b;
  if (opcode == Opcode::kLess) return a < b;
  if (opcode == Opcode::kLessEqual) return a <= b;
  return std::nullopt;
}

template <class T>
T read_as(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <class T>
void write_as(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

}  // namespace

Scalar wrap_integer(int64_t value, ElementType type) {
  switch (type) {
    case ElementType::kBool: return of_integer(value != 0 ? 1 : 0);
    case ElementType::kI8: return of_integer(static_cast<int8_t>(value));
    case ElementType::kI16: return of_integer(static_cast<int16_t>(value));
    case ElementType::kI32: return of_integer(static_cast<int32_t>(value));
    case ElementType::kU8: return of_integer(static_cast<uint8_t>(value));
    case ElementType::kU16: return of_integer(static_cast<uint16_t>(value));
    case ElementType::kU32: return of_integer(static_cast<uint32_t>(value));
    case ElementType::kI64:
    case ElementType::kU64:
    case ElementType::kF16:
    case ElementType::kBF16:
    case ElementType::kF32:
    case ElementType::kF64: break;
  }
  return of_integer(value);
}

Scalar round_number(double value, ElementType type) {
  if (type == ElementType::kF32) return of_number(static_cast<float>(value));
  if (type == ElementType::kF16) return of_number(f16_to_float(double_to_f16(value)));
  if (type == ElementType::kBF16) return of_number(bf16_to_float(double_to_bf16(value)));
  return of_number(value);
}

Scalar convert(Scalar value, ElementType from, ElementType to) {
  if (is_float(from)) {
    return is_float(to) ? round_number(value.number, to) : of_integer(saturate(value.number, to));
  }
  if (!is_float(to)) return wrap_integer(value.integer, to);
  // Straight from the integer to the type, so that a large i64 is rounded once.
  if (from == ElementType::kU64) {
    const auto wide = static_cast<uint64_t>(value.integer);
    return to == ElementType::kF32 ? of_number(static_cast<float>(wide)) : round_number(static_cast<double>(wide), to);
  }
  if (to == ElementType::kF32) return of_number(static_cast<float>(value.integer));
  return round_number(static_cast<double>(value.integer), to);
}

Scalar reinterpret(Scalar value, ElementType from, ElementType to) {
  std::byte bytes[8] = {};
  store_scalar(bytes, from, value);
  return load_scalar(bytes, to);
}

Scalar apply(Opcode opcode, ElementType in, ElementType out, std::span<const Scalar> operands) {
  if (opcode == Opcode::kSelect) return operands[0].integer != 0 ? operands[1] : operands[2];
  if (opcode == Opcode::kCast) return convert(operands[0], in, out);
  if (opcode == Opcode::kBitcast) return reinterpret(operands[0], in, out);
  if (!is_float(in)) return wrap_integer(apply_integer(opcode, in, operands), out);
  if (std::optional<bool> truth = compare_floats(opcode, operands)) return of_integer(*truth ? 1 : 0);
  return round_number(apply_float(opcode, in, operands), out);
}

Scalar load_scalar(const std::byte* at, ElementType type) {
  switch (type) {
    case ElementType::kBool: return of_integer(read_as<uint8_t>(at) != 0 ? 1 : 0);
    case ElementType::kI8: return of_integer(read_as<int8_t>(at));
    case ElementType::kI16: return of_integer(read_as<int16_t>(at));
    case ElementType::kI32: return of_integer(read_as<int32_t>(at));
    case ElementType::kI64: return of_integer(read_as<int64_t>(at));
    case ElementType::kU8: return of_integer(read_as<uint8_t>(at));
    case ElementType::kU16: return of_integer(read_as<uint16_t>(at));
    case ElementType::kU32: return of_integer(read_as<uint32_t>(at));
    case ElementType::kU64: return of_integer(static_cast<int64_t>(read_as<uint64_t>(at)));
    case ElementType::kF16: return of_number(f16_to_float(read_as<uint16_t>(at)));
    case ElementType::kBF16: return of_number(bf16_to_float(read_as<uint16_t>(at)));
    case ElementType::kF32: return of_number(read_as<float>(at));
    case ElementType::kF64: return of_number(read_as<double>(at));
  }
  return {};
}

void store_scalar(std::byte* at, ElementType type, Scalar value) {
  switch (type) {
    case ElementType::kBool: return write_as<uint8_t>(at, value.integer != 0 ? 1 : 0);
    case ElementType::kI8:
    case ElementType::kU8: return write_as<uint8_t>(at, static_cast<uint8_t>(value.integer));
    case ElementType::kI16:
    case ElementType::kU16: return write_as<uint16_t>(at, static_cast<uint16_t>(value.integer));
    case ElementType::kI32:
    case ElementType::kU32: return write_as<uint32_t>(at, static_cast<uint32_t>(value.integer));
    case ElementType::kI64:
    case ElementType::kU64: return write_as<int64_t>(at, value.integer);
    case ElementType::kF16: return write_as<uint16_t>(at, double_to_f16(value.number));
    case ElementType::kBF16: return write_as<uint16_t>(at, double_to_bf16(value.number));
    case ElementType::kF32: return write_as<float>(at, static_cast<float>(value.number));
    case ElementType::kF64: return write_as<double>(at, value.number);
  }
}

}  // namespace burin::ir
