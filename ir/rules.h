// The algebra of integer and boolean expressions, as data: each rule is a name, a pattern, its replacement and a guard.
// Directional, never to a worse expression, no bare commutativity. tests/ir/rules_test.cpp proves every rule by evaluating
// both sides on samples, and checks that no rule is shadowed by one above it.
//
// A pattern `x * c + y` matches a sum as a whole: `x` takes the terms whose coefficients are multiples of `c`, `y` the rest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ir/expr.h"

namespace burin::ir {

// x, y, z match anything; c, d match constants only.
enum class Wildcard : uint8_t { kNone, kX, kY, kZ, kC, kD };
inline constexpr int kWildcards = 6;

struct PatternNode {
  Wildcard wildcard = Wildcard::kNone;
  Opcode opcode = Opcode::kConstant;
  int64_t literal = 0;
  std::array<int8_t, 3> operands = {-1, -1, -1};  // indices into Pattern::nodes
};

// A tree in postorder: the root is the last node.
struct Pattern {
  std::array<PatternNode, 10> nodes{};
  int8_t count = 0;
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

std::optional<Bindings> match(const Rule& rule, Expr e);
Expr build(const Pattern& pattern, const Bindings& bindings, ExprPool& pool);
// The replacement by the first rule that matches; invalid when none does.
Expr rewrite_by_rules(Expr e);

}  // namespace burin::ir
