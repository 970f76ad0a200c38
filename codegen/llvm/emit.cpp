#include "codegen/llvm/emit.h"

#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/raw_ostream.h>

#include <future>

#include "codegen/llvm/functions.h"
#include "codegen/llvm/tables.h"
#include "codegen/llvm/target_machine.h"

namespace burin::codegen {
namespace {

std::string object_name(const ModelTables& tables, std::string_view part) {
  return fmt::format("{}_{}.o", tables.symbol_prefix, part);
}

ObjectFile compile_variant(const Variant& variant, const VariantTables& tables, std::string name) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(variant.target);
  std::unique_ptr<llvm::Module> module = make_llvm_module(context, *machine, name);
  emit_variant(*module, variant, tables);
  return {std::move(name), compile_object(*module, *machine)};
}

// Bytes of machine code in an object.
int64_t code_bytes(const ObjectFile& object) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(object.bytes.data()), object.bytes.size());
  auto file = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(bytes, object.name));
  if (!file) {
    llvm::consumeError(file.takeError());
    return 0;
  }
  int64_t total = 0;
  for (const llvm::object::SectionRef& section : (*file)->sections()) {
    if (section.isText()) total += static_cast<int64_t>(section.getSize());
  }
  return total;
}

bool share_a_pool(std::span<const Variant> variants) {
  for (size_t i = 1; i < variants.size(); ++i) {
    if (variants[i].module->pool == variants[0].module->pool) return true;
  }
  return false;
}

}  // namespace

std::vector<ObjectFile> emit_objects(std::span<const Variant> variants, const ModelTables& tables, PartOf part_of) {
  const std::launch policy = share_a_pool(variants) ? std::launch::deferred : std::launch::async;
  std::vector<std::future<ObjectFile>> running;
  for (size_t i = 0; i < variants.size(); ++i) {
    running.push_back(std::async(policy, compile_variant, std::cref(variants[i]), std::cref(tables.variants[i]),
                                 object_name(tables, variants[i].target.name)));
  }
  std::vector<ObjectFile> objects;
  int64_t bytes = 0;
  for (std::future<ObjectFile>& object : running) {
    objects.push_back(object.get());
    bytes += code_bytes(objects.back());
  }

  const targets::Target baseline = baseline_of(variants.front().target);
  std::vector<ir::ExprPool*> pools;
  for (const Variant& variant : variants) pools.push_back(variant.module->pool.get());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(baseline);
  const std::string name = object_name(tables, "tables");
  std::unique_ptr<llvm::Module> module = make_llvm_module(context, *machine, name);
  emit_tables(*module, baseline, tables, pools, bytes, part_of);
  objects.push_back({name, compile_object(*module, *machine)});
  return objects;
}

std::string emit_llvm_ir(const Variant& variant, const VariantTables& tables) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(variant.target);
  std::unique_ptr<llvm::Module> module = make_llvm_module(context, *machine, tables.execute);
  emit_variant(*module, variant, tables);
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, nullptr);
  return text;
}

}  // namespace burin::codegen
