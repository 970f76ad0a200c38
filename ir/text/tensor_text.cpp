#include "ir/text/tensor_text.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ir/base/checked.h"

namespace burin::ir {
namespace {

int64_t payload_of(Scalar scalar, ElementType element) {
  return is_float(element) ? std::bit_cast<int64_t>(scalar.number) : scalar.integer;
}

Scalar scalar_of(int64_t payload, ElementType element) {
  Scalar scalar;
  if (is_float(element)) {
    scalar.number = std::bit_cast<double>(payload);
  } else {
    scalar.integer = payload;
  }
  return scalar;
}

std::span<const std::byte> held_bytes(const Literal& literal) {
  const int64_t bytes = literal.splat ? size_of(literal.element) : literal.byte_count();
  return literal.bytes.first(static_cast<size_t>(bytes));
}

// The element as text; absent when the text would not read back to the same bytes (a NaN with a payload, a bool of 2).
std::optional<std::string> element_text(const std::byte* at, ElementType element) {
  std::string text = scalar_text(payload_of(load_scalar(at, element), element), element);
  std::byte back[8] = {};
  store_scalar(back, element, scalar_of(scalar_payload(text, element).value_or(0), element));
  if (std::memcmp(at, back, static_cast<size_t>(size_of(element))) != 0) return std::nullopt;
  return text;
}

std::optional<std::string> element_list(std::span<const std::byte> bytes, ElementType element) {
  std::string list;
  const auto size = static_cast<size_t>(size_of(element));
  for (size_t at = 0; at < bytes.size(); at += size) {
    const std::optional<std::string> text = element_text(bytes.data() + at, element);
    if (!text) return std::nullopt;
    list += (list.empty() ? "" : ", ") + *text;
  }
  return list;
}

std::string hex_text(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "bytes \"";
  for (const std::byte byte : bytes) {
    text += kDigits[static_cast<size_t>(byte >> 4)];
    text += kDigits[static_cast<size_t>(byte & std::byte{15})];
  }
  return text + '"';
}

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 32);
}

std::optional<std::vector<std::byte>> bytes_in(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

void append_element(TextCursor& cursor, ElementType element, std::vector<std::byte>& bytes) {
  const bool negative = cursor.accept("-");
  const Token token = cursor.next();
  const bool plausible = token.kind == TokenKind::kNumber || token.kind == TokenKind::kIdentifier;
  const std::string text = (negative ? "-" : "") + token.text;
  const std::optional<int64_t> payload = plausible ? scalar_payload(text, element) : std::nullopt;
  if (!payload)
    return cursor.fail_at(token,
                          fmt::format("expected an element of type {}, found {}", info(element).name, shown(token)));
  const size_t at = bytes.size();
  bytes.resize(at + static_cast<size_t>(size_of(element)));
  store_scalar(bytes.data() + at, element, scalar_of(*payload, element));
}

std::vector<std::byte> parse_bytes(TextCursor& cursor) {
  const Token token = cursor.peek();
  std::optional<std::vector<std::byte>> bytes =
      bytes_in(cursor.expect_kind(TokenKind::kString, "bytes in hexadecimal"));
  if (!bytes) cursor.fail_at(token, "expected pairs of the digits 0-9 and a-f, found something else");
  return bytes ? *std::move(bytes) : std::vector<std::byte>();
}

std::optional<Literal> parse_reference(TextCursor& cursor, ElementType element, const std::vector<int64_t>& dims,
                                       const ConstantMap* constants) {
  const Token digest = cursor.next();
  const auto found = constants != nullptr ? constants->find(digest.text) : ConstantMap::const_iterator();
  if (constants == nullptr || found == constants->end()) {
    cursor.fail_at(digest,
                   fmt::format("expected a constant whose bytes are at hand, found only its digest #{}", digest.text),
                   "constant");
    return std::nullopt;
  }
  if (found->second.element != element || found->second.dims != dims) {
    cursor.fail_at(digest, fmt::format("expected the type of constant #{}, found another", digest.text), "constant");
    return std::nullopt;
  }
  return found->second;
}

}  // namespace

std::string type_text(ElementType element, const Shape& shape, const ExprNames& names) {
  std::string dims;
  for (Expr dim : shape) dims += (dims.empty() ? "" : ", ") + text_of(dim, names, kIndex);
  return std::string(info(element).name) + "[" + dims + "]";
}

std::string literal_text(const Literal& literal, ConstantMap* constants) {
  const std::span<const std::byte> bytes = held_bytes(literal);
  if (literal.splat) {
    const std::optional<std::string> text = element_text(bytes.data(), literal.element);
    return "splat " + (text ? *text : hex_text(bytes));
  }
  if (literal.element_count() <= kMostListedElements) {
    const std::optional<std::string> list = element_list(bytes, literal.element);
    if (list) return "[" + *list + "]";
  }
  if (static_cast<int64_t>(bytes.size()) <= kMostInlineBytes) return hex_text(bytes);
  const std::string digest = digest_of(literal);
  if (constants != nullptr) constants->emplace(digest, literal);
  return "#" + digest;
}

std::string digest_of(const Literal& literal) {
  uint64_t first = mix(1, static_cast<uint64_t>(literal.element));
  uint64_t second = mix(2, literal.splat ? 1 : 0);
  const auto add = [&](uint64_t word) {
    first = mix(first, word);
    second = mix(second + 0x632be59bd9b4e019ULL, word);
  };
  for (const int64_t dim : literal.dims) add(static_cast<uint64_t>(dim));
  const std::span<const std::byte> bytes = held_bytes(literal);
  for (size_t at = 0; at < bytes.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
    add(word);
  }
  return fmt::format("{:016x}{:016x}", first, second);
}

std::string symbol_text(const Variable& symbol, std::string_view name, const ExprNames& names) {
  if (symbol.extent.valid()) return std::string(name) + " < " + text_of(symbol.extent, names, kIndex);
  std::string text(name);
  if (symbol.low != INT64_MIN) text = std::to_string(symbol.low) + " <= " + text;
  if (symbol.high != INT64_MAX) text += " <= " + std::to_string(symbol.high);
  return text;
}

std::string check_text(const DimensionCheck& check, const ExprNames& names) {
  const auto& [left, right, relation] = check.dimensions;
  const auto word = [&] {
    switch (relation) {
      case DimensionRelation::kEqual: return " == ";
      case DimensionRelation::kLeftMayBeOne: return " expands to ";
      case DimensionRelation::kEitherMayBeOne: return " broadcasts with ";
    }
    return "";
  };
  return "check " + side_text_of(left, names) + word() + text_of(right, names, kIndex) + origin_text({check.origin});
}

std::string origin_text(const std::vector<std::string>& origin) {
  std::string text;
  for (const std::string& node : origin) {
    if (!node.empty()) text += (text.empty() ? " from " : ", ") + quoted(node);
  }
  return text;
}

std::optional<ParsedType> parse_type(TextCursor& cursor, ExprParser& expressions) {
  const Token name = cursor.peek();
  const std::optional<ElementType> element =
      element_type_named(cursor.expect_kind(TokenKind::kIdentifier, "an element type"));
  if (!element) cursor.fail_at(name, fmt::format("expected an element type, found {}", shown(name)));
  cursor.expect("[");
  Shape shape;
  if (!cursor.accept("]")) {
    do {
      shape.push_back(expressions.parse(kIndex));
    } while (cursor.accept(","));
    cursor.expect("]");
  }
  if (cursor.failed()) return std::nullopt;
  return ParsedType{*element, std::move(shape)};
}

DimensionCheck parse_check(TextCursor& cursor, ExprParser& expressions) {
  DimensionCheck check;
  auto& [left, right, relation] = check.dimensions;
  left = expressions.parse_side(kIndex);
  if (cursor.accept_word("expands")) {
    cursor.expect_word("to");
    relation = DimensionRelation::kLeftMayBeOne;
  } else if (cursor.accept_word("broadcasts")) {
    cursor.expect_word("with");
    relation = DimensionRelation::kEitherMayBeOne;
  } else {
    cursor.expect("==");
  }
  right = expressions.parse(kIndex);
  for (std::string& origin : parse_origin(cursor)) check.origin = std::move(origin);
  return check;
}

std::optional<Literal> parse_literal(TextCursor& cursor, const ParsedType& type, const ConstantMap* constants) {
  const Token start = cursor.peek();
  const std::optional<std::vector<int64_t>> dims = static_dims(type.shape);
  const std::optional<int64_t> count = dims ? checked_product(*dims) : std::nullopt;
  const std::optional<int64_t> size = count ? checked_mul(*count, size_of(type.element)) : std::nullopt;
  if (!size) {
    cursor.fail("expected dimensions that are numbers and whose product fits, found others", "constant");
    return std::nullopt;
  }
  if (start.kind == TokenKind::kDigest) return parse_reference(cursor, type.element, *dims, constants);
  const bool is_splat = cursor.accept_word("splat");
  std::vector<std::byte> bytes;
  if (cursor.accept_word("bytes")) {
    bytes = parse_bytes(cursor);
  } else if (is_splat) {
    append_element(cursor, type.element, bytes);
  } else {
    cursor.expect("[");
    if (!cursor.accept("]")) {
      do {
        append_element(cursor, type.element, bytes);
      } while (!cursor.failed() && cursor.accept(","));
      cursor.expect("]");
    }
  }
  const int64_t expected = is_splat ? size_of(type.element) : *size;
  if (static_cast<int64_t>(bytes.size()) != expected) {
    cursor.fail_at(start, fmt::format("expected {} bytes of constant, found {}", expected, bytes.size()), "constant");
  }
  if (cursor.failed()) return std::nullopt;
  Literal literal = make_literal(type.element, *dims, std::move(bytes));
  literal.splat = is_splat;
  return literal;
}

ParsedSymbol parse_symbol(TextCursor& cursor, ExprParser& expressions) {
  ParsedSymbol symbol{{}, {"", kIndex, INT64_MIN, INT64_MAX, {}}, SymbolKind::kGiven};
  if (cursor.accept_word("opaque")) symbol.kind = SymbolKind::kOpaque;
  if (cursor.peek().kind == TokenKind::kNumber || cursor.peek().is("-")) {
    symbol.variable.low = cursor.expect_integer("a bound");
    cursor.expect("<=");
  }
  symbol.name = cursor.peek();
  symbol.variable.name = cursor.expect_name("a symbol");
  if (cursor.accept("<=")) {
    symbol.variable.high = cursor.expect_integer("a bound");
  } else if (cursor.accept("<")) {
    symbol.variable.extent = expressions.parse(kIndex);
  }
  if (symbol.variable.low > symbol.variable.high) {
    cursor.fail_at(symbol.name,
                   fmt::format("expected bounds in order, found {} <= {}", symbol.variable.low, symbol.variable.high));
  }
  return symbol;
}

void declare(TextCursor& cursor, ExprScope& scope, const Token& name, VariableId variable) {
  if (cursor.failed() || scope.variables.declare(name.text, variable)) return;
  cursor.fail_at(name, fmt::format("expected a name that is not in scope, found {} again", quoted(name.text)), "name");
}

void parse_symbols(TextCursor& cursor, ExprParser& expressions, ExprPool& pool, ExprScope& scope,
                   std::vector<VariableId>& symbols, std::vector<VariableId>& opaque_symbols) {
  if (!cursor.accept_word("where")) return;
  do {
    const ParsedSymbol symbol = parse_symbol(cursor, expressions);
    if (cursor.failed()) return;
    const VariableId id = pool.declare(symbol.variable);
    declare(cursor, scope, symbol.name, id);
    (symbol.kind == SymbolKind::kOpaque ? opaque_symbols : symbols).push_back(id);
  } while (cursor.accept(","));
}

VariableId parse_counter(TextCursor& cursor, ExprParser& expressions, ExprPool& pool, ExprScope& scope) {
  const Token name = cursor.peek();
  Variable variable{cursor.expect_name("the name of an axis"), kIndex, INT64_MIN, INT64_MAX, {}};
  cursor.expect(":");
  variable.extent = expressions.parse(kIndex);
  if (cursor.failed()) return {};
  const VariableId id = pool.declare(std::move(variable));
  declare(cursor, scope, name, id);
  return id;
}

std::vector<std::string> parse_origin(TextCursor& cursor) {
  std::vector<std::string> origin;
  if (!cursor.accept_word("from")) return origin;
  do {
    origin.push_back(cursor.expect_kind(TokenKind::kString, "a node's name in quotes"));
  } while (cursor.accept(","));
  return origin;
}

}  // namespace burin::ir
