#include "codegen/llvm/tables.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>

#include <array>

#include "codegen/llvm/functions.h"
#include "codegen/model_note.h"
#include "runtime/model.h"

namespace burin::codegen {
namespace {

// In the order of burin_model_api.
constexpr auto kRuntimeFunctions = std::to_array<const char*>({
    "burin_rt_status_text",   "burin_rt_describe",       "burin_rt_input_info",  "burin_rt_output_info",
    "burin_rt_symbol_info",   "burin_rt_target_info",    "burin_rt_find_input",  "burin_rt_find_output",
    "burin_rt_context_bytes", "burin_rt_context_create", "burin_rt_prepare",     "burin_rt_bind_arena",
    "burin_rt_bind_input",    "burin_rt_bind_output",    "burin_rt_input_bytes", "burin_rt_output_bytes",
    "burin_rt_bind_weights",  "burin_rt_alias_state",    "burin_rt_state_data",  "burin_rt_reset_state",
    "burin_rt_execute",       "burin_rt_output_shape",   "burin_rt_profile",     "burin_rt_last_error",
    "burin_rt_check_digests",
});
static_assert(sizeof(burin_model_api) == 16 + 8 * kRuntimeFunctions.size());

class Tables {
 public:
  Tables(llvm::Module& into, const targets::Target& baseline, const ModelTables& tables)
      : into_(into), context_(into.getContext()), baseline_(baseline), tables_(tables) {}

  void emit(std::span<ir::ExprPool* const> pools, int64_t code_bytes, PartOf part_of) {
    llvm::Constant* bounds = planning(tables_.bounds_function, *pools[0]);
    llvm::Constant* shapes = planning(tables_.shapes_function, *pools[0]);
    llvm::Constant* checks = planning(tables_.checks_function, *pools[0]);
    std::vector<llvm::Constant*> variants;
    for (size_t i = 0; i < tables_.variants.size(); ++i) {
      const VariantTables& row = tables_.variants[i];
      variants.push_back(
          record({text(row.target), number64(static_cast<int64_t>(row.cpu_features)), intervals(row),
                  numbers("offsets", row.offsets), number64(row.arena_bytes), planning(row.sizes, *pools[i]), bounds,
                  shapes, checks, function(row.execute, void_of_pointer()), number32(row.buffers), number32(0),
                  number64(row.arena_lower_bound)}));
    }
    std::vector<llvm::Constant*> symbols, check_rows;
    for (const SymbolRow& row : tables_.symbols)
      symbols.push_back(record({text(row.name), number64(row.min), number64(row.max)}));
    for (const CheckRow& row : tables_.checks) {
      check_rows.push_back(
          record({text(row.found), text(row.expected), number32(static_cast<int64_t>(row.relation)), number32(0)}));
    }
    llvm::Constant* model = global("model", record({number32(BURIN_MODEL_VERSION),
                                                    number32(sizeof(burin_model_data)),
                                                    text(tables_.name),
                                                    text(tables_.digest),
                                                    text(tables_.interface_digest),
                                                    text(tables_.compiler),
                                                    tensors("inputs", tables_.inputs),
                                                    tensors("outputs", tables_.outputs),
                                                    array("symbols", symbols),
                                                    array("checks", check_rows),
                                                    array("variants", variants),
                                                    weights(),
                                                    number64(tables_.weights_bytes),
                                                    number64(code_bytes),
                                                    count(tables_.inputs),
                                                    count(tables_.outputs),
                                                    count(tables_.symbols),
                                                    number32(tables_.input_symbols),
                                                    count(tables_.checks),
                                                    count(tables_.variants)}));
    note(code_bytes);
    llvm::Constant* table = api(model);
    const bool is_exported = part_of == PartOf::kSharedLibrary;
    define_model(tables_.function, is_exported, table);
    if (is_exported) define_model("burin_model", is_exported, table);
  }

 private:
  llvm::Constant* number32(int64_t value) {
    return llvm::ConstantInt::getSigned(llvm::Type::getInt32Ty(context_), static_cast<int32_t>(value));
  }
  llvm::Constant* number64(int64_t value) {
    return llvm::ConstantInt::getSigned(llvm::Type::getInt64Ty(context_), value);
  }
  template <class T>
  llvm::Constant* count(const std::vector<T>& list) {
    return number32(static_cast<int64_t>(list.size()));
  }
  llvm::Constant* null() { return llvm::ConstantPointerNull::get(llvm::PointerType::get(context_, 0)); }
  llvm::Constant* record(const std::vector<llvm::Constant*>& fields) { return llvm::ConstantStruct::getAnon(fields); }

  llvm::Constant* global(const char* name, llvm::Constant* value) {
    return new llvm::GlobalVariable(into_, value->getType(), true, llvm::GlobalValue::InternalLinkage, value, name);
  }
  // A null pointer when there are no elements.
  llvm::Constant* array(const char* name, const std::vector<llvm::Constant*>& elements) {
    if (elements.empty()) return null();
    return global(name,
                  llvm::ConstantArray::get(llvm::ArrayType::get(elements[0]->getType(), elements.size()), elements));
  }
  llvm::Constant* numbers(const char* name, const std::vector<int64_t>& values) {
    if (values.empty()) return null();
    const std::vector<uint64_t> bits(values.begin(), values.end());
    return global(name, llvm::ConstantDataArray::get(context_, bits));
  }
  llvm::Constant* text(const std::string& value) {
    llvm::Constant* bytes = llvm::ConstantDataArray::getString(context_, value);
    auto* held =
        new llvm::GlobalVariable(into_, bytes->getType(), true, llvm::GlobalValue::PrivateLinkage, bytes, "text");
    held->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    held->setAlignment(llvm::Align(1));
    return held;
  }

  llvm::FunctionType* void_of_pointer() {
    return llvm::FunctionType::get(llvm::Type::getVoidTy(context_), {llvm::PointerType::get(context_, 0)}, false);
  }
  // A function of another object file of this library.
  llvm::Constant* function(const std::string& name, llvm::FunctionType* type) {
    auto* declared = llvm::cast<llvm::Function>(into_.getOrInsertFunction(name, type).getCallee());
    declared->setVisibility(llvm::GlobalValue::HiddenVisibility);
    declared->setDSOLocal(true);
    return declared;
  }
  llvm::Constant* planning(const std::optional<ir::Kernel>& kernel, ir::ExprPool& pool) {
    return kernel ? emit_kernel(into_, baseline_, pool, *kernel) : null();
  }

  llvm::Constant* weights() {
    if (tables_.weights.empty()) return null();
    auto* type = llvm::ArrayType::get(llvm::Type::getInt8Ty(context_), static_cast<uint64_t>(tables_.weights_bytes));
    auto* declared =
        new llvm::GlobalVariable(into_, type, true, llvm::GlobalValue::ExternalLinkage, nullptr, tables_.weights);
    declared->setVisibility(llvm::GlobalValue::HiddenVisibility);
    declared->setDSOLocal(true);
    return declared;
  }

  llvm::Constant* intervals(const VariantTables& row) {
    std::vector<llvm::Constant*> elements;
    for (const Interval& interval : row.intervals)
      elements.push_back(record({number32(interval.first), number32(interval.last)}));
    return array("intervals", elements);
  }

  llvm::Constant* tensors(const char* name, const std::vector<TensorRow>& rows) {
    std::vector<llvm::Constant*> elements;
    for (const TensorRow& row : rows) {
      elements.push_back(record({text(row.name), text(row.layout), numbers("dims", row.dims),
                                 number32(row.element_type), count(row.dims),
                                 llvm::ConstantFP::get(context_, llvm::APFloat(row.scale)), number32(row.zero_point)}));
    }
    return array(name, elements);
  }

  llvm::Constant* api(llvm::Constant* model) {
    std::vector<llvm::Constant*> fields = {number32(sizeof(burin_model_api)), number32(BURIN_ABI_VERSION), model};
    for (const char* name : kRuntimeFunctions) fields.push_back(function(name, void_of_pointer()));
    return global("api", record(fields));
  }

  void note(int64_t code_bytes) {
    const std::vector<std::byte> bytes = note_bytes(tables_, code_bytes);
    const llvm::StringRef text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    llvm::Constant* value = llvm::ConstantDataArray::getString(context_, text, /*AddNull=*/false);
    auto* held =
        new llvm::GlobalVariable(into_, value->getType(), true, llvm::GlobalValue::InternalLinkage, value, "note");
    held->setSection(kNoteSection);
    held->setAlignment(llvm::Align(4));
  }

  // The function `name` that returns the table.
  void define_model(const std::string& name, bool is_exported, llvm::Constant* table) {
    auto* type = llvm::FunctionType::get(llvm::PointerType::get(context_, 0), false);
    auto* function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, into_);
    if (!is_exported) function->setVisibility(llvm::GlobalValue::HiddenVisibility);
    function->setDoesNotThrow();
    llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context_, "start", function));
    builder.CreateRet(table);
  }

  llvm::Module& into_;
  llvm::LLVMContext& context_;
  const targets::Target& baseline_;
  const ModelTables& tables_;
};

}  // namespace

void emit_tables(llvm::Module& into, const targets::Target& baseline, const ModelTables& tables,
                 std::span<ir::ExprPool* const> pools, int64_t code_bytes, PartOf part_of) {
  Tables(into, baseline, tables).emit(pools, code_bytes, part_of);
}

}  // namespace burin::codegen
