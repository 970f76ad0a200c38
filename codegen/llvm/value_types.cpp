#include "codegen/llvm/value_types.h"

namespace burin::codegen {
namespace {

using ir::ElementType;

llvm::Type* scalar_value(llvm::LLVMContext& context, ElementType element) {
  switch (element) {
    case ElementType::kBool: return llvm::Type::getInt1Ty(context);
    case ElementType::kI8:
    case ElementType::kU8: return llvm::Type::getInt8Ty(context);
    case ElementType::kI16:
    case ElementType::kU16: return llvm::Type::getInt16Ty(context);
    case ElementType::kI32:
    case ElementType::kU32: return llvm::Type::getInt32Ty(context);
    case ElementType::kI64:
    case ElementType::kU64: return llvm::Type::getInt64Ty(context);
    case ElementType::kF16:
    case ElementType::kBF16:
    case ElementType::kF32: return llvm::Type::getFloatTy(context);
    case ElementType::kF64: return llvm::Type::getDoubleTy(context);
  }
  return nullptr;
}

}  // namespace

llvm::Type* widened(llvm::Type* scalar, int lanes) {
  return lanes == 1 ? scalar : llvm::FixedVectorType::get(scalar, static_cast<unsigned>(lanes));
}

llvm::Type* value_type(llvm::LLVMContext& context, ir::ValueType type) {
  return widened(scalar_value(context, type.element), type.lanes);
}

llvm::Type* memory_type(llvm::LLVMContext& context, ir::ValueType type) {
  const bool is_half = type.element == ElementType::kF16 || type.element == ElementType::kBF16;
  if (is_half) return widened(llvm::Type::getInt16Ty(context), type.lanes);
  if (type.element == ElementType::kBool) return widened(llvm::Type::getInt8Ty(context), type.lanes);
  return value_type(context, type);
}

}  // namespace burin::codegen
