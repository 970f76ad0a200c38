// Ops on one operand that are one opcode, or a few, per element.
#include <limits>

#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/scalar_functions.h"

namespace burin::ir {
namespace {

template <Opcode kOpcode>
void lower_opcode(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) { return unary(kOpcode, widen(op.at(0, i))); });
}

Status infer_is(Inference& op) {
  if (Status status = op.require_float(0); !status) return status;
  op.set_result(0, ElementType::kBool, op.shape(0));
  return {};
}

Status infer_bits(Inference& op) {
  if (is_float(op.element(0)))
    return op.fault("type-mismatch", "operand 0: expected bool or integers, found {}", info(op.element(0)).name);
  return infer_like_operand(op);
}

Status infer_cast(Inference& op) {
  op.set_result(0, op.attributes<Cast>().to, op.shape(0));
  return {};
}

void lower_is_inf(Lowering& op) {
  const auto& attributes = op.attributes<IsInf>();
  lower_map(op, [&](std::span<const Expr> i) {
    const Expr x = widen(op.at(0, i));
    const Expr infinity = highest(op.pool(), x->type.element);
    const Expr positive = logical_and(equal(x, infinity), op.pool().boolean(attributes.positive));
    const Expr negative = logical_and(equal(x, -infinity), op.pool().boolean(attributes.negative));
    return logical_or(positive, negative);
  });
}

void lower_cast(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) { return op.at(0, i); });
}

}  // namespace

constinit const OpInfo kAbs{
    .name = "abs", .doc = "|x|. ONNX Abs.", .infer = infer_number, .lower = lower_opcode<Opcode::kAbs>};
constinit const OpInfo kNeg{
    .name = "neg", .doc = "-x. ONNX Neg.", .infer = infer_number, .lower = lower_opcode<Opcode::kNegate>};
constinit const OpInfo kSign{.name = "sign",
                             .doc = "1, 0 or -1 by the sign of x; a NaN stays. ONNX Sign.",
                             .infer = infer_number,
                             .lower = lower_function<sign_of>};
constinit const OpInfo kNot{.name = "not",
                            .doc = "The negation of a bool, the complement of an integer's bits. ONNX Not, BitwiseNot.",
                            .infer = infer_bits,
                            .lower = lower_opcode<Opcode::kNot>};

constinit const OpInfo kReciprocal{.name = "reciprocal",
                                   .doc = "1 / x. ONNX Reciprocal.",
                                   .infer = infer_float,
                                   .lower = lower_function<reciprocal_of>};
constinit const OpInfo kSqrt{.name = "sqrt",
                             .doc = "The square root of x. ONNX Sqrt.",
                             .infer = infer_float,
                             .lower = lower_opcode<Opcode::kSqrt>};
constinit const OpInfo kExp{
    .name = "exp", .doc = "e to the x. ONNX Exp.", .infer = infer_float, .lower = lower_opcode<Opcode::kExp>};
constinit const OpInfo kLog{.name = "log",
                            .doc = "The natural logarithm of x. ONNX Log.",
                            .infer = infer_float,
                            .lower = lower_opcode<Opcode::kLog>};
constinit const OpInfo kErf{.name = "erf",
                            .doc = "The error function of x. ONNX Erf.",
                            .infer = infer_float,
                            .lower = lower_opcode<Opcode::kErf>};

constinit const OpInfo kFloor{
    .name = "floor", .doc = "x rounded down. ONNX Floor.", .infer = infer_float, .lower = lower_opcode<Opcode::kFloor>};
constinit const OpInfo kCeil{
    .name = "ceil", .doc = "x rounded up. ONNX Ceil.", .infer = infer_float, .lower = lower_opcode<Opcode::kCeil>};
constinit const OpInfo kRound{.name = "round",
                              .doc = "x rounded to the nearest integer, halves to the even one. ONNX Round.",
                              .infer = infer_float,
                              .lower = lower_opcode<Opcode::kRoundEven>};

constinit const OpInfo kSin{
    .name = "sin", .doc = "ONNX Sin.", .infer = infer_float, .lower = lower_opcode<Opcode::kSin>};
constinit const OpInfo kCos{
    .name = "cos", .doc = "ONNX Cos.", .infer = infer_float, .lower = lower_opcode<Opcode::kCos>};
constinit const OpInfo kTan{
    .name = "tan", .doc = "ONNX Tan.", .infer = infer_float, .lower = lower_opcode<Opcode::kTan>};
constinit const OpInfo kAsin{
    .name = "asin", .doc = "ONNX Asin.", .infer = infer_float, .lower = lower_opcode<Opcode::kAsin>};
constinit const OpInfo kAcos{
    .name = "acos", .doc = "ONNX Acos.", .infer = infer_float, .lower = lower_opcode<Opcode::kAcos>};
constinit const OpInfo kAtan{
    .name = "atan", .doc = "ONNX Atan.", .infer = infer_float, .lower = lower_opcode<Opcode::kAtan>};
constinit const OpInfo kSinh{
    .name = "sinh", .doc = "ONNX Sinh.", .infer = infer_float, .lower = lower_opcode<Opcode::kSinh>};
constinit const OpInfo kCosh{
    .name = "cosh", .doc = "ONNX Cosh.", .infer = infer_float, .lower = lower_opcode<Opcode::kCosh>};
constinit const OpInfo kTanh{
    .name = "tanh", .doc = "ONNX Tanh.", .infer = infer_float, .lower = lower_opcode<Opcode::kTanh>};
constinit const OpInfo kAsinh{
    .name = "asinh", .doc = "ONNX Asinh.", .infer = infer_float, .lower = lower_opcode<Opcode::kAsinh>};
constinit const OpInfo kAcosh{
    .name = "acosh", .doc = "ONNX Acosh.", .infer = infer_float, .lower = lower_opcode<Opcode::kAcosh>};
constinit const OpInfo kAtanh{
    .name = "atanh", .doc = "ONNX Atanh.", .infer = infer_float, .lower = lower_opcode<Opcode::kAtanh>};

constinit const OpInfo kIsNan{.name = "is_nan",
                              .doc = "True where x is not a number. ONNX IsNaN.",
                              .infer = infer_is,
                              .lower = lower_opcode<Opcode::kIsNan>};
constinit const OpInfo kIsInf{.name = "is_inf",
                              .doc = "True where x is an infinity of a sign asked for. ONNX IsInf.",
                              .schema = &schema_of<IsInf>,
                              .infer = infer_is,
                              .lower = lower_is_inf};
constinit const OpInfo kCast{
    .name = "cast",
    .doc = "x as another element type: floats truncate to integers, numbers to bool compare with 0. ONNX Cast.",
    .schema = &schema_of<Cast>,
    .infer = infer_cast,
    .lower = lower_cast};

}  // namespace burin::ir
