// What a row of the table of flags does with the words of its value: setters of a field of Options by the field's kind, and
// those of flags that have a notation of their own. All faults are of usage, and say what was expected and what was found;
// the reader of the command line adds the flag's name.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ir/base/result.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

using Words = std::span<const std::string>;

inline constexpr Names<passes::Math, 2> kMathNames = {
    {{passes::Math::kStrict, "strict"}, {passes::Math::kDefault, "default"}}};
inline constexpr Names<std::string_view, 3> kFormNames = {{{"graph", "graph"}, {"nests", "nests"}, {"loops", "loops"}}};
inline constexpr Names<ir::ReadProof, 2> kReadNames = {
    {{ir::ReadProof::kRequired, "proven"}, {ir::ReadProof::kUnlessRefuted, "unless-refuted"}}};

// "llvm|gcc|clang|interpret", as help has it.
template <const auto& names>
struct Alternatives {
  static constexpr auto kCharacters = [] {
    constexpr size_t size = [] {
      size_t sum = names.size() - 1;
      for (const auto& row : names) sum += row.second.size();
      return sum;
    }();
    std::array<char, size> text{};
    size_t at = 0;
    for (const auto& row : names) {
      if (at > 0) text[at++] = '|';
      for (char c : row.second) text[at++] = c;
    }
    return text;
  }();
  static constexpr std::string_view kText{kCharacters.data(), kCharacters.size()};
};

ir::Diagnostic wrong_value(std::string message);

// `expected one of llvm, gcc, found "gc"`, and the one that was meant, if one is close.
ir::Diagnostic unknown_name(std::span<const std::string_view> known, std::string_view found);

template <class Number>
std::optional<Number> number_of(std::string_view word) {
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

template <class Number>
ir::Result<Number> number_within(std::string_view word, Number least, Number most) {
  const std::optional<Number> value = number_of<Number>(word);
  if (value && *value >= least && *value <= most) return *value;
  const std::string range = most == std::numeric_limits<Number>::max() ? fmt::format("of at least {}", least)
                                                                       : fmt::format("from {} to {}", least, most);
  return wrong_value(fmt::format("expected a number {}, found \"{}\"", range, word));
}

// --- By the kind of the field.

template <auto field>
ir::Status set_true(Options& options, Words) {
  options.*field = true;
  return {};
}

// A text or a path; an empty one is none.
template <auto field>
ir::Status set_field(Options& options, Words words) {
  if (words[0].empty()) return wrong_value("expected a value, found \"\"");
  options.*field = words[0];
  return {};
}

template <auto field>
ir::Status append_to(Options& options, Words words) {
  (options.*field).push_back(words[0]);
  return {};
}

template <auto field, auto least, auto most>
ir::Status set_number(Options& options, Words words) {
  const auto value = number_within<decltype(least)>(words[0], least, most);
  if (!value) return value.faults();
  options.*field = *value;
  return {};
}

template <auto field, const auto& names>
ir::Status set_choice(Options& options, Words words) {
  const auto found = std::ranges::find_if(names, [&](const auto& row) { return row.second == words[0]; });
  if (found != names.end()) {
    options.*field = found->first;
    return {};
  }
  std::array<std::string_view, std::size(names)> known;
  std::ranges::transform(names, known.begin(), [](const auto& row) { return row.second; });
  return unknown_name(known, words[0]);
}

// --- With a notation of their own; what each takes is in its row (flags.cpp).

ir::Status set_input_dim(Options& options, Words words);
ir::Status set_symbol(Options& options, Words words);
ir::Status set_symbol_range(Options& options, Words words);
ir::Status set_name(Options& options, Words words);
ir::Status set_emulator(Options& options, Words words);
ir::Status set_print_ir_after(Options& options, Words words);
ir::Status set_passes(Options& options, Words words);
ir::Status set_as_written(Options& options, Words words);
ir::Status set_threads(Options& options, Words words);
ir::Status set_suite(Options& options, Words words);
ir::Status set_json(Options& options, Words words);

}  // namespace burin::tools
