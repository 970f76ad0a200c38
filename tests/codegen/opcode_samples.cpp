#include "tests/codegen/opcode_samples.h"

#include "tests/codegen/loop_samples.h"

namespace burin::ir {
namespace {

constexpr int64_t kCount = 448;  // a multiple of every number of lanes used

bool takes(Operands operands, ElementType element) {
  switch (operands) {
    case Operands::kAny: return true;
    case Operands::kNumbers: return element != ElementType::kBool;
    case Operands::kIntegers: return is_integer(element);
    case Operands::kFloats: return is_float(element);
    case Operands::kBits: return !is_float(element);
  }
  return false;
}

bool is_emitted(Opcode opcode, ElementType element) {
  const bool transcendental =
      (opcode >= Opcode::kExp && opcode <= Opcode::kErf) || (opcode == Opcode::kPow && is_float(element));
  const bool arithmetic = opcode >= Opcode::kAdd && opcode <= Opcode::kSelect;
  return arithmetic && !transcendental && takes(info(opcode).takes, element);
}

// Three inputs of the type and one of bools; an operation's kernel reads as many as it has operands.
class SampleBuilder {
 public:
  SampleBuilder(ElementType element, int lanes) : element_(element), lanes_(lanes) {
    for (uint32_t i = 0; i < 3; ++i) values_.push_back(add_input(fmt::format("x{}", i), element, 17 + i));
    condition_ = add_input("condition", ElementType::kBool, 5);
  }

  // y = compute(operands), where the first operand is the condition if the opcode selects.
  template <class Compute>
  void add(const std::string& name, int operands, bool selects, ElementType result, Compute&& compute) {
    KernelBuilder kernel(builder_.pool(), "kernel_" + name);
    std::vector<BufferId> parameters, arguments;
    for (int i = 0; i < operands; ++i) {
      const bool is_condition = selects && i == 0;
      parameters.push_back(
          kernel.parameter(fmt::format("x{}", i), is_condition ? ElementType::kBool : element_, false));
      arguments.push_back(is_condition ? condition_ : values_[static_cast<size_t>(i)]);
    }
    const BufferId y = kernel.parameter("y", result, true);
    arguments.push_back(builder_.output(name, result, builder_.dims({kCount})));
    ExprPool& pool = builder_.pool();
    kernel.loop(pool.integer(0), pool.integer(kCount), lanes_, LoopKind::kSerial, [&](Expr i) {
      std::vector<Expr> loaded;
      for (BufferId parameter : parameters) loaded.push_back(kernel.load(parameter, i, lanes_));
      kernel.store(y, i, compute(std::span<const Expr>(loaded)));
    });
    builder_.call(builder_.module.kernels.add(kernel.take()), arguments);
  }

  OpcodeSamples take() { return {std::move(builder_.module), std::move(inputs_)}; }

 private:
  BufferId add_input(const std::string& name, ElementType element, uint32_t seed) {
    inputs_.push_back(hostile_literal(element, {kCount}, seed));
    return builder_.input(name, element, builder_.dims({kCount}));
  }

  ElementType element_;
  int lanes_;
  ModuleBuilder builder_;
  std::vector<BufferId> values_;
  BufferId condition_;
  std::vector<Literal> inputs_;
};

std::string name_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAdd: return "add";
    case Opcode::kSub: return "sub";
    case Opcode::kMul: return "mul";
    case Opcode::kDiv: return "div";
    case Opcode::kShiftLeft: return "shl";
    case Opcode::kShiftRight: return "shr";
    case Opcode::kEqual: return "eq";
    case Opcode::kNotEqual: return "ne";
    case Opcode::kLess: return "lt";
    case Opcode::kLessEqual:
      return "le";
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kFloorDiv:
    case Opcode::kCeilDiv: case Opcode::kMod: case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAnd:
    case Opcode::kOr: case Opcode::kXor: case Opcode::kNegate: case Opcode::kNot: case Opcode::kAbs: case Opcode::kSqrt:
    case Opcode::kFloor: case Opcode::kCeil: case Opcode::kTruncate: case Opcode::kRoundEven: case Opcode::kIsNan:
    case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin:
    case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh:
    case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kFma: case Opcode::kSelect: case Opcode::kCast:
    case Opcode::kBitcast: case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  return std::string(info(opcode).name);
}

}  // namespace

OpcodeSamples opcode_samples(ElementType element, int lanes) {
  SampleBuilder builder(element, lanes);
  for (int i = 0; i < kOpcodes; ++i) {
    const auto opcode = static_cast<Opcode>(i);
    if (!is_emitted(opcode, element)) continue;
    const bool compares = opcode == Opcode::kIsNan || (opcode >= Opcode::kEqual && opcode <= Opcode::kLessEqual);
    builder.add(name_of(opcode), info(opcode).arity, opcode == Opcode::kSelect, compares ? ElementType::kBool : element,
                [&](std::span<const Expr> x) { return x[0]->pool->make(opcode, x); });
  }
  for (int i = 0; i < kElementTypes; ++i) {
    const auto to = static_cast<ElementType>(i);
    if (to == element) continue;
    builder.add(fmt::format("cast_{}", info(to).name), 1, false, to,
                [&](std::span<const Expr> x) { return cast(x[0], to); });
    if (size_of(to) != size_of(element)) continue;
    builder.add(fmt::format("bitcast_{}", info(to).name), 1, false, to,
                [&](std::span<const Expr> x) { return bitcast(x[0], to); });
  }
  return builder.take();
}

}  // namespace burin::ir
