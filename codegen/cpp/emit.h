// The C++ emitter: a model as one source file to read, review, certify and build without burin, beside one file of weights.
//
// The file holds every variant of its target list and a compiler takes those it compiles for, as its macros tell. Separate
// functions with __attribute__((target)) would put all of them into one object, but make g++ refuse to inline the intrinsics
// into lambdas and helpers of another target, and need a compiler flag for none of what the flags of a target also tune. So:
//
//   g++ -O2 -march=native -c NAME.cpp                                    the best variant for this machine, with the tables
//   g++ -O2 -march=x86-64-v4 -DBURIN_KERNELS_ONLY -c NAME.cpp            one variant, for a library of several,
//   g++ -O2 -DBURIN_TABLES_ONLY -c NAME.cpp                              and the tables that choose among them
//
// BURIN_NAMED_MODEL exports burin_model_NAME in the place of burin_model, so that several models link into one program.
// NAME_BIN is the path of the weights where it is not "NAME.bin" in a directory of the assembler's; BURIN_LINKED_WEIGHTS leaves
// them to another object. The code calls memcpy and the runtime, is C++17 with GCC's vector extensions, and has no warnings at
// -Wall -Wextra -Wpedantic.
#pragma once

#include <span>
#include <string>

#include "codegen/model_tables.h"

namespace burin::codegen {

// The text of NAME.cpp. The bytes of NAME.bin are those that for_each_run (codegen/weights.h) gives for the tables' weights.
// Kernels hold no transcendental functions any more. `tables` were made from `variants`.
std::string emit_cpp(std::span<const Variant> variants, const ModelTables& tables);

// The macro for the path of the weights: "MOBILENET_BIN".
std::string weights_macro(const ModelTables& tables);

}  // namespace burin::codegen
