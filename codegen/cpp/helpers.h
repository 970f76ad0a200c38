// The small inline functions of emitted C++: operations whose exact meaning (wrapping, saturation, rounding, division by zero,
// lanes) C++ has no operator for. Each is printed only where used, after the types and functions it needs, and its name ends
// with its type: `load_f32x8`, `floor_div_i64`, `i32x8_from_f32x8`.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/cpp/cpp_types.h"
#include "codegen/cpp/isa.h"

namespace burin::codegen::cpp {

// Functions of values of one type (kGather and the like also of memory), as ir/expr/scalar.h defines them.
enum class Helper : uint8_t {
  // Memory, vectors only. load(from), store(to, value), gather(from, index), scatter(to, index, value).
  kLoad,
  kStore,
  kGather,
  kScatter,
  // Lanes. splat(scalar), ramp(base, stride).
  kSplat,
  kRamp,
  // Integers.
  kAdd,
  kSub,
  kMul,
  kNegate,
  kDiv,
  kFloorDiv,
  kCeilDiv,
  kMod,
  kPow,
  kShiftLeft,
  kShiftRight,
  // Numbers.
  kAbs,
  kMin,
  kMax,
  // Floats; kMod as well.
  kFma,
  kSqrt,
  kFloor,
  kCeil,
  kTruncate,
  kRoundEven,
};

class Helpers {
 public:
  explicit Helpers(const Isa& isa) : isa_(isa) {}

  // The name of the type, which is declared if it is a vector.
  std::string type(CppType type);
  // The name of the function, which is defined.
  std::string function(Helper helper, CppType type);
  // The conversion of a cast between numbers, or to and from f16 and bf16. Not to or from bool.
  std::string conversion(CppType to, CppType from);
  // Same bits, another type of numbers.
  std::string bitcast(CppType to, CppType from);
  // The first lanes; and two halves put together.
  std::string head(CppType to, CppType from);
  std::string join(CppType to);
  std::string high_half(CppType from);

  const Isa& isa() const { return isa_; }
  bool uses_intrinsics() const { return uses_intrinsics_; }
  bool uses_runtime_fma() const { return uses_runtime_fma_; }
  // Vectors that the machine has no register for.
  bool uses_wide_vectors() const { return uses_wide_vectors_; }

  // All that was asked for, as C++.
  std::string text() const;

  // For the files that write helpers: defines `name` once, with lines made by `write`, which may ask for more.
  void define(const std::string& name, const std::function<std::vector<std::string>()>& write);
  void note_intrinsics() { uses_intrinsics_ = true; }
  void note_runtime_fma() { uses_runtime_fma_ = true; }

 private:
  Isa isa_;
  std::set<std::string> known_;
  std::vector<std::string> types_;
  std::vector<std::string> functions_;
  bool uses_intrinsics_ = false;
  bool uses_runtime_fma_ = false;
  bool uses_wide_vectors_ = false;
};

// True for what the name of a helper may be: the names that a model gives are others.
bool is_helper_name(std::string_view name);

// "float a, float b": the operands of a helper are called a, b, c.
std::string signature(Helpers& helpers, CppType result, const std::string& name, std::span<const CppType> operands);
// A constant of `type` (an unsigned integer), splat where it is a vector.
std::string constant(Helpers& helpers, CppType type, const std::string& literal);
// The unsigned integer of the same width and lanes.
CppType unsigned_of(CppType type);

// The lines of a function, one file per family.
std::vector<std::string> memory_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name);
std::vector<std::string> integer_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name);
std::vector<std::string> float_helper(Helpers& helpers, Helper helper, CppType type, const std::string& name);
std::vector<std::string> conversion_helper(Helpers& helpers, CppType to, CppType from, const std::string& name);
// A function of a vector that calls that of its lanes' scalar.
std::vector<std::string> by_lane(Helpers& helpers, Helper helper, CppType type, const std::string& name, int arity);

}  // namespace burin::codegen::cpp
