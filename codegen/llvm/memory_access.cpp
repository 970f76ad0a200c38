// Loads and stores of ExprEmitter. An index is a sum: what varies of it becomes one address that neighbouring accesses
// share, its constant part a distance that the machine's addressing takes for free.
#include "codegen/llvm/expressions.h"
#include "codegen/llvm/value_types.h"
#include "ir/base/result.h"
#include "ir/expr/linear.h"

namespace burin::codegen {

using ir::Expr;
using ir::Opcode;

llvm::Value* ExprEmitter::buffer(ir::BufferId buffer) {
  if (auto bound = buffers_.find(buffer.index); bound != buffers_.end()) return bound->second;
  const auto [found, is_new] = statement_buffers_.try_emplace(buffer.index, nullptr);
  if (is_new) found->second = find_buffer_(buffer);
  return found->second;
}

llvm::Value* ExprEmitter::address(ir::BufferId buffer, Expr index) {
  const ir::ElementType element = kernel_.buffers[buffer].element;
  llvm::Type* type = memory_type(builder_.getContext(), {element, 1});
  llvm::Value* base = this->buffer(buffer);
  if (index->type != ir::kIndex) return builder_.CreateGEP(type, base, emit(ir::cast(index, ir::ElementType::kI64)));
  std::optional<ir::LinearForm> form = ir::linear_form(index);
  if (!form) return builder_.CreateGEP(type, base, emit(index));
  const int64_t distance = std::exchange(form->constant, 0);
  if (!form->terms.empty()) base = builder_.CreateGEP(type, base, emit(ir::sum_of(*form, *index->pool)));
  return distance == 0 ? base : builder_.CreateGEP(type, base, builder_.getInt64(static_cast<uint64_t>(distance)));
}

std::vector<llvm::Value*> ExprEmitter::lane_addresses(ir::BufferId buffer, Expr index) {
  std::vector<llvm::Value*> addresses;
  const bool strided = index->opcode == Opcode::kRamp && ir::is_constant(index->operands[1]);
  if (strided || index->opcode == Opcode::kSplat) {
    for (int i = 0; i < index->type.lanes; ++i) addresses.push_back(address(buffer, ir::lane(index, i)));
    return addresses;
  }
  llvm::Type* type = memory_type(builder_.getContext(), {kernel_.buffers[buffer].element, 1});
  llvm::Value* indices = emit(ir::cast(index, ir::ElementType::kI64));
  for (int i = 0; i < index->type.lanes; ++i) {
    llvm::Value* one = builder_.CreateExtractElement(indices, static_cast<uint64_t>(i));
    addresses.push_back(builder_.CreateGEP(type, this->buffer(buffer), one));
  }
  return addresses;
}

llvm::Value* ExprEmitter::load(Expr e) {
  const ir::BufferId buffer = ir::buffer_of(e);
  const Expr index = e->operands[0];
  const ir::ElementType element = kernel_.buffers[buffer].element;
  BURIN_ASSERT(element == e->type.element, "a load has the element type of its buffer");
  const llvm::Align align(static_cast<uint64_t>(ir::size_of(element)));
  llvm::Type* type = memory_type(builder_.getContext(), e->type);
  if (index->type.lanes == 1) {
    return from_memory(builder_.CreateAlignedLoad(type, address(buffer, index), align), e->type);
  }
  llvm::Value* gathered = llvm::PoisonValue::get(type);
  uint64_t lane = 0;
  for (llvm::Value* at : lane_addresses(buffer, index)) {
    llvm::Value* one = builder_.CreateAlignedLoad(type->getScalarType(), at, align);
    gathered = builder_.CreateInsertElement(gathered, one, lane++);
  }
  return from_memory(gathered, e->type);
}

void ExprEmitter::prefetch(ir::BufferId buffer, Expr index) {
  llvm::Value* at = address(buffer, resolved(index));
  // To read, into all caches, data and not instructions.
  builder_.CreateIntrinsic(llvm::Intrinsic::prefetch, {at->getType()},
                           {at, builder_.getInt32(0), builder_.getInt32(3), builder_.getInt32(1)});
}

void ExprEmitter::store(ir::BufferId buffer, Expr index, Expr stored) {
  const ir::ElementType element = kernel_.buffers[buffer].element;
  BURIN_ASSERT(element == stored->type.element, "a store has the element type of its buffer");
  const llvm::Align align(static_cast<uint64_t>(ir::size_of(element)));
  llvm::Value* bits = to_memory(value(stored), stored->type);
  const Expr position = resolved(index);
  if (position->type.lanes == 1) {
    builder_.CreateAlignedStore(bits, address(buffer, position), align);
    return;
  }
  uint64_t lane = 0;
  for (llvm::Value* at : lane_addresses(buffer, position)) {
    builder_.CreateAlignedStore(builder_.CreateExtractElement(bits, lane++), at, align);
  }
}

}  // namespace burin::codegen
