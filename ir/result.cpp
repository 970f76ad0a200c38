#include "ir/result.h"

#include <cstdio>
#include <cstdlib>

namespace burin::ir {

std::string Diagnostic::text() const {
  std::string line = where.empty() ? message : where + ": " + message;
  if (!kind.empty()) line += " [" + kind + "]";
  if (!hint.empty()) line += "\n  hint: " + hint;
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
