// The one lexer of all text forms (graph, nests, loops): identifiers, `%value`, `@name`, `$0`, numbers, strings, punctuation;
// `//` comments reach to the end of the line, and line ends mean nothing else. It does not know any form's grammar.
//
// A TextCursor walks the tokens one at a time, in memory independent of the text's length. The first fault sticks: after it
// every token is the end of the text, so a parser may run on and give up where it next looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace burin::ir {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,   // [A-Za-z_][A-Za-z0-9_]*
  kValue,        // %name or %"any text": a tensor, buffer or graph value
  kGlobal,       // @name or @"any text": a function, program, module, kernel
  kShared,       // $0: a part of an expression that is used more than once
  kDigest,       // #0123abcd: a constant kept elsewhere
  kNumber,       // 12, 0.5, 1e-3, 0x1f, 0x1.8p3; without a sign
  kString,       // "any text" with \" \\ \n \t \xHH
  kPunctuation,  // one of ( ) [ ] { } < > , ; : = + - * / | and <= >= == != << >> -> ..
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // decoded: a name without its sigil, a string without quotes and escapes
  int line = 1;
  int column = 1;

  bool is(std::string_view punctuation) const { return kind == TokenKind::kPunctuation && text == punctuation; }
  bool is_word(std::string_view word) const { return kind == TokenKind::kIdentifier && text == word; }
};

class TextCursor {
 public:
  // `text` outlives the cursor.
  explicit TextCursor(std::string_view text);

  const Token& peek() const { return token_; }
  Token next();

  // Takes the token when it is the punctuation or the word asked for.
  bool accept(std::string_view punctuation);
  bool accept_word(std::string_view word);
  // Like accept, and a fault when the token is another one.
  bool expect(std::string_view punctuation);
  bool expect_word(std::string_view word);
  // The decoded text of a token of `kind`; a fault that names `what` otherwise.
  std::string expect_kind(TokenKind kind, std::string_view what);
  // An integer with an optional minus sign.
  int64_t expect_integer(std::string_view what);
  // A string or an identifier: a name that needs no sigil.
  std::string expect_name(std::string_view what);

  // A place to come back to. Going back does not undo a fault.
  struct Mark {
    size_t offset;
    int line, column;
    Token token;
  };
  Mark mark() const { return {offset_, line_, column_, token_}; }
  void go_back(Mark mark);

  bool failed() const { return fault_.has_value(); }
  // Records a fault at the current token, unless there is one already.
  void fail(std::string message, std::string_view kind = "syntax");
  void fail_expecting(std::string_view expected);
  // A fault at an earlier token.
  void fail_at(const Token& token, std::string message, std::string_view kind = "syntax");
  // A fault that says where itself.
  void fail_with(Diagnostic fault);
  Diagnostic fault() const { return *fault_; }

 private:
  void scan();
  void scan_token();
  void skip_blank();
  void scan_sigil(TokenKind kind, std::string_view what);
  void scan_number();
  void scan_string();
  void scan_punctuation();
  void advance(size_t count);
  char at(size_t ahead = 0) const { return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0'; }

  std::string_view text_;
  size_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
  Token token_;
  std::optional<Diagnostic> fault_;
};

// The token as a diagnostic shows it: `"conv"`, `the end of the text`.
std::string shown(const Token& token);

// `text` in quotes, with escapes for what a string token cannot hold plainly.
std::string quoted(std::string_view text);
// True when `text` can stand as a token by itself: after a sigil, or as an identifier.
bool is_plain_name(std::string_view text);
bool is_identifier(std::string_view text);

}  // namespace burin::ir
