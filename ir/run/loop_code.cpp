#include "ir/run/loop_code.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "ir/base/checked.h"
#include "ir/base/result.h"

namespace burin::ir {
namespace {

constexpr int64_t kMostSlots = 1 << 24;

Scalar constant_scalar(Expr constant) {
  Scalar scalar;
  if (is_float(constant->type.element)) {
    scalar.number = std::bit_cast<double>(constant->payload);
  } else {
    scalar.integer = constant->payload;
  }
  return scalar;
}

class Compiler {
 public:
  Compiler(const Module& module, const Kernel& kernel) : module_(module) {
    code_.kernel = &kernel;
    if (&kernel == &module.entry) {
      for (VariableId symbol : module.symbols) symbols_.emplace(symbol.index, symbols_.size());
      for (VariableId symbol : module.opaque_symbols) symbols_.emplace(symbol.index, symbols_.size());
    }
    for (VariableId scalar : kernel.scalars) code_.scalars.push_back(declare(scalar));
  }

  KernelCode run() {
    code_.body = compile(code_.kernel->body);
    return std::move(code_);
  }

 private:
  int add_slots(int64_t count) {
    const auto first = static_cast<int64_t>(code_.initial.size());
    BURIN_ASSERT(count >= 0 && count <= kMostSlots - first, "a kernel's tiles and values are few enough for registers");
    code_.initial.resize(static_cast<size_t>(first + count));
    return static_cast<int>(first);
  }

  int declare(VariableId variable) {
    const auto [entry, fresh] = variables_.try_emplace(variable.index, 0);
    if (fresh) entry->second = add_slots((*module_.pool)[variable].type.lanes);
    return entry->second;
  }

  // --- Expressions. A statement's values are computed once each; constants keep their slots for the whole kernel.
  int add(LoopInstruction instruction, ValueType type) {
    instruction.lanes = type.lanes;
    instruction.result = add_slots(type.lanes);
    code_.instructions.push_back(instruction);
    return instruction.result;
  }

  int constant(Expr e) {
    const auto [entry, fresh] = constants_.try_emplace(e.node(), 0);
    if (!fresh) return entry->second;
    const Expr scalar = e->opcode == Opcode::kSplat ? e->operands[0] : e;
    const int first = add_slots(e->type.lanes);
    std::fill_n(code_.initial.begin() + first, e->type.lanes, constant_scalar(scalar));
    return entry->second = first;
  }

  int value(Expr e) {
    if (is_constant(e)) return constant(e);
    const auto found = values_.find(e.node());
    if (found != values_.end()) return found->second;
    const int slot = compute(e);
    values_.emplace(e.node(), slot);
    return slot;
  }

  int variable(Expr e) {
    const uint32_t index = variable_of(e).index;
    if (const auto tile = tiles_.find(index); tile != tiles_.end()) return tile_element(e, tile->second);
    if (const auto symbol = symbols_.find(index); symbol != symbols_.end()) {
      return add({.action = Action::kSymbol, .payload = static_cast<int64_t>(symbol->second)}, e->type);
    }
    const auto known = variables_.find(index);
    BURIN_ASSERT(known != variables_.end(), "a variable is declared before it is used");
    return known->second;
  }

  // Copies the indices into neighbouring slots.
  int index_list(std::span<const Expr> index) {
    std::vector<int> slots;
    for (Expr e : index) slots.push_back(value(e));
    const int first = static_cast<int>(code_.initial.size());
    for (int slot : slots) add({.action = Action::kCopy, .a = slot}, kIndex);
    return first;
  }

  int tile_element(Expr e, int tile) {
    const int index = index_list(e->operands);
    return add({.action = Action::kTile, .a = index, .payload = tile}, e->type);
  }

  int compute(Expr e) {
    const Opcode opcode = e->opcode;
    if (opcode == Opcode::kVariable) return variable(e);
    std::vector<int> operands;
    for (Expr operand : e->operands) operands.push_back(value(operand));
    LoopInstruction instruction{.a = operands.empty() ? 0 : operands[0],
                                .b = operands.size() > 1 ? operands[1] : 0,
                                .c = operands.size() > 2 ? operands[2] : 0,
                                .payload = e->payload};
    if (opcode == Opcode::kLoad) {
      instruction.action = e->operands[0]->type.lanes > 1 ? Action::kGather : Action::kLoad;
    } else if (opcode == Opcode::kSplat) {
      instruction.action = Action::kSplat;
    } else if (opcode == Opcode::kRamp) {
      instruction.action = Action::kRamp;
      instruction.operation.out = e->type.element;
    } else if (opcode == Opcode::kLane || opcode == Opcode::kHead) {
      instruction.action = Action::kCopy;
      if (opcode == Opcode::kLane) instruction.a += static_cast<int>(e->payload);
    } else {
      set_operation(e, instruction);
    }
    return add(instruction, e->type);
  }

  void set_operation(Expr e, LoopInstruction& instruction) {
    const size_t typed = e->opcode == Opcode::kSelect ? 1 : 0;
    BURIN_ASSERT(info(e->opcode).kind != OpcodeClass::kLeaf, "loops hold no reads of tensors");
    instruction.operation = {e->opcode, e->operands[typed]->type.element, e->type.element,
                             static_cast<int>(e->operands.size())};
    instruction.function = lane_function(instruction.operation);
  }

  Range begin_range() {
    values_.clear();
    return {static_cast<int>(code_.instructions.size()), 0};
  }
  void end_range(Range& range) { range.last = static_cast<int>(code_.instructions.size()); }

  // --- Statements.
  BlockCode compile(const Block& block) {
    BlockCode code;
    for (const LoopStatement& statement : block) {
      std::visit([&](const auto& form) { code.push_back({compile(form)}); }, statement.form);
    }
    return code;
  }

  LoopCode compile(const Loop& loop) {
    LoopCode code{.bounds = begin_range(), .begin = 0, .end = 0, .counter = 0, .step = loop.step, .body = {}};
    code.begin = value(loop.begin);
    code.end = value(loop.end);
    end_range(code.bounds);
    code.counter = declare(loop.counter);
    code.body = compile(loop.body);
    return code;
  }

  WhileCode compile(const WhileLoop& loop) {
    WhileCode code{.range = begin_range(), .condition = 0, .body = {}};
    code.condition = value(loop.condition);
    end_range(code.range);
    code.body = compile(loop.body);
    return code;
  }

  BranchCode compile(const Branch& branch) {
    BranchCode code{.range = begin_range(), .condition = 0, .then_body = {}, .else_body = {}};
    code.condition = value(branch.condition);
    end_range(code.range);
    code.then_body = compile(branch.then_body);
    code.else_body = compile(branch.else_body);
    return code;
  }

  LetCode compile(const Let& let) {
    LetCode code{.range = begin_range(), .value = 0, .variable = 0, .lanes = let.value->type.lanes};
    code.value = value(let.value);
    end_range(code.range);
    code.variable = declare(let.variable);
    return code;
  }

  TileStart compile(const Tile& tile) {
    const int lanes = (*module_.pool)[tile.variable].type.lanes;
    const std::optional<int64_t> elements = checked_product(tile.dims);
    BURIN_ASSERT(elements && *elements <= kMostSlots, "a register tile is small");
    code_.tiles.push_back({tile.dims, add_slots(*elements * lanes), lanes, *elements});
    const int id = static_cast<int>(code_.tiles.size()) - 1;
    tiles_[tile.variable.index] = id;
    return {id};
  }

  AssignCode compile(const Assign& assign) {
    const auto tile = tiles_.find(assign.tile.index);
    BURIN_ASSERT(tile != tiles_.end(), "a tile is declared before it is assigned");
    AssignCode code{.range = begin_range(), .value = 0, .index = 0, .tile = tile->second};
    code.value = value(assign.value);
    code.index = index_list(assign.index);
    end_range(code.range);
    return code;
  }

  StoreCode compile(const StoreTo& store) {
    StoreCode code{.range = begin_range(),
                   .buffer = store.buffer,
                   .index = 0,
                   .value = 0,
                   .lanes = store.value->type.lanes,
                   .scatters = store.index->type.lanes > 1};
    code.index = value(store.index);
    code.value = value(store.value);
    end_range(code.range);
    return code;
  }

  PrefetchCode compile(const Prefetch&) { return {}; }

  CallCode compile(const Call& call) {
    CallCode code{.range = begin_range(), .kernel = call.kernel, .buffers = call.buffers, .scalars = {}};
    for (Expr scalar : call.scalars) code.scalars.push_back(value(scalar));
    end_range(code.range);
    return code;
  }

  const Module& module_;
  KernelCode code_;
  std::unordered_map<uint32_t, size_t> symbols_;         // of the entry, by variable: position among all symbols
  std::unordered_map<uint32_t, int> variables_, tiles_;  // by variable: first slot; position in tiles
  std::unordered_map<const ExprNode*, int> constants_, values_;  // first slots
};

}  // namespace

KernelCode make_kernel_code(const Module& module, const Kernel& kernel) { return Compiler(module, kernel).run(); }

}  // namespace burin::ir
