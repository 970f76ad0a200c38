// LLVM's view of a target, and object code for a module.
#pragma once

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "targets/targets.h"

namespace burin::codegen {

std::unique_ptr<llvm::TargetMachine> make_target_machine(const targets::Target& target);
// The target whose code every CPU of the architecture runs, for the functions that find out what the CPU can do.
targets::Target baseline_of(const targets::Target& target);

std::unique_ptr<llvm::Module> make_llvm_module(llvm::LLVMContext& context, const llvm::TargetMachine& machine,
                                               const std::string& name);

// The bytes of an ELF relocatable file. Only code generation runs: the loop form leaves an optimizer nothing to do.
std::vector<std::byte> compile_object(llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace burin::codegen
