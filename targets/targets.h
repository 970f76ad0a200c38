// Machines as data: one row of numbers per target, read by schedules (vector width, registers, caches), by emitters
// (triple, CPU, features) and by the tables of a model (features it asks a CPU for). A target is never a class, and its
// name never occurs in code that serves all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::targets {

enum class Architecture : uint8_t { kX86_64, kAarch64 };

// What kernels may ask a target for beyond its vectors. `half` converts binary16 to float and back, `fma` rounds once.
struct Extensions {
  bool fma = false;
  bool half = false;
};

// Command lines for emitted C++: compilers, the first of which is tried first, then flags without inputs and outputs.
struct Toolchain {
  std::string_view gcc;
  std::string_view gcc_flags;
  std::string_view clang;
  std::string_view clang_flags;
};

struct Target {
  std::string_view name;  // "x86_64-v3"
  Architecture architecture = Architecture::kX86_64;
  std::string_view triple;         // LLVM's
  std::string_view cpu;            // LLVM's
  std::string_view features = "";  // LLVM's, beyond the CPU's: "+avx512vnni"
  int vector_bytes = 0;            // native width: 64 with AVX-512
  int vector_registers = 0;
  int64_t l1_way_bytes = 0;  // of a core's data cache: addresses this far apart fall into one set
  int64_t l2_bytes = 0;      // of a core
  Extensions has = {};
  uint64_t runtime_features = 0;  // BURIN_CPU_* of runtime/model.h, all of which a CPU must have
  Toolchain toolchain = {};
};

// Lanes of one vector register for elements of `element_bytes`.
constexpr int lanes_of(const Target& target, int element_bytes) { return target.vector_bytes / element_bytes; }

// Every row, "native" excluded, best of an architecture first.
std::span<const Target> all_targets();
// The row of this name ("native" included); absent when there is none.
std::optional<Target> target_named(std::string_view name);
// The machine this runs on: the best row it can run, under the name "native". Features beyond that row are not used, since a
// library only asks a CPU for those of rows. Absent on an architecture without rows.
std::optional<Target> native_target();

// What a user asks for: the name of a row, or of a platform ("x86_64-linux-gnu", "aarch64-linux-gnu", "x86_64-linux-clang"),
// which is the list of variants in its library, best first. Empty when the name is unknown; `target_names` lists those
// that are known.
std::vector<Target> targets_of(std::string_view name);
std::vector<std::string> target_names();

}  // namespace burin::targets
