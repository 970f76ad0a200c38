// The parts of text that describe tensors: types, symbols with their bounds, constants. Shared by all three forms.
//
//   f32[N, 16, 8, 8]                              a type; dimensions are expressions
//   where 1 <= N <= 64, M, opaque K < M + 1       symbols; opaque ones become known while running
//   check N == M from "add"                       what the program needs of dimensions: here `N expands to M` allows an N of
//                                                 1, and `N broadcasts with M` allows either to be 1
//   = [1, 2.5, -inf]                              a constant of few elements, row-major
//   = splat 0.5                                   one element for all
//   = bytes "0000803f"                            up to kMostInlineBytes, in memory's order (little-endian)
//   = #0f3a...                                    a larger one, by the digest of its bytes: the text does not hold it
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ir/expr/shape.h"
#include "ir/tensor/literal.h"
#include "ir/text/expr_text.h"
#include "ir/text/lexer.h"

namespace burin::ir {

// Constants that a text refers to by digest.
using ConstantMap = std::map<std::string, Literal, std::less<>>;

struct TextPrintOptions {
  ConstantMap* constants = nullptr;  // gets the constants that the text only refers to
};

struct TextParseOptions {
  Building building = Building::kSimplified;
  const ConstantMap* constants = nullptr;  // where constants referred to are looked up
};

inline constexpr int64_t kMostListedElements = 16;
inline constexpr int64_t kMostInlineBytes = 1024;

std::string type_text(ElementType element, const Shape& shape, const ExprNames& names);
std::string literal_text(const Literal& literal, ConstantMap* constants);
// 32 hexadecimal digits from element type, dimensions and bytes.
std::string digest_of(const Literal& literal);
// "1 <= N <= 64", or "K < M + 1" of one with an extent; bounds that are not known are left out.
std::string symbol_text(const Variable& symbol, std::string_view name, const ExprNames& names);
std::string check_text(const DimensionCheck& check, const ExprNames& names);
// ` from "a", "b"`, or nothing; nodes without a name are left out.
std::string origin_text(const std::vector<std::string>& origin);

// A type whose dimensions are expressions over what `expressions` has in scope; absent after a fault.
struct ParsedType {
  ElementType element;
  Shape shape;
};
std::optional<ParsedType> parse_type(TextCursor& cursor, ExprParser& expressions);
// What stands after the word `check`.
DimensionCheck parse_check(TextCursor& cursor, ExprParser& expressions);
// The constant after `=`, of a type whose dimensions are numbers; absent after a fault.
std::optional<Literal> parse_literal(TextCursor& cursor, const ParsedType& type, const ConstantMap* constants);

// A symbol after the word `where`, with its bounds. An extent may use the symbols before it.
enum class SymbolKind : uint8_t { kGiven, kOpaque };
struct ParsedSymbol {
  Token name;
  Variable variable;
  SymbolKind kind = SymbolKind::kGiven;
};
ParsedSymbol parse_symbol(TextCursor& cursor, ExprParser& expressions);
// `where ..`, when it is there: declares each symbol in `scope` and adds it to `symbols` or `opaque_symbols`.
void parse_symbols(TextCursor& cursor, ExprParser& expressions, ExprPool& pool, ExprScope& scope,
                   std::vector<VariableId>& symbols, std::vector<VariableId>& opaque_symbols);
// `name: extent`, a variable that counts from 0; declared in `scope`.
VariableId parse_counter(TextCursor& cursor, ExprParser& expressions, ExprPool& pool, ExprScope& scope);
void declare(TextCursor& cursor, ExprScope& scope, const Token& name, VariableId variable);
// `from "a", "b"`, when it is there.
std::vector<std::string> parse_origin(TextCursor& cursor);

}  // namespace burin::ir
