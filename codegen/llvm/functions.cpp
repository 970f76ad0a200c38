#include "codegen/llvm/functions.h"

#include <llvm/IR/Dominators.h>
#include <llvm/Transforms/Utils/PromoteMemToReg.h>

#include <set>

#include "codegen/aliasing.h"
#include "codegen/llvm/expressions.h"
#include "codegen/llvm/statements.h"
#include "codegen/llvm/value_types.h"
#include "ir/base/checked.h"
#include "ir/base/result.h"
#include "runtime/model.h"

namespace burin::codegen {
namespace {

// No min-legal-vector-width: 0 makes LLVM split 512-bit vectors.
void set_attributes(llvm::Function& function, const targets::Target& target) {
  function.setDoesNotThrow();
  function.setUWTableKind(llvm::UWTableKind::Sync);
  function.addFnAttr("prefer-vector-width", std::to_string(target.vector_bytes * 8));
}

llvm::Function* declare_kernel(llvm::Module& into, const targets::Target& target, const ir::Kernel& kernel,
                               const std::vector<bool>& distinct) {
  llvm::LLVMContext& context = into.getContext();
  std::vector<llvm::Type*> parameters;
  std::vector<const ir::Buffer*> buffers;
  for (const ir::Buffer& buffer : kernel.buffers) {
    if (buffer.place != ir::Place::kParameter) continue;
    parameters.push_back(llvm::PointerType::get(context, 0));
    buffers.push_back(&buffer);
  }
  parameters.resize(parameters.size() + kernel.scalars.size(), llvm::Type::getInt64Ty(context));
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), parameters, false);
  llvm::Function* function = llvm::Function::Create(type, llvm::Function::InternalLinkage, kernel.name, into);
  set_attributes(*function, target);
  for (unsigned i = 0; i < buffers.size(); ++i) {
    function->getArg(i)->setName(buffers[i]->name);
    if (distinct[i]) function->addParamAttr(i, llvm::Attribute::NoAlias);
    if (!buffers[i]->written) function->addParamAttr(i, llvm::Attribute::ReadOnly);
  }
  return function;
}

void bind_locals(llvm::IRBuilder<>& builder, ExprEmitter& values, const ir::Kernel& kernel) {
  for (uint32_t i = 0; i < kernel.buffers.size(); ++i) {
    const ir::Buffer& buffer = kernel.buffers[ir::BufferId{i}];
    if (buffer.place != ir::Place::kLocal) continue;
    llvm::Type* element = memory_type(builder.getContext(), {buffer.element, 1});
    BURIN_ASSERT(buffer.elements >= 0 && buffer.elements <= int64_t{1} << 24, "a local buffer fits on a stack");
    llvm::Type* array = llvm::ArrayType::get(element, static_cast<uint64_t>(buffer.elements));
    llvm::AllocaInst* slot = builder.CreateAlloca(array, nullptr, buffer.name);
    slot->setAlignment(llvm::Align(64));
    values.bind_buffer(ir::BufferId{i}, slot);
  }
}

void promote_tiles(llvm::Function& function, const std::vector<llvm::AllocaInst*>& slots) {
  if (slots.empty()) return;
  llvm::DominatorTree tree(function);
  llvm::PromoteMemToReg(slots, tree);
}

void define_kernel(llvm::Function& function, const targets::Target& target, ir::ExprPool& pool,
                   const ir::Kernel& kernel, std::span<llvm::Function* const> callees) {
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(function.getContext(), "start", &function));
  ExprEmitter values(builder, target, kernel, pool);
  unsigned parameter = 0;
  for (uint32_t i = 0; i < kernel.buffers.size(); ++i) {
    if (kernel.buffers[ir::BufferId{i}].place == ir::Place::kParameter) {
      values.bind_buffer(ir::BufferId{i}, function.getArg(parameter++));
    }
  }
  for (ir::VariableId scalar : kernel.scalars) {
    function.getArg(parameter)->setName(pool[scalar].name);
    values.bind(scalar, function.getArg(parameter++));
  }
  bind_locals(builder, values, kernel);
  StatementEmitter statements(builder, values, pool, callees);
  statements.emit(kernel.body);
  builder.CreateRetVoid();
  promote_tiles(function, statements.slots());
}

// The members of burin_frame, in its order.
enum class FrameField : unsigned { kSymbols, kWeights, kArena, kOffsets, kInputs, kOutputs };
static_assert(offsetof(burin_frame, symbols) == 0 && offsetof(burin_frame, weights) == 8 &&
              offsetof(burin_frame, arena) == 16);
static_assert(offsetof(burin_frame, offsets) == 24 && offsetof(burin_frame, inputs) == 32 &&
              offsetof(burin_frame, outputs) == 40);

// How an entry finds its buffers and symbols in the frame.
class FrameReader {
 public:
  FrameReader(llvm::IRBuilder<>& builder, llvm::Value* frame, const VariantTables& tables)
      : builder_(builder), frame_(frame), tables_(tables) {}

  llvm::Value* field(FrameField field) { return element(frame_, static_cast<int64_t>(field), builder_.getPtrTy()); }

  llvm::Value* buffer(const ir::Buffer& buffer) {
    switch (buffer.place) {
      case ir::Place::kInput: return element(field(FrameField::kInputs), buffer.slot, builder_.getPtrTy());
      case ir::Place::kOutput: return element(field(FrameField::kOutputs), buffer.slot, builder_.getPtrTy());
      case ir::Place::kConstant: return moved(field(FrameField::kWeights), weights_offset(tables_, buffer.slot));
      case ir::Place::kArena: return in_arena(buffer.slot);
      case ir::Place::kSymbols: return field(FrameField::kSymbols);
      case ir::Place::kLocal:
      case ir::Place::kParameter: break;
    }
    BURIN_ASSERT(false, "an entry has no parameters, and its local buffers are bound");
    return nullptr;
  }

 private:
  // array[index] of 8-byte elements.
  llvm::Value* element(llvm::Value* array, int64_t index, llvm::Type* type) {
    return builder_.CreateLoad(type, moved(array, index * 8));
  }
  llvm::Value* moved(llvm::Value* pointer, int64_t bytes) {
    return builder_.CreatePtrAdd(pointer, builder_.getInt64(static_cast<uint64_t>(bytes)));
  }
  llvm::Value* in_arena(int64_t slot) {
    llvm::Value* arena = field(FrameField::kArena);
    if (!tables_.offsets.empty()) return moved(arena, tables_.offsets.at(static_cast<size_t>(slot)));
    return builder_.CreatePtrAdd(arena, element(field(FrameField::kOffsets), slot, builder_.getInt64Ty()));
  }

  llvm::IRBuilder<>& builder_;
  llvm::Value* frame_;
  const VariantTables& tables_;
};

void define_entry(llvm::Module& into, const Variant& variant, const VariantTables& tables,
                  std::span<llvm::Function* const> callees) {
  llvm::LLVMContext& context = into.getContext();
  const ir::Module& module = *variant.module;
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {llvm::PointerType::get(context, 0)}, false);
  llvm::Function* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, tables.execute, into);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  set_attributes(*function, variant.target);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "start", function));
  ExprEmitter values(builder, variant.target, module.entry, *module.pool);
  FrameReader frame(builder, function->getArg(0), tables);
  values.find_buffers_with([&](ir::BufferId buffer) { return frame.buffer(module.entry.buffers[buffer]); });
  llvm::Value* symbols = frame.field(FrameField::kSymbols);
  int64_t position = 0;
  for (const std::vector<ir::VariableId>* list : {&module.symbols, &module.opaque_symbols}) {
    for (ir::VariableId symbol : *list) {
      values.bind_to_memory(
          symbol, builder.CreateConstGEP1_64(builder.getInt64Ty(), symbols, static_cast<uint64_t>(position++)));
    }
  }
  bind_locals(builder, values, module.entry);
  StatementEmitter statements(builder, values, *module.pool, callees);
  statements.emit(module.entry.body);
  builder.CreateRetVoid();
  promote_tiles(*function, statements.slots());
}

}  // namespace

llvm::Function* emit_kernel(llvm::Module& into, const targets::Target& target, ir::ExprPool& pool,
                            const ir::Kernel& kernel) {
  llvm::Function* function = declare_kernel(into, target, kernel, std::vector<bool>(kernel.buffers.size(), true));
  define_kernel(*function, target, pool, kernel, {});
  return function;
}

void emit_variant(llvm::Module& into, const Variant& variant, const VariantTables& tables) {
  const ir::Module& module = *variant.module;
  const DistinctParameters distinct = distinct_parameters(module);
  std::vector<llvm::Function*> functions;
  size_t position = 0;
  for (const ir::Kernel& kernel : module.kernels) {
    functions.push_back(declare_kernel(into, variant.target, kernel, distinct[position++]));
  }
  position = 0;
  for (const ir::Kernel& kernel : module.kernels) {
    define_kernel(*functions[position++], variant.target, *module.pool, kernel, functions);
  }
  define_entry(into, variant, tables, functions);
}

}  // namespace burin::codegen
