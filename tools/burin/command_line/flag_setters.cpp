#include "tools/burin/command_line/flag_setters.h"

#include <fmt/ranges.h>

#include <vector>

#include "frontend/closest_name.h"
#include "tools/burin/base/report.h"
#include "tools/burin/compile/pass_hooks.h"

namespace burin::tools {
namespace {

// The parts of a list, without empty ones.
std::vector<std::string> parts_of(std::string_view list, char separator) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t end = std::min(list.find(separator), list.size());
    if (end > 0) parts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

}  // namespace

ir::Diagnostic wrong_value(std::string message) { return usage_fault("", std::move(message)); }

ir::Diagnostic unknown_name(std::span<const std::string_view> known, std::string_view found) {
  frontend::ClosestName closest(found);
  for (std::string_view name : known) closest.consider(name);
  ir::Diagnostic fault = wrong_value(fmt::format("expected one of {}, found \"{}\"", fmt::join(known, ", "), found));
  fault.hint = closest.hint();
  return fault;
}

ir::Status set_input_dim(Options& options, Words words) {
  std::vector<int64_t> dims;
  std::string_view rest = words[1];
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::optional<int64_t> dim = number_of<int64_t>(rest.substr(0, comma));
    if (!dim || *dim < -1 || (comma < rest.size() && comma + 1 == rest.size())) {
      return wrong_value(fmt::format(
          "input \"{}\": expected dimensions like 1,3,224,224 (-1: as declared), found \"{}\"", words[0], words[1]));
    }
    dims.push_back(*dim);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (options.input_dims.emplace(words[0], std::move(dims)).second) return {};
  return wrong_value(fmt::format("input \"{}\": expected its dimensions once, found them twice", words[0]));
}

ir::Status set_symbol(Options& options, Words words) {
  const ir::Result<int64_t> value = number_within<int64_t>(words[1], 0, INT64_MAX);
  if (!value) return wrong_value(fmt::format("symbol \"{}\": {}", words[0], value.faults()[0].message));
  if (options.symbols.emplace(words[0], *value).second) return {};
  return wrong_value(fmt::format("symbol \"{}\": expected its value once, found it twice", words[0]));
}

ir::Status set_symbol_range(Options& options, Words words) {
  const ir::Result<int64_t> least = number_within<int64_t>(words[1], 0, INT64_MAX);
  const ir::Result<int64_t> most = number_within<int64_t>(words[2], least ? *least : 0, INT64_MAX);
  for (const ir::Result<int64_t>& bound : {least, most}) {
    if (!bound) return wrong_value(fmt::format("symbol \"{}\": {}", words[0], bound.faults()[0].message));
  }
  if (options.symbol_ranges.emplace(words[0], std::pair(*least, *most)).second) return {};
  return wrong_value(fmt::format("symbol \"{}\": expected its range once, found it twice", words[0]));
}

ir::Status set_name(Options& options, Words words) {
  if (words[0].empty() || words[0].front() == '.' || words[0].find('/') != std::string::npos) {
    return wrong_value(fmt::format("expected a name to put between lib and .so, found \"{}\"", words[0]));
  }
  options.name = words[0];
  return {};
}

ir::Status set_emulator(Options& options, Words words) {
  options.emulator = parts_of(words[0], ' ');
  if (!options.emulator.empty()) return {};
  return wrong_value(fmt::format("expected a command, found \"{}\"", words[0]));
}

ir::Status set_print_ir_after(Options& options, Words words) {
  std::vector<std::string_view> known = step_names();
  known.insert(known.begin(), "all");
  if (std::ranges::find(known, words[0]) == known.end()) return unknown_name(known, words[0]);
  options.print_ir_after = words[0];
  return {};
}

ir::Status set_passes(Options& options, Words words) {
  for (std::string& pass : parts_of(words[0], ',')) options.passes.push_back(std::move(pass));
  return {};
}

ir::Status set_as_written(Options& options, Words) {
  options.building = ir::Building::kAsWritten;
  return {};
}

ir::Status set_threads(Options& options, Words words) {
  const ir::Result<int> threads = number_within<int>(words[0], 1, 1024);
  if (!threads) return threads.faults();
  if (*threads > 1) {
    return wrong_value(fmt::format("expected 1, as libraries have no parallel loops so far, found {}", *threads));
  }
  options.threads = *threads;
  return {};
}

ir::Status set_suite(Options& options, Words words) {
  options.suite = true;
  return set_field<&Options::data>(options, words);
}

ir::Status set_json(Options& options, Words words) {
  options.json = words.empty() || words[0].empty() ? "-" : words[0];
  return {};
}

}  // namespace burin::tools
