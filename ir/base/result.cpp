#include "ir/base/result.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace burin::ir {
namespace {

constexpr size_t kLongestPart = 2000;  // a name may be as long as the file

// Bytes of the character of UTF-8 at the start of `text`; 0 where there is none, or one that steers a terminal.
size_t printable_bytes(std::string_view text) {
  const auto byte = [&](size_t i) -> uint32_t { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  if (byte(0) < 0x80) return byte(0) >= 0x20 && byte(0) != 0x7f ? 1 : 0;
  const size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  uint32_t code = byte(0) & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 2) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0xa0, 0x800, 0x10000};  // below are controls, and codes that are needlessly long
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return byte(0) >= 0xc0 && byte(0) < 0xf8 && code >= kLeast[size] && code <= 0x10ffff && !is_surrogate ? size : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size();) {
    if (text.size() > kLongestPart && i >= kLongestPart / 2 && i < text.size() - kLongestPart / 2) {
      line += "...";
      i = text.size() - kLongestPart / 2;
    }
    const size_t size = printable_bytes(text.substr(i));
    if (size == 0) line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    line += text.substr(i, size);
    i += std::max<size_t>(size, 1);
  }
  return line;
}

std::string Diagnostic::text() const {
  // Compilers and systems say what they say, in as many lines as they like.
  const bool is_about_input = fault != Fault::kEnvironment && fault != Fault::kInternal;
  const auto shown = [&](const std::string& part) { return is_about_input ? printable(part) : part; };
  std::string line = where.empty() ? shown(message) : shown(where) + ": " + shown(message);
  if (!kind.empty()) line += " [" + kind + "]";
  if (!hint.empty()) line += "\n  hint: " + shown(hint);
  return line;
}

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!text.empty()) text += '\n';
    text += diagnostic.text();
  }
  return text;
}

void assertion_failed(const char* file, int line, const char* condition, const char* invariant) {
  std::fprintf(stderr, "burin: defect at %s:%d: %s (%s)\n", file, line, invariant, condition);
  std::exit(70);
}

}  // namespace burin::ir
