#include "passes/merge_kernels.h"

#include <unordered_map>

#include <fmt/format.h>

#include "ir/loop/walk.h"

namespace burin::passes {

using namespace ir;

namespace {

// Writes a kernel down as numbers, the variables it defines numbered in the order in which it mentions them. Two kernels are
// identical when their numbers are. Expressions are hash-consed, so one that was written before is a number too.
class KernelKey {
 public:
  KernelKey(const Kernel& kernel, const ExprPool& pool) : pool_(pool) {
    add(static_cast<int64_t>(kernel.buffers.size()));
    for (const Buffer& buffer : kernel.buffers) {
      add(static_cast<int64_t>(buffer.element));
      add(static_cast<int64_t>(buffer.place));
      for (int64_t number : {buffer.slot, buffer.elements, int64_t{buffer.written}, buffer.alignment}) add(number);
    }
    // Symbols are the model's: what is known of them holds inside the kernel.
    add(static_cast<int64_t>(kernel.scalars.size()));
    for (VariableId scalar : kernel.scalars) {
      add(scalar.index);
      number_of(scalar);
    }
    block(kernel.body);
  }

  std::string take() { return std::move(key_); }

 private:
  void add(int64_t number) { key_.append(reinterpret_cast<const char*>(&number), sizeof number); }

  int64_t number_of(VariableId id) { return variables_.try_emplace(id.index, variables_.size()).first->second; }

  void variable(VariableId id) {
    const bool is_new = !variables_.contains(id.index);
    add(number_of(id));
    if (!is_new) return;
    const Variable& info = pool_[id];
    add(static_cast<int64_t>(info.type.element));
    for (int64_t number : {int64_t{info.type.lanes}, info.low, info.high}) add(number);
    optional(info.extent);
  }

  void optional(Expr e) {
    add(e.valid() ? 1 : 0);
    if (e.valid()) expression(e);
  }

  void expression(Expr e) {
    if (auto found = expressions_.find(e.node()); found != expressions_.end()) {
      add(-1);
      return add(found->second);
    }
    add(static_cast<int64_t>(e->opcode));
    add(static_cast<int64_t>(e->type.element));
    add(e->type.lanes);
    if (e->opcode == Opcode::kVariable) {
      variable(variable_of(e));
    } else {
      add(e->payload);
    }
    add(static_cast<int64_t>(e->operands.size()));
    for (Expr operand : e->operands) expression(operand);
    expressions_.try_emplace(e.node(), expressions_.size());
  }

  void block(const Block& statements) {
    add(static_cast<int64_t>(statements.size()));
    for (const LoopStatement& statement : statements) {
      add(static_cast<int64_t>(statement.form.index()));
      std::visit([&](const auto& form) { one(form); }, statement.form);
    }
  }

  void one(const Loop& loop) {
    expression(loop.begin);
    expression(loop.end);
    add(loop.step);
    add(static_cast<int64_t>(loop.kind));
    variable(loop.counter);
    block(loop.body);
  }
  void one(const WhileLoop& loop) {
    expression(loop.condition);
    block(loop.body);
  }
  void one(const Branch& branch) {
    expression(branch.condition);
    block(branch.then_body);
    block(branch.else_body);
  }
  void one(const Let& let) {
    expression(let.value);
    variable(let.variable);
  }
  void one(const Tile& tile) {
    variable(tile.variable);
    add(static_cast<int64_t>(tile.dims.size()));
    for (int64_t extent : tile.dims) add(extent);
  }
  void one(const Assign& assign) {
    variable(assign.tile);
    add(static_cast<int64_t>(assign.index.size()));
    for (Expr index : assign.index) expression(index);
    expression(assign.value);
  }
  void one(const StoreTo& store) {
    add(store.buffer.index);
    expression(store.index);
    expression(store.value);
  }
  void one(const Prefetch& prefetch) {
    add(prefetch.buffer.index);
    expression(prefetch.index);
  }
  void one(const Call& call) {
    add(call.kernel.index);
    add(static_cast<int64_t>(call.buffers.size()));
    for (BufferId buffer : call.buffers) add(buffer.index);
    add(static_cast<int64_t>(call.scalars.size()));
    for (Expr scalar : call.scalars) expression(scalar);
  }

  const ExprPool& pool_;
  std::string key_;
  std::unordered_map<uint32_t, int64_t> variables_;
  std::unordered_map<const ExprNode*, int64_t> expressions_;
};

void redirect_calls(Block& block, const std::vector<KernelId>& kept) {
  for_each_statement(block, [&](LoopStatement& statement) {
    if (auto* call = std::get_if<Call>(&statement.form)) call->kernel = kept[call->kernel.index];
  });
}

}  // namespace

Status merge_kernels(Module& module, const PassContext& context) {
  std::unordered_map<std::string, KernelId> first_with;
  std::vector<KernelId> kept;  // by KernelId before the pass
  Store<KernelId, Kernel> kernels;
  for (Kernel& kernel : module.kernels) {
    redirect_calls(kernel.body, kept);  // which go to kernels above
    const auto [found, is_new] =
        first_with.try_emplace(KernelKey(kernel, *module.pool).take(), KernelId{static_cast<uint32_t>(kernels.size())});
    kept.push_back(found->second);
    if (is_new) {
      kernels.add(std::move(kernel));
      continue;
    }
    Kernel& shared = kernels[found->second];
    context.explain(fmt::format("merge-kernels: \"{}\" is \"{}\"", kernel.name, shared.name));
    add_origins(shared, kernel.origin);
  }
  module.kernels = std::move(kernels);
  redirect_calls(module.entry.body, kept);
  return {};
}

}  // namespace burin::passes
