// Expressions of the loop form as LLVM values, inside one function. Values that depend on nothing but other values are
// emitted once where a block first needs them and found again by the blocks inside it; loads and tiles are read again by
// each statement.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>

#include <functional>
#include <unordered_map>
#include <vector>

#include "ir/expr/walk.h"
#include "ir/loop/loop.h"
#include "targets/targets.h"

namespace burin::codegen {

// A register tile: one stack slot per element, which becomes a register before code is made.
struct TileSlots {
  std::vector<int64_t> dims;
  std::vector<llvm::AllocaInst*> elements;  // row-major
};

class ExprEmitter {
 public:
  ExprEmitter(llvm::IRBuilder<>& builder, const targets::Target& target, const ir::Kernel& kernel, ir::ExprPool& pool)
      : builder_(builder), target_(target), kernel_(kernel), pool_(pool), scopes_(1) {}

  // --- What names mean. A bound name is known until the scope it was bound in ends.
  void bind(ir::VariableId variable, llvm::Value* value) { variables_[variable.index] = value; }
  // `pointer` holds the variable's value, which changes: it is loaded by each statement.
  void bind_to_memory(ir::VariableId variable, llvm::Value* pointer) { in_memory_[variable.index] = pointer; }
  void bind_tile(ir::VariableId variable, TileSlots slots) { tiles_[variable.index] = std::move(slots); }
  void bind_buffer(ir::BufferId buffer, llvm::Value* pointer) { buffers_[buffer.index] = pointer; }
  // How to reach the buffers that are not bound: called once per statement that needs one.
  using FindBuffer = std::function<llvm::Value*(ir::BufferId)>;
  void find_buffers_with(FindBuffer find) { find_buffer_ = std::move(find); }
  // Between these two, the counter of an unrolled loop is this number.
  void begin_unrolled(ir::VariableId counter, int64_t value);
  void end_unrolled(ir::VariableId counter);
  // A block of statements that may not run, or run again.
  void begin_scope() { scopes_.emplace_back(); }
  void end_scope() { scopes_.pop_back(); }
  void begin_statement() {
    statement_.clear();
    statement_buffers_.clear();
  }

  // --- Emission at the builder's position.
  llvm::Value* value(ir::Expr e);
  void store(ir::BufferId buffer, ir::Expr index, ir::Expr value);
  void prefetch(ir::BufferId buffer, ir::Expr index);
  void assign(ir::VariableId tile, std::span<const ir::Expr> index, ir::Expr value);
  llvm::Value* buffer(ir::BufferId buffer);
  // `e` with the counters of unrolled loops replaced by their numbers.
  ir::Expr resolved(ir::Expr e) const { return unrolled_.empty() ? e : ir::substitute(e, unrolled_); }

 private:
  using Memo = std::unordered_map<const ir::ExprNode*, llvm::Value*>;

  llvm::Value* emit(ir::Expr e);  // of a resolved expression
  llvm::Value* compute(ir::Expr e);
  llvm::Value* constant(ir::Expr e);
  llvm::Value* variable(ir::Expr e);
  llvm::Value* integer_operation(ir::Expr e, std::span<llvm::Value* const> operands);
  llvm::Value* float_operation(ir::Expr e, std::span<llvm::Value* const> operands);
  llvm::Value* float_modulo(ir::Expr e, llvm::Value* a, llvm::Value* b);
  llvm::Value* comparison(ir::Expr e, std::span<llvm::Value* const> operands);
  llvm::Value* cast(ir::Expr e, llvm::Value* operand);
  llvm::Value* cast_from_float(ir::Expr e, llvm::Value* operand);
  llvm::Value* cast_from_integer(ir::Expr e, llvm::Value* operand);
  llvm::Value* bitcast(ir::Expr e, llvm::Value* operand);
  llvm::Value* ramp(ir::Expr e, llvm::Value* base, llvm::Value* stride);
  llvm::Value* load(ir::Expr e);
  llvm::Value* from_memory(llvm::Value* stored, ir::ValueType type);
  llvm::Value* to_memory(llvm::Value* value, ir::ValueType type);
  // The address of element `index` (resolved): the part of the index that varies, then a constant distance.
  llvm::Value* address(ir::BufferId buffer, ir::Expr index);
  // The addresses of the lanes of a vector index.
  std::vector<llvm::Value*> lane_addresses(ir::BufferId buffer, ir::Expr index);
  llvm::AllocaInst* tile_element(ir::VariableId tile, std::span<const ir::Expr> index) const;
  bool is_pure(ir::Expr e);

  llvm::IRBuilder<>& builder_;
  const targets::Target& target_;
  const ir::Kernel& kernel_;
  ir::ExprPool& pool_;
  std::unordered_map<uint32_t, llvm::Value*> variables_, in_memory_, buffers_;
  std::unordered_map<uint32_t, TileSlots> tiles_;
  ir::Substitution unrolled_;
  std::vector<Memo> scopes_;
  Memo statement_;
  std::unordered_map<uint32_t, llvm::Value*> statement_buffers_;
  FindBuffer find_buffer_;
  std::unordered_map<const ir::ExprNode*, bool> pure_;
};

}  // namespace burin::codegen
