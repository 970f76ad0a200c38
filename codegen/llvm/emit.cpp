#include "codegen/llvm/emit.h"

#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <future>
#include <set>

#include "codegen/llvm/functions.h"
#include "codegen/llvm/tables.h"
#include "codegen/llvm/target_machine.h"

namespace burin::codegen {
namespace {

std::string object_stem(const ModelTables& tables, std::string_view part) {
  return fmt::format("{}_{}", tables.symbol_prefix, part);
}

// An object of what `emit(module)` puts into a new module.
template <class Emit>
ObjectFile compile_module(llvm::TargetMachine& machine, std::string name, const Emit& emit) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = make_llvm_module(context, machine, name);
  emit(*module);
  return {std::move(name), compile_object(*module, machine)};
}

std::vector<ObjectFile> compile_variant(const Variant& variant, const VariantTables& tables, const std::string& name,
                                        const DivisionLimits& limits) {
  std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(variant.target);
  const Division division = divide(*variant.module, limits);
  std::vector<ObjectFile> objects;
  const auto compile = [&](const auto& emit) {
    const std::string number = objects.empty() ? "" : fmt::format("_{}", objects.size());
    objects.push_back(compile_module(*machine, name + number + ".o", emit));
  };
  if (division.is_whole()) {
    compile([&](llvm::Module& into) { emit_variant(into, variant, tables); });
    return objects;
  }
  const DistinctParameters distinct = distinct_parameters(*variant.module);
  for (KernelRange kernels : division.kernels) {
    compile([&](llvm::Module& into) { emit_kernels(into, variant, tables, kernels, distinct); });
  }
  for (size_t part = 0; part < division.parts.size(); ++part) {
    compile([&](llvm::Module& into) { emit_entry_part(into, variant, tables, division, part, distinct); });
  }
  if (division.parts.size() > 1)
    compile([&](llvm::Module& into) { emit_entry_of_parts(into, variant, tables, division); });
  return objects;
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

bool have_own_pools(std::span<const Variant> variants) {
  std::set<const ir::ExprPool*> pools;
  return std::ranges::all_of(variants,
                             [&](const Variant& variant) { return pools.insert(variant.module->pool.get()).second; });
}

}  // namespace

std::vector<ObjectFile> emit_objects(std::span<const Variant> variants, const ModelTables& tables, PartOf part_of,
                                     const DivisionLimits& limits) {
  BURIN_ASSERT(have_own_pools(variants),
               "variants that are compiled side by side build expressions in pools of their own");
  const std::launch policy = variants.size() == 1 ? std::launch::deferred : std::launch::async;
  std::vector<std::future<std::vector<ObjectFile>>> running;
  for (size_t i = 0; i < variants.size(); ++i) {
    running.push_back(std::async(policy, compile_variant, std::cref(variants[i]), std::cref(tables.variants[i]),
                                 object_stem(tables, variants[i].target.name), std::cref(limits)));
  }
  std::vector<ObjectFile> objects;
  int64_t bytes = 0;
  for (std::future<std::vector<ObjectFile>>& variant : running) {
    for (ObjectFile& object : variant.get()) {
      bytes += code_bytes(object);
      objects.push_back(std::move(object));
    }
  }

  const targets::Target baseline = baseline_of(variants.front().target);
  std::vector<ir::ExprPool*> pools;
  for (const Variant& variant : variants) pools.push_back(variant.module->pool.get());
  std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(baseline);
  objects.push_back(compile_module(*machine, object_stem(tables, "tables") + ".o", [&](llvm::Module& into) {
    emit_tables(into, baseline, tables, pools, bytes, part_of);
  }));
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
