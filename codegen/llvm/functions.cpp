#include "codegen/llvm/functions.h"

#include <llvm/IR/Dominators.h>
#include <llvm/Transforms/Utils/PromoteMemToReg.h>

#include <fmt/format.h>

#include <span>

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

// A function that other objects of the library call.
llvm::Function* create_hidden(llvm::Module& into, llvm::FunctionType& type, const std::string& name) {
  llvm::Function* function = llvm::Function::Create(&type, llvm::Function::ExternalLinkage, name, into);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  function->setDSOLocal(true);
  return function;
}

// Internal, unless `shared_as` names it for other modules.
llvm::Function* declare_kernel(llvm::Module& into, const targets::Target& target, const ir::Kernel& kernel,
                               const std::vector<bool>& distinct, const std::string& shared_as = {}) {
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
  llvm::Function* function = shared_as.empty()
                                 ? llvm::Function::Create(type, llvm::Function::InternalLinkage, kernel.name, into)
                                 : create_hidden(into, *type, shared_as);
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

llvm::Function* declare_entry(llvm::Module& into, const targets::Target& target, const std::string& name) {
  llvm::LLVMContext& context = into.getContext();
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), {llvm::PointerType::get(context, 0)}, false);
  llvm::Function* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, into);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  set_attributes(*function, target);
  return function;
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

// The entry, or a part of it, which runs `body` and takes the frame.
void define_entry(llvm::Module& into, const Variant& variant, const VariantTables& tables, const std::string& name,
                  const ir::Block& body, std::span<llvm::Function* const> callees) {
  llvm::LLVMContext& context = into.getContext();
  const ir::Module& module = *variant.module;
  llvm::Function* function = declare_entry(into, variant.target, name);
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
  statements.emit(body);
  builder.CreateRetVoid();
  promote_tiles(*function, statements.slots());
}

// Calls `visit(KernelId)` with the callee of every call of the block, inner blocks included.
template <class Visitor>
void for_each_callee(const ir::Block& block, const Visitor& visit) {
  for (const ir::LoopStatement& statement : block) {
    if (const auto* loop = std::get_if<ir::Loop>(&statement.form)) for_each_callee(loop->body, visit);
    if (const auto* loop = std::get_if<ir::WhileLoop>(&statement.form)) for_each_callee(loop->body, visit);
    if (const auto* branch = std::get_if<ir::Branch>(&statement.form)) {
      for_each_callee(branch->then_body, visit);
      for_each_callee(branch->else_body, visit);
    }
    if (const auto* call = std::get_if<ir::Call>(&statement.form)) visit(call->kernel);
  }
}

// Kernels that a piece of a divided variant defines or calls, declared as they are asked for.
class SharedKernels {
 public:
  SharedKernels(llvm::Module& into, const Variant& variant, const VariantTables& tables,
                const DistinctParameters& distinct)
      : into_(into),
        variant_(variant),
        tables_(tables),
        distinct_(distinct),
        functions_(variant.module->kernels.size()) {}

  llvm::Function* declare(ir::KernelId id) {
    llvm::Function*& function = functions_[id.index];
    const ir::Kernel& kernel = variant_.module->kernels[id];
    if (function == nullptr) {
      function =
          declare_kernel(into_, variant_.target, kernel, distinct_[id.index], tables_.execute + "_" + kernel.name);
      function->addFnAttr(llvm::Attribute::NoCfCheck);  // as for internal functions: only direct calls reach it
    }
    return function;
  }
  std::span<llvm::Function* const> declared_for(const ir::Block& block) {
    for_each_callee(block, [&](ir::KernelId callee) { declare(callee); });
    return functions_;
  }

 private:
  llvm::Module& into_;
  const Variant& variant_;
  const VariantTables& tables_;
  const DistinctParameters& distinct_;
  std::vector<llvm::Function*> functions_;  // by KernelId; null: neither defined nor called here
};

std::string part_name(const VariantTables& tables, const Division& division, size_t part) {
  return division.parts.size() == 1 ? tables.execute : fmt::format("{}_part_{}", tables.execute, part);
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
  define_entry(into, variant, tables, tables.execute, module.entry.body, functions);
}

void emit_kernels(llvm::Module& into, const Variant& variant, const VariantTables& tables, KernelRange kernels,
                  const DistinctParameters& distinct) {
  SharedKernels functions(into, variant, tables, distinct);
  for (uint32_t i = kernels.begin; i < kernels.end; ++i) {
    const ir::Kernel& kernel = variant.module->kernels[ir::KernelId{i}];
    llvm::Function* function = functions.declare(ir::KernelId{i});
    define_kernel(*function, variant.target, *variant.module->pool, kernel, functions.declared_for(kernel.body));
  }
}

void emit_entry_part(llvm::Module& into, const Variant& variant, const VariantTables& tables, const Division& division,
                     size_t part, const DistinctParameters& distinct) {
  const ir::Block& all = variant.module->entry.body;
  const auto [begin, end] = division.parts[part];
  const ir::Block body(all.begin() + static_cast<ptrdiff_t>(begin), all.begin() + static_cast<ptrdiff_t>(end));
  SharedKernels functions(into, variant, tables, distinct);
  define_entry(into, variant, tables, part_name(tables, division, part), body, functions.declared_for(body));
}

void emit_entry_of_parts(llvm::Module& into, const Variant& variant, const VariantTables& tables,
                         const Division& division) {
  llvm::Function* entry = declare_entry(into, variant.target, tables.execute);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(into.getContext(), "start", entry));
  for (size_t part = 0; part < division.parts.size(); ++part) {
    llvm::Function* function = declare_entry(into, variant.target, part_name(tables, division, part));
    function->setDSOLocal(true);
    builder.CreateCall(function, {entry->getArg(0)});
  }
  builder.CreateRetVoid();
}

}  // namespace burin::codegen
