#include "codegen/cpp/identifiers.h"

#include <algorithm>
#include <array>

#include "codegen/c_text.h"
#include "codegen/cpp/helpers.h"

namespace burin::codegen::cpp {
namespace {

// Keywords through C++20 and macros, which a name must not be. Sorted.
constexpr auto kWords = std::to_array<std::string_view>(
    {"alignas",       "alignof",      "and",       "and_eq",       "asm",       "auto",
     "bitand",        "bitor",        "bool",      "break",        "case",      "catch",
     "char",          "char16_t",     "char32_t",  "char8_t",      "class",     "co_await",
     "co_return",     "co_yield",     "compl",     "concept",      "const",     "const_cast",
     "consteval",     "constexpr",    "constinit", "continue",     "decltype",  "default",
     "delete",        "do",           "double",    "dynamic_cast", "else",      "enum",
     "explicit",      "export",       "extern",    "false",        "float",     "for",
     "frame",         "friend",       "goto",      "i386",         "if",        "inline",
     "int",           "linux",        "long",      "mutable",      "namespace", "new",
     "noexcept",      "not",          "not_eq",    "nullptr",      "operator",  "or",
     "or_eq",         "private",      "protected", "public",       "register",  "reinterpret_cast",
     "requires",      "return",       "short",     "signed",       "sizeof",    "static",
     "static_assert", "static_cast",  "std",       "struct",       "switch",    "template",
     "this",          "thread_local", "throw",     "true",         "try",       "typedef",
     "typeid",        "typename",     "typeof",    "union",        "unix",      "unsigned",
     "using",         "virtual",      "void",      "volatile",     "wchar_t",   "while",
     "xor",           "xor_eq"});
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

}  // namespace burin::codegen::cpp
