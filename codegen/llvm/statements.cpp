#include "codegen/llvm/statements.h"

#include <optional>

#include "codegen/llvm/value_types.h"
#include "ir/base/checked.h"
#include "ir/base/result.h"
#include "ir/loop/verify.h"

namespace burin::codegen {

llvm::BasicBlock* StatementEmitter::new_block(const char* name) {
  return llvm::BasicBlock::Create(builder_.getContext(), name, builder_.GetInsertBlock()->getParent());
}

void StatementEmitter::emit(const ir::Block& block) {
  for (const ir::LoopStatement& statement : block) {
    values_.begin_statement();
    std::visit([&](const auto& form) { emit(form); }, statement.form);
  }
}

void StatementEmitter::emit_scoped(const ir::Block& block) {
  values_.begin_scope();
  emit(block);
  values_.end_scope();
}

void StatementEmitter::emit_once(const ir::Loop& loop, int64_t counter) {
  values_.begin_unrolled(loop.counter, counter);
  emit_scoped(loop.body);
  values_.end_unrolled(loop.counter);
}

void StatementEmitter::emit_unrolled(const ir::Loop& loop) {
  const std::optional<int64_t> begin = ir::constant_integer(values_.resolved(loop.begin));
  const std::optional<int64_t> end = ir::constant_integer(values_.resolved(loop.end));
  BURIN_ASSERT(begin && end && loop.step > 0, "an unrolled loop has constant bounds");
  BURIN_ASSERT(*begin >= *end || (*end - *begin) / loop.step < ir::kMostUnrolled, "an unrolled loop is short");
  for (std::optional<int64_t> i = begin; i && *i < *end; i = ir::checked_add(*i, loop.step)) emit_once(loop, *i);
}

// The condition stands at the loop's end, and before it where the first run is not certain. A single run is no loop.
void StatementEmitter::emit(const ir::Loop& loop) {
  if (loop.kind == ir::LoopKind::kUnrolled) return emit_unrolled(loop);
  const std::optional<int64_t> low = ir::constant_integer(values_.resolved(loop.begin));
  const std::optional<int64_t> high = ir::constant_integer(values_.resolved(loop.end));
  if (low && high && *low >= *high) return;
  if (low && high && *high - *low <= loop.step) return emit_once(loop, *low);

  llvm::Value* begin = values_.value(loop.begin);
  llvm::Value* end = values_.value(loop.end);
  llvm::BasicBlock* body = new_block("loop");
  llvm::BasicBlock* after = new_block("after");
  llvm::BasicBlock* before = builder_.GetInsertBlock();
  if (low && high) {
    builder_.CreateBr(body);
  } else {
    builder_.CreateCondBr(builder_.CreateICmpSLT(begin, end), body, after);
  }
  builder_.SetInsertPoint(body);
  llvm::PHINode* counter = builder_.CreatePHI(builder_.getInt64Ty(), 2, pool_[loop.counter].name);
  counter->addIncoming(begin, before);
  values_.bind(loop.counter, counter);
  emit_scoped(loop.body);
  llvm::Value* next = builder_.CreateAdd(counter, builder_.getInt64(static_cast<uint64_t>(loop.step)));
  counter->addIncoming(next, builder_.GetInsertBlock());
  builder_.CreateCondBr(builder_.CreateICmpSLT(next, end), body, after);
  builder_.SetInsertPoint(after);
}

void StatementEmitter::emit(const ir::WhileLoop& loop) {
  llvm::BasicBlock* test = new_block("while");
  llvm::BasicBlock* body = new_block("do");
  llvm::BasicBlock* after = new_block("after");
  builder_.CreateBr(test);
  builder_.SetInsertPoint(test);
  values_.begin_scope();
  values_.begin_statement();
  builder_.CreateCondBr(values_.value(loop.condition), body, after);
  builder_.SetInsertPoint(body);
  emit_scoped(loop.body);
  builder_.CreateBr(test);
  values_.end_scope();
  builder_.SetInsertPoint(after);
}

void StatementEmitter::emit(const ir::Branch& branch) {
  if (std::optional<int64_t> known = ir::constant_integer(values_.resolved(branch.condition))) {
    return emit_scoped(*known != 0 ? branch.then_body : branch.else_body);
  }
  llvm::BasicBlock* then_block = new_block("then");
  llvm::BasicBlock* after = new_block("after");
  llvm::BasicBlock* else_block = branch.else_body.empty() ? after : new_block("else");
  builder_.CreateCondBr(values_.value(branch.condition), then_block, else_block);
  builder_.SetInsertPoint(then_block);
  emit_scoped(branch.then_body);
  builder_.CreateBr(after);
  if (else_block != after) {
    builder_.SetInsertPoint(else_block);
    emit_scoped(branch.else_body);
    builder_.CreateBr(after);
  }
  builder_.SetInsertPoint(after);
}

void StatementEmitter::emit(const ir::Let& let) { values_.bind(let.variable, values_.value(let.value)); }

void StatementEmitter::emit(const ir::Tile& tile) {
  const ir::Variable& variable = pool_[tile.variable];
  const std::optional<int64_t> count = ir::checked_product(tile.dims);
  BURIN_ASSERT(count && *count <= ir::kMostTileValues, "a register tile is small");
  llvm::BasicBlock& start = builder_.GetInsertBlock()->getParent()->getEntryBlock();
  llvm::IRBuilder<> at_start(&start, start.begin());
  TileSlots slots{tile.dims, {}};
  for (int64_t i = 0; i < *count; ++i) {
    slots.elements.push_back(
        at_start.CreateAlloca(value_type(builder_.getContext(), variable.type), nullptr, variable.name));
  }
  slots_.insert(slots_.end(), slots.elements.begin(), slots.elements.end());
  values_.bind_tile(tile.variable, std::move(slots));
}

void StatementEmitter::emit(const ir::Assign& assign) { values_.assign(assign.tile, assign.index, assign.value); }

void StatementEmitter::emit(const ir::StoreTo& store) { values_.store(store.buffer, store.index, store.value); }

void StatementEmitter::emit(const ir::Prefetch& prefetch) { values_.prefetch(prefetch.buffer, prefetch.index); }

void StatementEmitter::emit(const ir::Call& call) {
  std::vector<llvm::Value*> arguments;
  for (ir::BufferId buffer : call.buffers) arguments.push_back(values_.buffer(buffer));
  for (ir::Expr scalar : call.scalars) arguments.push_back(values_.value(scalar));
  builder_.CreateCall(callees_[call.kernel.index], arguments)->setDoesNotThrow();
}

}  // namespace burin::codegen
