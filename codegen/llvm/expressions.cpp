#include "codegen/llvm/expressions.h"

#include <llvm/IR/Intrinsics.h>

#include <bit>
#include <ranges>

#include "codegen/llvm/float_arithmetic.h"
#include "codegen/llvm/integer_arithmetic.h"
#include "codegen/llvm/value_types.h"
#include "ir/base/result.h"

namespace burin::codegen {

using ir::ElementType;
using ir::Expr;
using ir::Opcode;
namespace intrinsic = llvm::Intrinsic;

namespace {

bool is_half(ElementType element) { return element == ElementType::kF16 || element == ElementType::kBF16; }

Signedness sign_of(ElementType element) {
  return ir::is_unsigned(element) || element == ElementType::kBool ? Signedness::kUnsigned : Signedness::kSigned;
}

// Indices that are known to be neither negative divide as unsigned numbers, which is cheaper.
Signedness division_sign(Expr e) {
  const bool natural = e->type == ir::kIndex && e->operands[0]->low >= 0 && e->operands[1]->low >= 0;
  return natural ? Signedness::kUnsigned : sign_of(e->type.element);
}

llvm::Constant* scalar_constant(llvm::Type* type, Expr e) {
  if (type->isIntegerTy()) return llvm::ConstantInt::get(type, static_cast<uint64_t>(e->payload), true);
  const auto number = std::bit_cast<double>(e->payload);
  if (type->isFloatTy()) return llvm::ConstantFP::get(type->getContext(), llvm::APFloat(static_cast<float>(number)));
  return llvm::ConstantFP::get(type->getContext(), llvm::APFloat(number));
}

}  // namespace

void ExprEmitter::begin_unrolled(ir::VariableId counter, int64_t value) {
  unrolled_[counter.index] = pool_.integer(value);
}
void ExprEmitter::end_unrolled(ir::VariableId counter) { unrolled_.erase(counter.index); }

llvm::Value* ExprEmitter::value(Expr e) { return emit(resolved(e)); }

bool ExprEmitter::is_pure(Expr e) {
  if (auto found = pure_.find(e.node()); found != pure_.end()) return found->second;
  bool pure = e->opcode != Opcode::kLoad;
  if (e->opcode == Opcode::kVariable) pure = variables_.contains(static_cast<uint32_t>(e->payload));
  for (Expr operand : e->operands) pure = is_pure(operand) && pure;
  pure_.emplace(e.node(), pure);
  return pure;
}

llvm::Value* ExprEmitter::emit(Expr e) {
  if (ir::is_constant(e)) return constant(e);
  const bool pure = is_pure(e);
  if (pure) {
    for (const auto& scope : std::views::reverse(scopes_)) {
      if (const auto found = scope.find(e.node()); found != scope.end()) return found->second;
    }
  } else if (auto found = statement_.find(e.node()); found != statement_.end()) {
    return found->second;
  }
  llvm::Value* value = compute(e);
  (pure ? scopes_.back() : statement_)[e.node()] = value;
  return value;
}

llvm::Value* ExprEmitter::constant(Expr e) {
  const Expr scalar = e->opcode == Opcode::kSplat ? e->operands[0] : e;
  llvm::Constant* one = scalar_constant(value_type(builder_.getContext(), scalar->type), scalar);
  if (e->type.lanes == 1) return one;
  return llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(static_cast<unsigned>(e->type.lanes)), one);
}

llvm::Value* ExprEmitter::variable(Expr e) {
  const ir::VariableId id = ir::variable_of(e);
  llvm::Type* type = value_type(builder_.getContext(), e->type);
  if (tiles_.contains(id.index)) return builder_.CreateLoad(type, tile_element(id, e->operands));
  if (auto known = variables_.find(id.index); known != variables_.end()) return known->second;
  const auto held = in_memory_.find(id.index);
  BURIN_ASSERT(held != in_memory_.end(), "a variable is declared before it is used");
  return builder_.CreateLoad(type, held->second);
}

llvm::AllocaInst* ExprEmitter::tile_element(ir::VariableId tile, std::span<const Expr> index) const {
  const TileSlots& slots = tiles_.at(tile.index);
  int64_t position = 0;
  for (size_t d = 0; d < index.size(); ++d) {
    const std::optional<int64_t> i = ir::constant_integer(index[d]);
    BURIN_ASSERT(i && *i >= 0 && *i < slots.dims[d], "indices of register tiles are constants inside the tile");
    position = position * slots.dims[d] + *i;
  }
  return slots.elements.at(static_cast<size_t>(position));
}

void ExprEmitter::assign(ir::VariableId tile, std::span<const Expr> index, Expr assigned) {
  std::vector<Expr> numbers;
  for (Expr i : index) numbers.push_back(resolved(i));
  builder_.CreateStore(value(assigned), tile_element(tile, numbers));
}

llvm::Value* ExprEmitter::compute(Expr e) {
  if (e->opcode == Opcode::kVariable) return variable(e);
  if (e->opcode == Opcode::kLoad) return load(e);
  std::vector<llvm::Value*> operands;
  for (Expr operand : e->operands) operands.push_back(emit(operand));
  switch (e->opcode) {
    case Opcode::kSelect: return builder_.CreateSelect(operands[0], operands[1], operands[2]);
    case Opcode::kCast: return cast(e, operands[0]);
    case Opcode::kBitcast: return bitcast(e, operands[0]);
    case Opcode::kSplat: return builder_.CreateVectorSplat(static_cast<unsigned>(e->type.lanes), operands[0]);
    case Opcode::kRamp: return ramp(e, operands[0], operands[1]);
    case Opcode::kLane: return builder_.CreateExtractElement(operands[0], static_cast<uint64_t>(e->payload));
    case Opcode::kHead: {
      if (e->type.lanes == 1) return builder_.CreateExtractElement(operands[0], uint64_t{0});
      std::vector<int> first(static_cast<size_t>(e->type.lanes));
      for (size_t i = 0; i < first.size(); ++i) first[i] = static_cast<int>(i);
      return builder_.CreateShuffleVector(operands[0], first);
    }
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kIsNan:
      return comparison(e, operands);
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kAdd:
    case Opcode::kSub: case Opcode::kMul: case Opcode::kDiv: case Opcode::kFloorDiv: case Opcode::kCeilDiv:
    case Opcode::kMod: case Opcode::kMin: case Opcode::kMax: case Opcode::kPow: case Opcode::kAnd: case Opcode::kOr:
    case Opcode::kXor: case Opcode::kShiftLeft: case Opcode::kShiftRight: case Opcode::kNegate: case Opcode::kNot:
    case Opcode::kAbs: case Opcode::kSqrt: case Opcode::kFloor: case Opcode::kCeil: case Opcode::kTruncate:
    case Opcode::kRoundEven: case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan:
    case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh:
    case Opcode::kAsinh: case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kFma: break;
      // clang-format on
  }
  return ir::is_float(e->type.element) ? float_operation(e, operands) : integer_operation(e, operands);
}

llvm::Value* ExprEmitter::ramp(Expr e, llvm::Value* base, llvm::Value* stride) {
  std::vector<llvm::Constant*> counts;
  for (int i = 0; i < e->type.lanes; ++i)
    counts.push_back(llvm::ConstantInt::get(base->getType(), static_cast<uint64_t>(i)));
  const auto lanes = static_cast<unsigned>(e->type.lanes);
  llvm::Value* distances =
      builder_.CreateMul(llvm::ConstantVector::get(counts), builder_.CreateVectorSplat(lanes, stride));
  return builder_.CreateAdd(builder_.CreateVectorSplat(lanes, base), distances);
}

llvm::Value* ExprEmitter::comparison(Expr e, std::span<llvm::Value* const> operands) {
  const ElementType element = e->operands[0]->type.element;
  llvm::Value* a = operands[0];
  if (e->opcode == Opcode::kIsNan) {
    return ir::is_float(element) ? builder_.CreateFCmpUNO(a, a)
                                 : llvm::Constant::getNullValue(value_type(builder_.getContext(), e->type));
  }
  llvm::Value* b = operands[1];
  using Predicate = llvm::CmpInst::Predicate;
  const bool is_float = ir::is_float(element);
  const bool is_unsigned = sign_of(element) == Signedness::kUnsigned;
  Predicate predicate = is_float ? Predicate::FCMP_OEQ : Predicate::ICMP_EQ;
  if (e->opcode == Opcode::kNotEqual) predicate = is_float ? Predicate::FCMP_UNE : Predicate::ICMP_NE;
  if (e->opcode == Opcode::kLess) {
    predicate = is_float ? Predicate::FCMP_OLT : is_unsigned ? Predicate::ICMP_ULT : Predicate::ICMP_SLT;
  }
  if (e->opcode == Opcode::kLessEqual) {
    predicate = is_float ? Predicate::FCMP_OLE : is_unsigned ? Predicate::ICMP_ULE : Predicate::ICMP_SLE;
  }
  return builder_.CreateCmp(predicate, a, b);
}

llvm::Value* ExprEmitter::integer_operation(Expr e, std::span<llvm::Value* const> v) {
  const bool is_unsigned = sign_of(e->type.element) == Signedness::kUnsigned;
  const Signedness sign = sign_of(e->type.element);
  switch (e->opcode) {
    case Opcode::kAdd: return builder_.CreateAdd(v[0], v[1]);
    case Opcode::kSub: return builder_.CreateSub(v[0], v[1]);
    case Opcode::kMul: return builder_.CreateMul(v[0], v[1]);
    case Opcode::kDiv:
    case Opcode::kFloorDiv:
    case Opcode::kCeilDiv:
    case Opcode::kMod: return divide(builder_, e->opcode, division_sign(e), v[0], v[1]);
    case Opcode::kMin:
      return builder_.CreateBinaryIntrinsic(is_unsigned ? intrinsic::umin : intrinsic::smin, v[0], v[1]);
    case Opcode::kMax:
      return builder_.CreateBinaryIntrinsic(is_unsigned ? intrinsic::umax : intrinsic::smax, v[0], v[1]);
    case Opcode::kPow: return power(builder_, sign, v[0], v[1]);
    case Opcode::kAnd: return builder_.CreateAnd(v[0], v[1]);
    case Opcode::kOr: return builder_.CreateOr(v[0], v[1]);
    case Opcode::kXor: return builder_.CreateXor(v[0], v[1]);
    case Opcode::kShiftLeft:
    case Opcode::kShiftRight: return shift(builder_, e->opcode, sign, v[0], v[1]);
    case Opcode::kNegate: return builder_.CreateNeg(v[0]);
    case Opcode::kNot: return builder_.CreateNot(v[0]);
    case Opcode::kAbs:
      return is_unsigned ? v[0] : builder_.CreateBinaryIntrinsic(intrinsic::abs, v[0], builder_.getFalse());
    case Opcode::kFma: return builder_.CreateAdd(builder_.CreateMul(v[0], v[1]), v[2]);
    case Opcode::kFloor:
    case Opcode::kCeil:
    case Opcode::kTruncate:
    case Opcode::kRoundEven:
      return v[0];
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kEqual:
    case Opcode::kNotEqual: case Opcode::kLess: case Opcode::kLessEqual: case Opcode::kSqrt: case Opcode::kIsNan:
    case Opcode::kExp: case Opcode::kLog: case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin:
    case Opcode::kAcos: case Opcode::kAtan: case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh:
    case Opcode::kAcosh: case Opcode::kAtanh: case Opcode::kErf: case Opcode::kSelect: case Opcode::kCast:
    case Opcode::kBitcast: case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(false, "the opcode is arithmetic on integers");
  return nullptr;
}

// 16-bit floats are computed as floats and rounded: a float has more than twice their bits, so that rounding twice is
// rounding once.
llvm::Value* ExprEmitter::float_operation(Expr e, std::span<llvm::Value* const> v) {
  llvm::Value* result = nullptr;
  switch (e->opcode) {
    case Opcode::kAdd: result = builder_.CreateFAdd(v[0], v[1]); break;
    case Opcode::kSub: result = builder_.CreateFSub(v[0], v[1]); break;
    case Opcode::kMul: result = builder_.CreateFMul(v[0], v[1]); break;
    case Opcode::kDiv: result = builder_.CreateFDiv(v[0], v[1]); break;
    case Opcode::kMod: return float_modulo(e, v[0], v[1]);
    case Opcode::kMin: return builder_.CreateSelect(builder_.CreateFCmpOLT(v[0], v[1]), v[0], v[1]);
    case Opcode::kMax: return builder_.CreateSelect(builder_.CreateFCmpOGT(v[0], v[1]), v[0], v[1]);
    case Opcode::kNegate: return builder_.CreateFNeg(v[0]);
    case Opcode::kAbs: return builder_.CreateUnaryIntrinsic(intrinsic::fabs, v[0]);
    case Opcode::kSqrt: result = builder_.CreateUnaryIntrinsic(intrinsic::sqrt, v[0]); break;
    case Opcode::kFloor: return builder_.CreateUnaryIntrinsic(intrinsic::floor, v[0]);
    case Opcode::kCeil: return builder_.CreateUnaryIntrinsic(intrinsic::ceil, v[0]);
    case Opcode::kTruncate: return builder_.CreateUnaryIntrinsic(intrinsic::trunc, v[0]);
    case Opcode::kRoundEven: return builder_.CreateUnaryIntrinsic(intrinsic::roundeven, v[0]);
    case Opcode::kFma:
      result = fused_multiply_add(builder_, target_.has, v[0], v[1], v[2]);
      break;
      // clang-format off
    case Opcode::kConstant: case Opcode::kVariable: case Opcode::kRead: case Opcode::kLoad: case Opcode::kFloorDiv:
    case Opcode::kCeilDiv: case Opcode::kPow: case Opcode::kAnd: case Opcode::kOr: case Opcode::kXor:
    case Opcode::kShiftLeft: case Opcode::kShiftRight: case Opcode::kEqual: case Opcode::kNotEqual: case Opcode::kLess:
    case Opcode::kLessEqual: case Opcode::kNot: case Opcode::kIsNan: case Opcode::kExp: case Opcode::kLog:
    case Opcode::kSin: case Opcode::kCos: case Opcode::kTan: case Opcode::kAsin: case Opcode::kAcos: case Opcode::kAtan:
    case Opcode::kSinh: case Opcode::kCosh: case Opcode::kTanh: case Opcode::kAsinh: case Opcode::kAcosh:
    case Opcode::kAtanh: case Opcode::kErf: case Opcode::kSelect: case Opcode::kCast: case Opcode::kBitcast:
    case Opcode::kSplat: case Opcode::kRamp: case Opcode::kLane: case Opcode::kHead: break;
      // clang-format on
  }
  BURIN_ASSERT(result != nullptr, "transcendental functions are polynomials before code is emitted");
  return is_half(e->type.element) ? round_to_half(builder_, target_.has, e->type.element, result) : result;
}

// In double for every type, as ir/expr/scalar.h has it.
llvm::Value* ExprEmitter::float_modulo(Expr e, llvm::Value* a, llvm::Value* b) {
  llvm::Type* wide = widened(builder_.getDoubleTy(), e->type.lanes);
  llvm::Value* x = builder_.CreateFPCast(a, wide);
  llvm::Value* y = builder_.CreateFPCast(b, wide);
  llvm::Value* quotient = builder_.CreateUnaryIntrinsic(intrinsic::floor, builder_.CreateFDiv(x, y));
  llvm::Value* result = builder_.CreateFSub(x, builder_.CreateFMul(quotient, y));
  if (is_half(e->type.element)) return round_to_half(builder_, target_.has, e->type.element, result);
  return builder_.CreateFPCast(result, a->getType());
}

}  // namespace burin::codegen
