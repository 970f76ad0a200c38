#include "ir/text/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace burin::ir {
namespace {

// Without the locale, unlike <cctype>.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word_character(char c) { return is_letter(c) || is_digit(c); }
bool is_name_character(char c) { return is_word_character(c) || c == '.'; }

int hex_value(char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; }

constexpr auto kPairs = std::to_array<std::string_view>({"<=", ">=", "==", "!=", "<<", ">>", "->", ".."});
constexpr std::string_view kSingles = "()[]{}<>,;:=+-*/|";

}  // namespace

TextCursor::TextCursor(std::string_view text) : text_(text) { scan(); }

Token TextCursor::next() {
  Token taken = std::move(token_);
  scan();
  return taken;
}

bool TextCursor::accept(std::string_view punctuation) {
  if (!token_.is(punctuation)) return false;
  scan();
  return true;
}

bool TextCursor::accept_word(std::string_view word) {
  if (!token_.is_word(word)) return false;
  scan();
  return true;
}

bool TextCursor::expect(std::string_view punctuation) {
  if (accept(punctuation)) return true;
  fail_expecting(quoted(punctuation));
  return false;
}

bool TextCursor::expect_word(std::string_view word) {
  if (accept_word(word)) return true;
  fail_expecting(quoted(word));
  return false;
}

std::string TextCursor::expect_kind(TokenKind kind, std::string_view what) {
  if (token_.kind == kind) return next().text;
  fail_expecting(what);
  return {};
}

std::string TextCursor::expect_name(std::string_view what) {
  if (token_.kind == TokenKind::kString || token_.kind == TokenKind::kIdentifier) return next().text;
  fail_expecting(what);
  return {};
}

int64_t TextCursor::expect_integer(std::string_view what) {
  const bool negative = accept("-");
  const Token token = token_;
  const std::string digits = (negative ? "-" : "") + expect_kind(TokenKind::kNumber, what);
  if (failed()) return 0;
  int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || rest != end)
    fail_at(token, fmt::format("expected {} of 64 bits, found {}", what, digits));
  return value;
}

void TextCursor::go_back(Mark mark) {
  if (failed()) return;
  offset_ = mark.offset;
  line_ = mark.line;
  column_ = mark.column;
  token_ = std::move(mark.token);
}

void TextCursor::fail(std::string message, std::string_view kind) { fail_at(token_, std::move(message), kind); }

void TextCursor::fail_expecting(std::string_view expected) {
  fail(fmt::format("expected {}, found {}", expected, shown(token_)));
}

void TextCursor::fail_at(const Token& token, std::string message, std::string_view kind) {
  fail_with(
      {Fault::kInput, std::string(kind), fmt::format("line {}:{}", token.line, token.column), std::move(message), {}});
}

void TextCursor::fail_with(Diagnostic fault) {
  if (failed()) return;
  fault_ = std::move(fault);
  token_ = {};
}

void TextCursor::advance(size_t count) {
  for (; count > 0; --count, ++offset_) {
    if (text_[offset_] == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
  }
}

void TextCursor::skip_blank() {
  while (offset_ < text_.size()) {
    const char c = at();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      advance(1);
    } else if (c == '/' && at(1) == '/') {
      advance(std::min(text_.find('\n', offset_), text_.size()) - offset_);
    } else {
      return;
    }
  }
}

void TextCursor::scan() {
  if (!failed()) scan_token();
  if (failed()) token_ = {};
}

void TextCursor::scan_token() {
  skip_blank();
  token_ = {TokenKind::kEnd, {}, line_, column_};
  if (offset_ == text_.size()) return;
  const char c = at();
  if (is_letter(c)) {
    token_.kind = TokenKind::kIdentifier;
    size_t length = 1;
    while (is_word_character(at(length))) ++length;
    token_.text = text_.substr(offset_, length);
    advance(length);
  } else if (is_digit(c)) {
    scan_number();
  } else if (c == '"') {
    scan_string();
    token_.kind = TokenKind::kString;
  } else if (c == '%') {
    scan_sigil(TokenKind::kValue, "a name after %");
  } else if (c == '@') {
    scan_sigil(TokenKind::kGlobal, "a name after @");
  } else if (c == '$') {
    scan_sigil(TokenKind::kShared, "a number after $");
  } else if (c == '#') {
    scan_sigil(TokenKind::kDigest, "a digest after #");
  } else {
    scan_punctuation();
  }
}

void TextCursor::scan_sigil(TokenKind kind, std::string_view what) {
  advance(1);
  if (at() == '"') {
    scan_string();
  } else {
    size_t length = 0;
    while (is_name_character(at(length))) ++length;
    token_.text = text_.substr(offset_, length);
    advance(length);
    if (length == 0) return fail(fmt::format("expected {}, found none", what));
  }
  token_.kind = kind;
}

void TextCursor::scan_number() {
  const bool hex = at() == '0' && at(1) == 'x';
  const auto digit = hex ? is_hex : is_digit;
  const char exponent = hex ? 'p' : 'e';
  size_t length = hex ? 2 : 0;
  while (digit(at(length))) ++length;
  if (at(length) == '.' && digit(at(length + 1))) {
    ++length;
    while (digit(at(length))) ++length;
  }
  if ((at(length) | 0x20) == exponent) {
    ++length;
    if (at(length) == '+' || at(length) == '-') ++length;
    while (is_digit(at(length))) ++length;
  }
  token_.text = text_.substr(offset_, length);
  if (is_word_character(at(length)) || !is_hex(token_.text.back())) {
    return fail(
        fmt::format("expected a number, found \"{}\"", text_.substr(offset_, std::min<size_t>(length + 1, 40))));
  }
  token_.kind = TokenKind::kNumber;
  advance(length);
}

void TextCursor::scan_string() {
  advance(1);
  std::string decoded;
  while (at() != '"') {
    if (offset_ == text_.size() || at() == '\n') return fail("expected a closing quote, found the end of the line");
    size_t length = 1;
    char c = at();
    if (c == '\\') {
      length = 2;
      c = at(1);
      if (c == 'n') {
        c = '\n';
      } else if (c == 't') {
        c = '\t';
      } else if (c == 'x' && is_hex(at(2)) && is_hex(at(3))) {
        c = static_cast<char>(hex_value(at(2)) * 16 + hex_value(at(3)));
        length = 4;
      } else if (c != '"' && c != '\\') {
        return fail("expected one of \\\" \\\\ \\n \\t \\xHH, found another escape");
      }
    }
    decoded += c;
    advance(length);
  }
  advance(1);
  token_.text = std::move(decoded);
}

void TextCursor::scan_punctuation() {
  token_.kind = TokenKind::kPunctuation;
  const std::string_view pair = text_.substr(offset_, 2);
  size_t length = 0;
  if (std::ranges::find(kPairs, pair) != kPairs.end()) {
    length = 2;
  } else if (kSingles.find(at()) != std::string_view::npos) {
    length = 1;
  } else {
    token_.kind = TokenKind::kEnd;
    return fail(fmt::format("expected a token, found the byte 0x{:02x}", static_cast<unsigned char>(at())));
  }
  token_.text = text_.substr(offset_, length);
  advance(length);
}

std::string shown(const Token& token) {
  constexpr size_t kMost = 60;  // a string token may be as long as the text
  std::string text = quoted(std::string_view(token.text).substr(0, kMost));
  switch (token.kind) {
    case TokenKind::kEnd: return "the end of the text";
    case TokenKind::kIdentifier:
    case TokenKind::kNumber:
    case TokenKind::kPunctuation: return text;
    case TokenKind::kValue: return '%' + text;
    case TokenKind::kGlobal: return '@' + text;
    case TokenKind::kShared: return '$' + text;
    case TokenKind::kDigest: return '#' + text;
    case TokenKind::kString: return "the string " + text;
  }
  return text;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

bool is_plain_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_name_character); }

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_word_character);
}

}  // namespace burin::ir
