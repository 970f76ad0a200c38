// Ops on two or three operands, broadcast as in NumPy.
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"
#include "ir/ops/scalar_functions.h"

namespace burin::ir {
namespace {

template <Expr (*kFunction)(Expr, Expr)>
void lower_function(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    return kFunction(widen(op.broadcast_at(0, i)), widen(op.broadcast_at(1, i)));
  });
}

template <Opcode kOpcode>
Expr opcode_of(Expr a, Expr b) {
  return binary(kOpcode, a, b);
}

Expr quotient_of(Expr a, Expr b) { return is_float(a->type.element) ? div(a, b) : integer_quotient(a, b); }

// The remainder with the divisor's sign; a divisor of 0 gives 0.
Expr floor_remainder(Expr a, Expr b) {
  const ElementType element = b->type.element;
  if (is_float(element)) {
    const Expr rest = fmod_of(a, b);
    const Expr zero = constant_like(b, 0);
    const Expr negative = less(b, zero);
    const Expr nothing = select(negative, constant_like(b, -0.0), zero);
    return select(equal(rest, zero), nothing, select(not_equal(less(rest, zero), negative), rest + b, rest));
  }
  if (is_constant(b)) return is_constant_value(b, 0) ? constant_like(a, 0) : mod(a, b);
  Expr special = equal(b, constant_like(b, 0));
  if (!is_unsigned(element)) special = logical_or(special, equal(b, constant_like(b, -1)));
  return select(special, constant_like(a, 0), mod(a, select(special, constant_like(b, 1), b)));
}

// Of a NaN and a number, the NaN.
Expr minimum_of(Expr a, Expr b) {
  return is_float(a->type.element) ? select(unary(Opcode::kIsNan, a), a, min(a, b)) : min(a, b);
}
Expr maximum_of(Expr a, Expr b) {
  return is_float(a->type.element) ? select(unary(Opcode::kIsNan, a), a, max(a, b)) : max(a, b);
}

// Integers by integers stay integers, an integer by a float goes through f64.
Expr power_of(Expr base, Expr exponent) {
  const ElementType element = base->type.element;
  const bool mixed = !is_float(element) && is_float(exponent->type.element);
  const ElementType compute = mixed ? ElementType::kF64 : element;
  return cast(binary(Opcode::kPow, cast(base, compute), cast(exponent, compute)), element);
}

Status infer_arithmetic(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  return infer_broadcast(op);
}

Status infer_bits(Inference& op) {
  if (is_float(op.element(0)))
    return op.fault("type-mismatch", "operand 0: expected bool or integers, found {}", info(op.element(0)).name);
  return infer_broadcast(op);
}

Status infer_shift(Inference& op) {
  if (!is_integer(op.element(0)))
    return op.fault("type-mismatch", "operand 0: expected integers, found {}", info(op.element(0)).name);
  return infer_broadcast(op);
}

Status infer_power(Inference& op) {
  Result<Shape> shape = op.broadcast_shape(0);
  if (!shape) return shape.faults();
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

Status infer_order(Inference& op) {
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  return infer_comparison(op);
}

Status infer_select(Inference& op) {
  if (op.element(0) != ElementType::kBool)
    return op.fault("type-mismatch", "operand 0: expected bool, found {}", info(op.element(0)).name);
  if (Status status = op.require_same_element(1, 2); !status) return status;
  Result<Shape> shape = op.broadcast_shape(0);
  if (!shape) return shape.faults();
  op.set_result(0, op.element(1), *std::move(shape));
  return {};
}

void lower_select(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    return select(op.broadcast_at(0, i), op.broadcast_at(1, i), op.broadcast_at(2, i));
  });
}

using InferFunction = Status (*)(Inference&);
using LowerFunction = void (*)(Lowering&);

constexpr OpInfo binary_row(std::string_view name, std::string_view doc, InferFunction infer, LowerFunction lower) {
  return {.name = name, .doc = doc, .least_operands = 2, .most_operands = 2, .infer = infer, .lower = lower};
}

}  // namespace

constinit const OpInfo kAdd =
    binary_row("add", "a + b. ONNX Add, Sum.", infer_arithmetic, lower_function<opcode_of<Opcode::kAdd>>);
constinit const OpInfo kSub =
    binary_row("sub", "a - b. ONNX Sub.", infer_arithmetic, lower_function<opcode_of<Opcode::kSub>>);
constinit const OpInfo kMul =
    binary_row("mul", "a * b. ONNX Mul.", infer_arithmetic, lower_function<opcode_of<Opcode::kMul>>);
constinit const OpInfo kDiv =
    binary_row("div", "a / b; integers truncate toward zero. ONNX Div.", infer_arithmetic, lower_function<quotient_of>);
constinit const OpInfo kMod = binary_row("mod", "The remainder of a / b with the sign of b, a zero too. ONNX Mod.",
                                         infer_arithmetic, lower_function<floor_remainder>);
constinit const OpInfo kFmod = binary_row("fmod", "The remainder of a / b with the sign of a. ONNX Mod with fmod = 1.",
                                          infer_arithmetic, lower_function<fmod_of>);
constinit const OpInfo kPow =
    binary_row("pow", "a to the b, of a's type. ONNX Pow.", infer_power, lower_function<power_of>);
constinit const OpInfo kMin = binary_row("min", "The lesser of a and b, or a NaN among them. ONNX Min.",
                                         infer_arithmetic, lower_function<minimum_of>);
constinit const OpInfo kMax = binary_row("max", "The greater of a and b, or a NaN among them. ONNX Max.",
                                         infer_arithmetic, lower_function<maximum_of>);

constinit const OpInfo kAnd = binary_row("and", "a and b, of bools or bit by bit. ONNX And, BitwiseAnd.", infer_bits,
                                         lower_function<opcode_of<Opcode::kAnd>>);
constinit const OpInfo kOr = binary_row("or", "a or b, of bools or bit by bit. ONNX Or, BitwiseOr.", infer_bits,
                                        lower_function<opcode_of<Opcode::kOr>>);
constinit const OpInfo kXor = binary_row("xor", "a exclusive-or b, of bools or bit by bit. ONNX Xor, BitwiseXor.",
                                         infer_bits, lower_function<opcode_of<Opcode::kXor>>);
constinit const OpInfo kShiftLeft = binary_row("shift_left", "a shifted left by b bits. ONNX BitShift.", infer_shift,
                                               lower_function<opcode_of<Opcode::kShiftLeft>>);
constinit const OpInfo kShiftRight =
    binary_row("shift_right", "a shifted right by b bits; signs fill signed integers. ONNX BitShift.", infer_shift,
               lower_function<opcode_of<Opcode::kShiftRight>>);

constinit const OpInfo kEqual =
    binary_row("equal", "a == b. ONNX Equal.", infer_comparison, lower_function<opcode_of<Opcode::kEqual>>);
constinit const OpInfo kLess = binary_row("less", "a < b. ONNX Less, and Greater with the operands swapped.",
                                          infer_order, lower_function<opcode_of<Opcode::kLess>>);
constinit const OpInfo kLessEqual =
    binary_row("less_equal", "a <= b. ONNX LessOrEqual, and GreaterOrEqual with the operands swapped.", infer_order,
               lower_function<opcode_of<Opcode::kLessEqual>>);

constinit const OpInfo kSelect{.name = "select",
                               .doc = "condition ? a : b of a bool condition, a and b. ONNX Where.",
                               .least_operands = 3,
                               .most_operands = 3,
                               .infer = infer_select,
                               .lower = lower_select};

}  // namespace burin::ir
