#include "codegen/c_text.h"

#include <fmt/format.h>

namespace burin::codegen {

std::string c_identifier(std::string_view name) {
  std::string identifier;
  for (char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    identifier += plain ? c : '_';
  }
  if (identifier.empty() || (identifier[0] >= '0' && identifier[0] <= '9')) identifier.insert(0, "_");
  return identifier;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string comment_text(std::string_view text) {
  std::string safe;
  for (char c : text) {
    const bool trigraph = c == '?' && safe.ends_with('?');
    safe += c == '\\' ? '/' : c >= ' ' && c <= '~' && !trigraph ? c : '.';
  }
  return safe;
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

}  // namespace burin::codegen
