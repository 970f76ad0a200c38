// Builds modules through emitted C++ and the compilers of this machine, and compares what they compute with the interpreter.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/cpp/build.h"
#include "ir/loop/loop.h"
#include "ir/tensor/literal.h"
#include "targets/targets.h"

namespace burin::codegen {

struct Toolchain {
  std::string name;
  Compiler compiler;
  std::string command;
};

// Those of g++ and clang++-19 that are there.
std::vector<Toolchain> toolchains();
Toolchain aarch64_gcc();
Toolchain clang();
bool is_there(const Toolchain& toolchain);

// Prints, compiles without a warning, links, runs (aarch64 under qemu) and compares: the empty text when all outputs agree to
// the bit.
std::string check_cpp(const ir::Module& module, const targets::Target& target, const Toolchain& toolchain,
                      std::span<const ir::Literal> inputs);

}  // namespace burin::codegen
