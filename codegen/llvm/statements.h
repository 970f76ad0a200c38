// Statements of the loop form as LLVM control flow, inside one function.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <span>
#include <vector>

#include "codegen/llvm/expressions.h"
#include "ir/loop/loop.h"

namespace burin::codegen {

class StatementEmitter {
 public:
  // `callees` are the module's kernels by KernelId.
  StatementEmitter(llvm::IRBuilder<>& builder, ExprEmitter& values, ir::ExprPool& pool,
                   std::span<llvm::Function* const> callees)
      : builder_(builder), values_(values), pool_(pool), callees_(callees) {}

  void emit(const ir::Block& block);
  // What tiles became, for promotion to registers.
  const std::vector<llvm::AllocaInst*>& slots() const { return slots_; }

 private:
  void emit(const ir::Loop& loop);
  void emit(const ir::WhileLoop& loop);
  void emit(const ir::Branch& branch);
  void emit(const ir::Let& let);
  void emit(const ir::Tile& tile);
  void emit(const ir::Assign& assign);
  void emit(const ir::StoreTo& store);
  void emit(const ir::Prefetch& prefetch);
  void emit(const ir::Call& call);
  void emit_scoped(const ir::Block& block);
  void emit_unrolled(const ir::Loop& loop);
  void emit_once(const ir::Loop& loop, int64_t counter);
  llvm::BasicBlock* new_block(const char* name);

  llvm::IRBuilder<>& builder_;
  ExprEmitter& values_;
  ir::ExprPool& pool_;
  std::span<llvm::Function* const> callees_;
  std::vector<llvm::AllocaInst*> slots_;
};

}  // namespace burin::codegen
