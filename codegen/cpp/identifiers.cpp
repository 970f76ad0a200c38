#include "codegen/cpp/identifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codegen/c_text.h"
#include "codegen/cpp/helpers.h"

namespace burin::codegen::cpp {
namespace {

// Words that a name must not be. Sorted.
constexpr auto kWords = std::to_array<std::string_view>(
    {"alignas",  "alignof", "and",      "and_eq", "asm",      "auto",      "bitand",    "bitor",     "bool",
     "break",    "case",    "catch",    "char",   "class",    "compl",     "const",     "constexpr", "continue",
     "decltype", "default", "delete",   "do",     "double",   "else",      "enum",      "explicit",  "export",
     "extern",   "false",   "float",    "for",    "frame",    "friend",    "goto",      "i386",      "if",
     "inline",   "int",     "linux",    "long",   "mutable",  "namespace", "new",       "noexcept",  "not",
     "not_eq",   "nullptr", "operator", "or",     "or_eq",    "private",   "protected", "public",    "register",
     "return",   "short",   "signed",   "sizeof", "static",   "std",       "struct",    "switch",    "template",
     "this",     "throw",   "true",     "try",    "typedef",  "typeid",    "typename",  "union",     "unix",
     "unsigned", "using",   "virtual",  "void",   "volatile", "wchar_t",   "while",     "xor",       "xor_eq"});
static_assert(std::ranges::is_sorted(kWords));

bool is_upper_case(std::string_view name) {
  return name.size() > 1 && std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Macros are in upper case, or the words above.
bool means_something(std::string_view name) {
  return std::ranges::binary_search(kWords, name) || is_type_name(name) || is_helper_name(name) || is_upper_case(name);
}

}  // namespace

std::string identifier(std::string_view name) {
  std::string text = c_identifier(name);
  if (text.front() == '_') text.insert(0, "v");
  if (means_something(text)) text += "_";
  return text;
}

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '?') {
      literal += '\\';
      literal += c;
    } else if (c >= ' ' && c <= '~') {
      literal += c;
    } else {
      literal += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return literal + '"';
}

}  // namespace burin::codegen::cpp
