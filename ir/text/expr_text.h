// Kernel expressions as text, printed and parsed; the part that dimensions, nests and loops share.
//
//   max(acc + %x[n, c, 2 * p + i - 1] else 0, 0)     a read; what lies outside gives the else-value
//   fma(a, load f32x16 %w[16 * k], acc[t, 0])        a load; a register tile at an index
//   f32(i), bitcast_i32(x), splat(x, 16), ramp(0, 4, 8), lane(v, 3), head(v, 4)
//   let $0 = %x[i] + 1, $1 = $0 * $0 in $1 + tanh($1)
//
// A bare literal has the type of its siblings, or the one its place asks for; where neither is known it is an i64 (or bool)
// or carries its type: `0:f32`, `0:f32x16`. A float is the shortest text that reads back to the same bits. What a large
// expression uses several times is named once by `let`, so that text grows with the nodes and not with the paths.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ir/expr/expr.h"
#include "ir/expr/syntax.h"
#include "ir/text/lexer.h"
#include "ir/text/names.h"

namespace burin::ir {

// What an expression's variables and tensors (or buffers) are called, by the form that holds it.
struct ExprNames {
  std::unordered_map<uint32_t, std::string> variables;  // by VariableId::index, as written
  struct Storage {
    std::string text;  // with its sigil
    ElementType element = ElementType::kF32;
    size_t rank = 0;  // of a tensor: tells an else-value from an index
  };
  std::unordered_map<uint32_t, Storage> storage;  // by TensorId::index or BufferId::index
};

// `context` is the type that the place asks for, when it asks for one.
std::string text_of(Expr e, const ExprNames& names, std::optional<ValueType> context = std::nullopt);
// The same as one side of a comparison that is the form's and not the expression's: `check N == M`.
std::string side_text_of(Expr e, const ExprNames& names);
// For debuggers and messages: variables by the names they were declared with, tensors and buffers by number.
std::string text_of(Expr e);

// Whether the parser builds with ExprPool::make, which simplifies what people write, or keeps each node as it stands, which
// gives back exactly the expressions that were printed.
enum class Building : uint8_t { kSimplified, kAsWritten };

// What the names in an expression stand for.
struct ExprScope {
  NameScope<VariableId> variables;
  struct Storage {
    uint32_t id;
    ElementType element;
    size_t rank;
  };
  NameScope<Storage> storage;
  // How `%x` is used: read at one index per dimension, or loaded from.
  enum class Access : uint8_t { kNone, kReads, kLoads };
  Access access = Access::kNone;
};

class ExprParser {
 public:
  ExprParser(TextCursor& cursor, ExprPool& pool, const ExprScope& scope, Building building)
      : cursor_(cursor), pool_(pool), scope_(scope), building_(building) {}

  // The expression at the cursor, of type `wanted` where given; invalid after a fault.
  Expr parse(std::optional<ValueType> wanted = std::nullopt);
  // An index into a buffer: a scalar, or one per lane of what is moved.
  Expr parse_index(int lanes);
  // What side_text_of gives.
  Expr parse_side(std::optional<ValueType> wanted);

 private:
  // An operand whose type may still be open: a bare literal.
  struct Operand {
    Expr expr;  // invalid while `literal` waits for a type, and after a fault
    std::optional<Token> literal;
    bool negative = false;
  };

  Expr parse_above(int least_precedence, std::optional<ValueType> wanted);
  void parse_shared();
  Expr parse_index_operand(int lanes);
  Operand parse_infix(int least_precedence);
  Operand parse_primary();
  Operand parse_word();
  Operand parse_number(bool negative);
  Operand parse_parenthesized();
  Operand parse_minus();
  Operand parse_call(const Token& name, Opcode opcode);
  Operand parse_cast(Opcode opcode, ElementType element);
  Operand parse_lanes_call(const Token& name, Opcode opcode);
  Operand parse_read();
  Operand parse_load();
  Operand parse_variable(const Token& name);
  Operand combine_infix(const Token& at, Operand left, Operand right);
  std::vector<Operand> parse_arguments();

  // Gives the open literals among `operands` the type of the others, or `wanted`, or their own default.
  bool settle(std::span<Operand> operands, std::optional<ValueType> wanted);
  Expr settled(Operand operand, std::optional<ValueType> wanted = std::nullopt);
  Expr literal_of(const Token& token, bool negative, ValueType type);
  Operand build(const Token& at, Opcode opcode, std::span<const Expr> operands, ValueType type = kIndex,
                int64_t payload = 0);
  Operand failed_operand(std::string message);
  bool enter();

  TextCursor& cursor_;
  ExprPool& pool_;
  const ExprScope& scope_;
  Building building_;
  int depth_ = 0;
  std::unordered_map<std::string, Expr> shared_;  // by the number after $
};

// The shortest text of a float that reads back as the same value of `element`: "0.5", "-inf", "nan".
std::string float_text(double value, ElementType element);
// One element of any type, and back; absent when the text is not such a number or does not fit the type.
std::string scalar_text(int64_t payload, ElementType element);
std::optional<int64_t> scalar_payload(std::string_view text, ElementType element);

// Deeper ones are refused: analyses walk expressions by recursion.
inline constexpr int kMostExprHeight = 1000;
// Of parentheses and calls, and of statements in statements.
inline constexpr int kMostTextDepth = 200;

}  // namespace burin::ir
