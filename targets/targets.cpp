#include "targets/targets.h"

#include <algorithm>
#include <array>

#include "targets/host_features.h"

namespace burin::targets {
namespace {

// What the flags are for: g++ otherwise coalesces accumulators into copies and spills, clang splits 512-bit vectors, and
// g++ on aarch64 schedules before it allocates registers.
constexpr std::string_view kGcc = "g++";
constexpr std::string_view kClang = "clang++-19 clang++";  // as Debian's package names it, and others
constexpr std::string_view kAarch64Gcc = "aarch64-linux-gnu-g++";

constexpr auto kTargets = std::to_array<Target>({
    {.name = "x86_64-v4",
     .architecture = Architecture::kX86_64,
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v4",
     .vector_bytes = 64,
     .vector_registers = 32,
     .l1_way_bytes = 4 << 10,
     .l2_bytes = 1 << 20,
     .has = {.fma = true, .half = true},
     .runtime_features = kX86V2 | kX86V3 | kX86V4,
     .toolchain = {kGcc, "-O2 -march=x86-64-v4 -ffp-contract=off -fno-tree-coalesce-vars", kClang,
                   "-O2 -march=x86-64-v4 -ffp-contract=off -mprefer-vector-width=512"}},
    {.name = "x86_64-v3",
     .architecture = Architecture::kX86_64,
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v3",
     .vector_bytes = 32,
     .vector_registers = 16,
     .l1_way_bytes = 4 << 10,
     .l2_bytes = 256 << 10,
     .has = {.fma = true, .half = true},
     .runtime_features = kX86V2 | kX86V3,
     .toolchain = {kGcc, "-O2 -march=x86-64-v3 -ffp-contract=off -fno-tree-coalesce-vars", kClang,
                   "-O2 -march=x86-64-v3 -ffp-contract=off"}},
    {.name = "x86_64-v2",
     .architecture = Architecture::kX86_64,
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v2",
     .vector_bytes = 16,
     .vector_registers = 16,
     .l1_way_bytes = 4 << 10,
     .l2_bytes = 256 << 10,
     .runtime_features = kX86V2,
     .toolchain = {kGcc, "-O2 -march=x86-64-v2 -ffp-contract=off -fno-tree-coalesce-vars", kClang,
                   "-O2 -march=x86-64-v2 -ffp-contract=off"}},
    {.name = "aarch64-neon",
     .architecture = Architecture::kAarch64,
     .triple = "aarch64-unknown-linux-gnu",
     .cpu = "cortex-a76",
     .features = "-dotprod,-fullfp16,-rcpc,-lse,-rdm,-crc,-aes,-sha2",
     .vector_bytes = 16,
     .vector_registers = 32,
     .l1_way_bytes = 16 << 10,
     .l2_bytes = 256 << 10,
     .has = {.fma = true, .half = true},
     .runtime_features = kAarch64Neon,
     .toolchain = {kAarch64Gcc,
                   "-O2 -march=armv8-a -mtune=cortex-a76 -ffp-contract=off -fno-schedule-insns "
                   "-fno-tree-coalesce-vars",
                   kClang, "-O2 --target=aarch64-linux-gnu -march=armv8-a -mtune=cortex-a76 -ffp-contract=off"}},
});

constexpr bool is_sound(const Target& target) {
  return !target.name.empty() && !target.triple.empty() && target.vector_bytes >= 16 && target.vector_bytes <= 64 &&
         (target.vector_bytes & (target.vector_bytes - 1)) == 0 && target.vector_registers >= 16 &&
         target.l1_way_bytes > 0 && target.l2_bytes > target.l1_way_bytes && target.runtime_features != 0;
}
static_assert(std::ranges::all_of(kTargets, is_sound));
static_assert(std::ranges::all_of(kTargets, [](const Target& row) { return row.name != "native"; }));

// Names of platforms: what a library for it holds, best first.
struct Platform {
  std::string_view name;
  std::array<std::string_view, 2> variants;
};
constexpr auto kPlatforms = std::to_array<Platform>({
    {"x86_64-linux-gnu", {"x86_64-v4", "x86_64-v3"}},
    {"x86_64-linux-clang", {"x86_64-v4", "x86_64-v3"}},
    {"aarch64-linux-gnu", {"aarch64-neon", ""}},
});

const Target* row_named(std::string_view name) {
  const auto row = std::ranges::find(kTargets, name, &Target::name);
  return row == kTargets.end() ? nullptr : &*row;
}

}  // namespace

std::span<const Target> all_targets() { return kTargets; }

std::optional<Target> target_named(std::string_view name) {
  if (name == "native") return native_target();
  const Target* row = row_named(name);
  return row == nullptr ? std::nullopt : std::optional(*row);
}

std::optional<Target> native_target() {
  const std::optional<Host> host = host_features();
  if (!host) return std::nullopt;
  for (const Target& row : kTargets) {
    if (row.architecture != host->architecture || (row.runtime_features & ~host->features) != 0) continue;
    Target native = row;
    native.name = "native";
    return native;
  }
  return std::nullopt;
}

std::vector<Target> targets_of(std::string_view name) {
  std::vector<Target> found;
  if (std::optional<Target> one = target_named(name)) found.push_back(*one);
  for (const Platform& platform : kPlatforms) {
    if (platform.name != name) continue;
    for (std::string_view variant : platform.variants) {
      if (const Target* row = row_named(variant)) found.push_back(*row);
    }
  }
  return found;
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const Platform& platform : kPlatforms) names.emplace_back(platform.name);
  for (const Target& row : kTargets) names.emplace_back(row.name);
  names.emplace_back("native");
  return names;
}

}  // namespace burin::targets
