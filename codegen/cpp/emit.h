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
// The tables define burin_model_NAME, hidden, so that several models link into one program. With BURIN_SHARED_LIBRARY they
// export it, and burin_model too. NAME_BIN is the path of the weights where they are not next to the source, in
// NAME.cpp.bin; the source finds them from every folder, since it appends ".bin" to its __FILE__. BURIN_LINKED_WEIGHTS leaves
// them to another object. The code calls memcpy and the runtime, is C++17 with GCC's vector extensions, and has no warnings
// at -Wall -Wextra -Wpedantic.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/model_tables.h"

namespace burin::codegen {

// The text of NAME.cpp. NAME.cpp.bin has the bytes that for_each_run (codegen/weights.h) gives for the tables' weights.
// Kernels hold no transcendental functions any more. `tables` were made from `variants`.
std::string emit_cpp(std::span<const Variant> variants, const ModelTables& tables);

// The names of the source and of the file with its weights: "mobilenet.cpp", "mobilenet.cpp.bin".
std::string source_file(const ModelTables& tables);
std::string weights_file(const ModelTables& tables);

// The command lines that make objects of the source, and the objects: one, or one per target and one for the tables.
struct CompileCommand {
  std::string line;    // "g++ .. -c mobilenet.cpp -o mobilenet.o"
  std::string object;  // "mobilenet.o"
};
std::vector<CompileCommand> compile_commands(std::span<const Variant> variants, const ModelTables& tables);

// The macro for the path of the weights: "MOBILENET_BIN".
std::string weights_macro(const ModelTables& tables);

}  // namespace burin::codegen
