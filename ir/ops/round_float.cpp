// Rounding to the values of a floating-point format with fewer bits. The values stay in their type.
#include <array>
#include <limits>
#include <string_view>

#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// f32: 23 bits of mantissa below 8 of exponent, which counts from -127.
constexpr int64_t kMantissaStep = int64_t{1} << 23;
constexpr int64_t kBias = 127;
constexpr int64_t kLastExponent = 255;

constexpr std::array<std::string_view, 3> kOverflows = {"saturate", "infinity", "nan"};
constexpr std::array<std::string_view, 3> kRoundings = {"up", "down", "nearest"};

template <size_t N>
Status require_word(const Inference& op, std::string_view attribute, std::string_view word,
                    const std::array<std::string_view, N>& known) {
  for (const std::string_view each : known) {
    if (word == each) return {};
  }
  return op.fault("attribute-range", "attribute \"{}\": expected one of {}, {}, {}, found \"{}\"", attribute, known[0],
                  known[1], known[2], word);
}

Status require_f32(Inference& op) {
  if (op.element(0) == ElementType::kF32) return {};
  return op.fault("type-mismatch", "operand 0: expected f32, found {}", info(op.element(0)).name);
}

Status infer_round_float(Inference& op) {
  const auto& attributes = op.attributes<RoundFloat>();
  if (Status status = require_f32(op); !status) return status;
  if (!(attributes.greatest > 0))
    return op.fault("attribute-range", "attribute \"greatest\": expected a positive number, found {}",
                    attributes.greatest);
  if (Status status = require_word(op, "overflow", attributes.overflow, kOverflows); !status) return status;
  return infer_like_operand(op);
}

// |x| = m * 2^e with e no less than the least exponent; the step between values there is 2^(e - mantissa_bits).
void lower_round_float(Lowering& op) {
  const auto& attributes = op.attributes<RoundFloat>();
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr x = op.at(0, i);
    const Expr bits = bitcast(unary(Opcode::kAbs, x), ElementType::kI32);
    const Expr least = constant_like(bits, static_cast<double>(attributes.least_exponent + kBias));
    const Expr exponent = max(floor_div(bits, kMantissaStep), least);
    const Expr step = bitcast((exponent - attributes.mantissa_bits) * kMantissaStep, ElementType::kF32);
    const Expr rounded = unary(Opcode::kRoundEven, div(x, step)) * step;
    const Expr greatest = constant_like(x, attributes.greatest);
    const Expr is_beyond = less(greatest, unary(Opcode::kAbs, rounded));
    const Expr limit = attributes.overflow == "saturate"   ? greatest
                       : attributes.overflow == "infinity" ? highest(op.pool(), ElementType::kF32)
                                                           : constant_like(x, std::numeric_limits<double>::quiet_NaN());
    const Expr beyond = select(less(x, constant_like(x, 0)), -limit, limit);
    const Expr nan = attributes.has_nan ? x : constant_like(x, 0);
    return select(unary(Opcode::kIsNan, x), nan, select(is_beyond, beyond, rounded));
  });
}

Status infer_round_to_power(Inference& op) {
  if (Status status = require_f32(op); !status) return status;
  if (Status status = require_word(op, "rounding", op.attributes<RoundToPower>().rounding, kRoundings); !status)
    return status;
  return infer_like_operand(op);
}

// An exponent of 0 stands for 2^-127, which is a denormal number: half of its mantissa.
void lower_round_to_power(Lowering& op) {
  const std::string_view rounding = op.attributes<RoundToPower>().rounding;
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr x = op.at(0, i);
    const Expr bits = bitcast(unary(Opcode::kAbs, x), ElementType::kI32);
    const auto number = [&](int64_t value) { return constant_like(bits, static_cast<double>(value)); };
    const Expr exponent = floor_div(bits, kMantissaStep);
    const Expr fraction = bits - exponent * kMantissaStep;
    const Expr is_denormal = equal(exponent, number(0));
    const Expr least = select(is_denormal, number(kMantissaStep / 2), number(0));
    const Expr turn = rounding == "up" ? least + 1
                      : rounding == "nearest"
                          ? least + select(is_denormal, number(kMantissaStep / 4), number(kMantissaStep / 2))
                          : number(kMantissaStep);
    const Expr rounded = min(exponent + select(less(fraction, turn), number(0), number(1)), number(kLastExponent - 1));
    const Expr power = select(equal(rounded, number(0)), number(kMantissaStep / 2), rounded * kMantissaStep);
    return select(unary(Opcode::kIsNan, x), x, bitcast(power, ElementType::kF32));
  });
}

}  // namespace

constinit const OpInfo kRoundFloat{.name = "round_float",
                                   .doc =
                                       "x of f32 rounded to the nearest multiple of 2^(e - mantissa_bits), halves to "
                                       "even, where 2^e <= |x| and e is at "
                                       "least `least_exponent`; what is beyond `greatest` becomes it, an infinity or a "
                                       "NaN by `overflow`, and a NaN stays or "
                                       "becomes 0. ONNX Cast to 8-bit and smaller floats.",
                                   .schema = &schema_of<RoundFloat>,
                                   .infer = infer_round_float,
                                   .lower = lower_round_float};
constinit const OpInfo kRoundToPower{
    .name = "round_to_power",
    .doc = "|x| of f32 rounded up, down or to the nearest power of 2 from 2^-127 to 2^127. ONNX Cast to FLOAT8E8M0.",
    .schema = &schema_of<RoundToPower>,
    .infer = infer_round_to_power,
    .lower = lower_round_to_power};

}  // namespace burin::ir
