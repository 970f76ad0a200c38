// Names in text: how they are written, and which one each thing gets. In memory a name is for people and identity is an id,
// so two axes of one scope may both be called `i`; in text the second becomes `i_1`, and reading that text back keeps it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace burin::ir {

// As written: `%name` or `%"any text"`; `@` likewise; a variable stands bare, or quoted when it is no identifier or is reserved.
std::string value_text(std::string_view name);
std::string global_text(std::string_view name);
std::string variable_text(std::string_view name);
// True for words that mean something where a variable may stand.
bool is_reserved(std::string_view word);

// Hands out names while printing: distinct among those visible.
class NameGiver {
 public:
  // `wanted` (or `fallback`, when that is empty), with a number behind it when it is taken. Taken until the scope closes.
  std::string give(std::string_view wanted, std::string_view fallback);
  void open_scope() { scopes_.emplace_back(); }
  void close_scope();

 private:
  std::map<std::string, int, std::less<>> next_suffix_;  // of every name visible
  std::vector<std::vector<std::string>> scopes_ = {{}};
};

// What names mean while parsing: each is declared once among those visible.
template <class T>
class NameScope {
 public:
  // False when the name is visible already.
  bool declare(const std::string& name, T meaning) {
    if (!meanings_.emplace(name, meaning).second) return false;
    scopes_.back().push_back(name);
    return true;
  }
  std::optional<T> find(std::string_view name) const {
    const auto found = meanings_.find(name);
    return found == meanings_.end() ? std::nullopt : std::optional<T>(found->second);
  }
  void open_scope() { scopes_.emplace_back(); }
  void close_scope() {
    for (const std::string& name : scopes_.back()) meanings_.erase(name);
    scopes_.pop_back();
  }

 private:
  std::map<std::string, T, std::less<>> meanings_;
  std::vector<std::vector<std::string>> scopes_ = {{}};
};

}  // namespace burin::ir
