// What a user asked for: one struct for all commands, filled in from the table of flags (flags.h) and passed on by const
// reference. A field that a command has no flag for keeps its default.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/nest/verify.h"
#include "ir/text/tensor_text.h"
#include "passes/machine.h"

namespace burin::tools {

enum class Command : uint8_t { kCompile, kRun, kVerify, kBench, kInspect, kOps, kOpt, kReduce };
inline constexpr int kCommands = 8;

// Who makes machine code of the loops. kInterpret makes none: burin runs the loops itself, slowly; for tests of everything
// in front of the emitters, and for machines without a code generator.
enum class Toolchain : uint8_t { kLlvm, kGcc, kClang, kInterpret };

enum class Emit : uint8_t { kLib, kStaticLib, kObject, kCpp, kLlvmIr, kGraph, kNests, kLoops };

// The names of an enum's values on the command line, in the order of the enum.
template <class Value, size_t n>
using Names = std::array<std::pair<Value, std::string_view>, n>;

inline constexpr Names<Toolchain, 4> kToolchainNames = {{{Toolchain::kLlvm, "llvm"},
                                                         {Toolchain::kGcc, "gcc"},
                                                         {Toolchain::kClang, "clang"},
                                                         {Toolchain::kInterpret, "interpret"}}};
inline constexpr Names<Emit, 8> kEmitNames = {{{Emit::kLib, "lib"},
                                               {Emit::kStaticLib, "static-lib"},
                                               {Emit::kObject, "object"},
                                               {Emit::kCpp, "cpp"},
                                               {Emit::kLlvmIr, "llvm-ir"},
                                               {Emit::kGraph, "graph"},
                                               {Emit::kNests, "nests"},
                                               {Emit::kLoops, "loops"}}};
inline std::string_view name_of(Toolchain toolchain) { return kToolchainNames[static_cast<size_t>(toolchain)].second; }
inline std::string_view name_of(Emit emit) { return kEmitNames[static_cast<size_t>(emit)].second; }

// What --json was given: nothing, or a file ("-": standard output).
using JsonTarget = std::optional<std::filesystem::path>;

struct Options {
  Command command = Command::kCompile;
  std::filesystem::path subject;     // the model, library or IR text named first
  std::set<std::string_view> given;  // names of the flags that were on the command line, as in the table

  // --- The model and what is made of it.
  std::filesystem::path output_dir;  // compile: where artifacts go; run: where results go; reduce: the file
  std::string name;                  // of the library; the model file's stem when empty
  std::string target;                // empty: the default of the command
  Toolchain toolchain = Toolchain::kLlvm;
  Emit emit = Emit::kLib;
  std::map<std::string, std::vector<int64_t>> input_dims;
  std::map<std::string, int64_t> symbols;
  std::map<std::string, std::pair<int64_t, int64_t>> symbol_ranges;
  std::vector<std::string> out_nodes;
  bool dry_run = false;
  passes::Math math = passes::Math::kDefault;
  int64_t max_nodes = 1'000'000;
  int64_t max_constant_bytes = int64_t{4} << 30;

  // --- Looking into the compiler.
  std::string print_ir_after;  // a pass, or "all"
  bool verify_each = false;
  bool check_passes = false;
  bool explain = false;
  bool time = false;

  // --- Running.
  std::filesystem::path input_list;
  bool native_inputs = false;
  bool native_outputs = false;
  std::vector<std::string> emulator;  // command that runs libraries of another machine; see emulated_model.h
  int threads = 1;
  double seconds = 1;

  // --- Checking.
  std::filesystem::path data;
  bool layers = false;
  bool guard_pages = false;
  bool suite = false;
  int jobs = 1;
  double noise = 0;      // what expected values may be off by, absolutely
  double timeout = 120;  // seconds per case, and per check of reduce

  // --- reduce.
  std::string check;  // a shell command

  // --- Reports.
  JsonTarget json;
  bool markdown = false;

  // --- opt: what OptOptions holds (opt.h), where it is not above.
  std::vector<std::string> passes;
  std::string_view form;  // "graph", "nests" or "loops", a view of the table of flags
  ir::ReadProof reads = ir::ReadProof::kRequired;
  ir::Building building = ir::Building::kSimplified;

  bool gave(std::string_view flag) const { return given.contains(flag); }
};

}  // namespace burin::tools
