// Kernel expressions: the scalar arithmetic inside nests and loops, and the integer arithmetic of dimensions and indices.
// One kind of node for all three, immutable and hash-consed: equal expressions are the same node, and a copy is a pointer.
// An expression is not where control flow or storage lives: those are statements of the form that holds it.
//
// Semantics. Integers wrap in two's complement. `div` truncates toward zero, `floordiv` and `mod` round toward minus
// infinity; a divisor is never 0. Floats are IEEE with round to nearest even and no contraction: only `fma` fuses.
// `min(a, b)` is `a < b ? a : b` and `max(a, b)` is `a > b ? a : b`, so a NaN in `a` yields `b`. A comparison gives bool,
// and `select` evaluates both sides. A cast from float to integer truncates and saturates, NaN gives 0. Vector operands
// work lane by lane and have the same number of lanes; a scalar is widened by `splat` only.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/base/store.h"
#include "ir/expr/opcode.h"

namespace burin::ir {

using VariableId = Id<struct VariableTag>;
class ExprPool;
class Expr;

struct ExprNode {
  Opcode opcode = Opcode::kConstant;
  ValueType type{};
  std::span<const Expr> operands{};
  int64_t payload = 0;
  // Inclusive bounds of a scalar i64, INT64_MIN and INT64_MAX where unknown.
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  ExprPool* pool = nullptr;
  int height = 1;  // of the tree below, in nodes
  int size = 1;    // of the tree below, in nodes; what is shared counts each time. INT_MAX where it is larger
  bool has_variables = false;  // anywhere in the tree below. A tree without them that is no constant overflowed
};

// A reference to a node; cheap to copy, and equal when the expressions are equal.
class Expr {
 public:
  Expr() = default;
  explicit Expr(const ExprNode* node) : node_(node) {}

  bool valid() const { return node_ != nullptr; }
  const ExprNode* operator->() const { return node_; }
  const ExprNode* node() const { return node_; }
  friend bool operator==(Expr, Expr) = default;

 private:
  const ExprNode* node_ = nullptr;
};

// A symbol of a shape, an axis of a nest, an accumulator, a loop's counter: named for people, identified by its id.
// `low` and `high` bound an integer; `extent`, where valid, says more: 0 <= value < extent.
struct Variable {
  std::string name;
  ValueType type;
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  Expr extent;
};

// Owns the nodes and variables of one module. Everything built from it dies with it.
class ExprPool {
 public:
  ExprPool() = default;
  ExprPool(const ExprPool&) = delete;
  ExprPool& operator=(const ExprPool&) = delete;

  Expr integer(int64_t value, ValueType type = kIndex);
  Expr floating(double value, ValueType type);
  // A constant of any numeric type; `value` is converted as a cast would.
  Expr number(double value, ValueType type);
  Expr boolean(bool value);
  Expr variable(VariableId id);
  VariableId declare(Variable variable);
  const Variable& operator[](VariableId id) const { return variables_[id]; }
  // Lowers the upper bound of a variable that turns out to be smaller. Expressions built before keep their wider bounds.
  void tighten(VariableId id, int64_t high);

  // The expression of `opcode` on `operands`, simplified. `type` is used by casts, reads, loads and the lane operations,
  // and is derived for the others.
  Expr make(Opcode opcode, std::span<const Expr> operands, ValueType type = kIndex, int64_t payload = 0);
  // The same, not simplified: for reading back exactly what was printed.
  Expr as_written(Opcode opcode, std::span<const Expr> operands, ValueType type = kIndex, int64_t payload = 0);

  int proof_depth = 0;                // how many proofs of ir/expr/linear.h are under way, one inside the other
  std::vector<int64_t> rule_firings;  // how often each row of ir/expr/rules.h rewrote something; empty before the first

 private:
  struct KeyHash {
    size_t operator()(const ExprNode* node) const;
  };
  struct KeyEqual {
    bool operator()(const ExprNode* a, const ExprNode* b) const;
  };
  Expr intern(ExprNode node);

  std::deque<ExprNode> nodes_;
  std::deque<std::vector<Expr>> operand_lists_;
  std::unordered_map<const ExprNode*, ExprNode*, KeyHash, KeyEqual> interned_;
  Store<VariableId, Variable> variables_;
};

// --- Builders. Operands come from one pool; an int64_t operand becomes a constant of the other's type.
Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator+(Expr a, int64_t b);
Expr operator-(Expr a, int64_t b);
Expr operator*(Expr a, int64_t b);
Expr operator-(Expr a);
Expr binary(Opcode opcode, Expr a, Expr b);
Expr unary(Opcode opcode, Expr a);
Expr div(Expr a, Expr b);
Expr floor_div(Expr a, Expr b);
Expr floor_div(Expr a, int64_t b);
Expr ceil_div(Expr a, Expr b);
Expr ceil_div(Expr a, int64_t b);
Expr mod(Expr a, Expr b);
Expr mod(Expr a, int64_t b);
Expr min(Expr a, Expr b);
Expr max(Expr a, Expr b);
Expr fma(Expr a, Expr b, Expr c);
Expr equal(Expr a, Expr b);
Expr not_equal(Expr a, Expr b);
Expr less(Expr a, Expr b);
Expr less_equal(Expr a, Expr b);
Expr logical_and(Expr a, Expr b);
Expr logical_or(Expr a, Expr b);
Expr logical_not(Expr a);
Expr select(Expr condition, Expr then_value, Expr else_value);
Expr cast(Expr a, ElementType element);
Expr bitcast(Expr a, ElementType element);
Expr splat(Expr a, int lanes);
Expr ramp(Expr base, Expr stride, int lanes);
Expr lane(Expr vector, int index);
Expr head(Expr vector, int lanes);
// A constant with the type (and pool) of `like`.
Expr constant_like(Expr like, double value);

// --- Questions.
bool is_constant(Expr e);
std::optional<int64_t> constant_integer(Expr e);  // of an integer or bool constant, also when splat
std::optional<double> constant_number(Expr e);    // of any constant
bool is_constant_value(Expr e, int64_t value);
inline VariableId variable_of(Expr e) { return VariableId{static_cast<uint32_t>(e->payload)}; }
inline bool is_variable(Expr e) { return e->opcode == Opcode::kVariable; }

}  // namespace burin::ir
