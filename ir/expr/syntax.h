// How opcodes look as text: what the printer and the parser of ir/text/expr_text.h, and messages, agree on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/expr/opcode.h"

namespace burin::ir {

// How tightly an infix opcode binds; a higher one binds first. All are left-associative but comparisons, which do not chain.
inline constexpr int kTightest = 100;
int precedence_of(Opcode opcode);

// The shapes that an opcode's text takes.
enum class ExprForm : uint8_t {
  kConstant,    // 0.5:f32
  kVariable,    // name, or name[index]
  kRead,        // %x[i, j] else 0
  kLoad,        // load f32x16 %x[i]
  kInfix,       // a + b
  kCall,        // fma(a, b, c): all operands have one type
  kSelect,      // select(condition, a, b): the first has its own type
  kCast,        // f32(x)
  kBitcast,     // bitcast_i32(x)
  kWithNumber,  // splat(x, 16), ramp(base, stride, 16), head(x, 4): the lanes of the result; lane(x, 3): which lane
};
ExprForm form_of(Opcode opcode);

std::string text_of(ValueType type);  // "f32", "f32x16"
// The type named by `text`: "f32", "f32x16"; absent when it names none.
std::optional<ValueType> value_type_named(std::string_view text);

// Of a vector; no machine has wider ones, and text may ask for anything.
inline constexpr int kMostLanes = 1024;

}  // namespace burin::ir
