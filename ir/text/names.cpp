#include "ir/text/names.h"

#include <algorithm>
#include <array>

#include "ir/expr/expr.h"
#include "ir/text/lexer.h"

namespace burin::ir {
namespace {

std::string sigil_text(char sigil, std::string_view name) {
  return sigil + (is_plain_name(name) ? std::string(name) : quoted(name));
}

bool is_type_name(std::string_view word) {
  const size_t lanes = word.rfind('x');
  return element_type_named(word) || (lanes != std::string_view::npos && element_type_named(word.substr(0, lanes)));
}

// Words that begin a statement, a literal or a clause; the opcodes' names come from their table.
constexpr auto kWords = std::to_array<std::string_view>(
    {"arena",    "buffer", "bytes",    "call",     "carry",  "check",    "combine", "compact", "constant", "constants",
     "counting", "else",   "entry",    "false",    "finish", "for",      "from",    "group",   "if",       "in",
     "inf",      "init",   "input",    "kernel",   "let",    "load",     "local",   "nan",     "nest",     "next",
     "opaque",   "output", "parallel", "prefetch", "return", "schedule", "splat",   "step",    "store",    "tensor",
     "tile",     "true",   "unrolled", "value",    "vector", "where",    "while",   "yield"});
static_assert(std::ranges::is_sorted(kWords));

}  // namespace

std::string value_text(std::string_view name) { return sigil_text('%', name); }
std::string global_text(std::string_view name) { return sigil_text('@', name); }

bool is_reserved(std::string_view word) {
  if (std::ranges::binary_search(kWords, word) || is_type_name(word)) return true;
  for (int i = 0; i < kOpcodes; ++i) {
    if (info(static_cast<Opcode>(i)).name == word) return true;
  }
  return word.starts_with("bitcast_");
}

std::string variable_text(std::string_view name) {
  return is_identifier(name) && !is_reserved(name) ? std::string(name) : quoted(name);
}

std::string NameGiver::give(std::string_view wanted, std::string_view fallback) {
  std::string name(wanted.empty() ? fallback : wanted);
  if (const auto taken = next_suffix_.find(name); taken != next_suffix_.end()) {
    std::string numbered;
    do {
      numbered = name + "_" + std::to_string(taken->second++);
    } while (next_suffix_.contains(numbered));
    name = std::move(numbered);
  }
  next_suffix_.emplace(name, 1);
  scopes_.back().push_back(name);
  return name;
}

void NameGiver::close_scope() {
  for (const std::string& name : scopes_.back()) next_suffix_.erase(name);
  scopes_.pop_back();
}

}  // namespace burin::ir
