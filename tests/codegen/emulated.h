// Runs libraries for aarch64 under qemu, for comparison with the interpreter.
#pragma once

#include <span>
#include <string>

#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"
#include "targets/targets.h"

namespace burin::codegen {

// Whether this machine has qemu-aarch64 and a C compiler for aarch64.
bool has_emulator();
targets::Target aarch64();
// The command that compiles run_model.c for aarch64, without outputs.
std::string compile_run_model();
// Runs a command of the shell.
bool runs(const std::string& command);

// Runs `program library` under qemu and compares with the interpreter; the empty text when all outputs agree.
std::string check_run(const ir::Module& module, std::span<const ir::Literal> inputs, const std::string& program,
                      const std::string& library);
// The same with the program that loads a shared library.
std::string check_emulated(const ir::Module& module, std::span<const ir::Literal> inputs, const std::string& library);

}  // namespace burin::codegen
