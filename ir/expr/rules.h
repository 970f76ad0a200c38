// The algebra of integer and boolean expressions, as data: each rule is a name, a pattern, its replacement and a guard.
// Directional, never to a worse expression, no bare commutativity. tests/ir/rules_test.cpp proves every rule by rewriting
// samples and evaluating what it read and what it made, and that none is shadowed by one above it; tests/text_test.cpp, that
// every rule has a use.
//
// A pattern `x * c + y` matches a sum as a whole: `x` takes the terms whose coefficients are multiples of `c`, `y` the rest,
// and `c` is positive. Where nothing beside the sum binds `c`, it is a coefficient of the sum with 0 <= y < c.
//
// Indices do not overflow: where a product or sum of an i64 would, the rules promise nothing.
//
// A division by zero is the fault of whoever wrote it, and is kept for whoever evaluates it: no rule matches one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "ir/expr/expr.h"

namespace burin::ir {

// x and y match anything; c and d match constants only.
enum class Wildcard : uint8_t { kNone, kX, kY, kC, kD };
inline constexpr int kWildcards = 5;

struct PatternNode {
  Wildcard wildcard = Wildcard::kNone;
  Opcode opcode = Opcode::kConstant;
  int64_t literal = 0;
  std::array<int, 3> operands = {-1, -1, -1};  // indices into Pattern::nodes
};

// A tree in postorder: the root is the last node.
struct Pattern {
  std::array<PatternNode, 10> nodes{};
  int count = 0;
};

using Bindings = std::array<Expr, kWildcards>;  // by Wildcard
using Guard = bool (*)(const Bindings&);

struct Rule {
  std::string_view name;
  Pattern match;
  Pattern make;
  Guard guard;
};

std::span<const Rule> index_rules();

// What `rule` makes of `e`, a scalar i64 or a bool of operands that are no floats; invalid when it does not match.
Expr rewrite(const Rule& rule, Expr e);
// By the first rule that matches, which the pool of `e` counts; invalid when none does.
Expr rewrite_by_rules(Expr e);

}  // namespace burin::ir
