#include "codegen/llvm/target_machine.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>

#include <mutex>

#include "ir/base/result.h"

namespace burin::codegen {
namespace {

void initialize_targets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
  });
}

// Landing pads at the entries that can be reached by a pointer, signed return addresses, and the notes that let a loader
// enforce both: CET on x86_64, BTI and PAC on aarch64. Kernels are local and called by name, so they have no landing pads.
void protect_branches(llvm::Module& module, const llvm::Triple& triple) {
  const auto flag = [&](const char* name) { module.addModuleFlag(llvm::Module::Min, name, 1); };
  if (triple.isX86()) {
    flag("cf-protection-branch");
    flag("cf-protection-return");
    return;
  }
  flag("branch-target-enforcement");
  flag("sign-return-address");
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("branch-target-enforcement", "true");
    function.addFnAttr("sign-return-address", "non-leaf");
    function.addFnAttr("sign-return-address-key", "a_key");
  }
}

}  // namespace

std::unique_ptr<llvm::TargetMachine> make_target_machine(const targets::Target& target) {
  initialize_targets();
  const std::string triple(target.triple);
  std::string error;
  const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple, error);
  BURIN_ASSERT(found != nullptr, "LLVM has the architectures of every row in targets/");
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.FunctionSections = true;
  options.DataSections = true;
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(triple, target.cpu, target.features, options,
                                                                         llvm::Reloc::PIC_, llvm::CodeModel::Small,
                                                                         llvm::CodeGenOptLevel::Default));
}

targets::Target baseline_of(const targets::Target& target) {
  targets::Target baseline = target;
  baseline.cpu = target.architecture == targets::Architecture::kX86_64 ? "x86-64" : "generic";
  baseline.features = "";
  baseline.vector_bytes = 16;
  baseline.has = {};
  return baseline;
}

std::unique_ptr<llvm::Module> make_llvm_module(llvm::LLVMContext& context, const llvm::TargetMachine& machine,
                                               const std::string& name) {
  auto module = std::make_unique<llvm::Module>(name, context);
  module->setTargetTriple(machine.getTargetTriple().str());
  module->setDataLayout(machine.createDataLayout());
  module->setPICLevel(llvm::PICLevel::BigPIC);
  return module;
}

std::vector<std::byte> compile_object(llvm::Module& module, llvm::TargetMachine& machine) {
  protect_branches(module, machine.getTargetTriple());
  std::string problems;
  llvm::raw_string_ostream problem_stream(problems);
  if (llvm::verifyModule(module, &problem_stream))
    ir::assertion_failed(__FILE__, __LINE__, problems.c_str(), "LLVM accepts the IR");
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  llvm::legacy::PassManager passes;
  const bool refused = machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile);
  BURIN_ASSERT(!refused, "LLVM writes objects for every target");
  passes.run(module);
  const auto* bytes = reinterpret_cast<const std::byte*>(buffer.data());
  return {bytes, bytes + buffer.size()};
}

}  // namespace burin::codegen
