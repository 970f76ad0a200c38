#include "codegen/model_names.h"

#include <algorithm>
#include <array>

#include "codegen/c_text.h"

namespace burin::codegen {
namespace {

constexpr std::string_view kPrefix = "model_";

// Names of types and functions in burin.h that start with burin_model_.
constexpr auto kTakenFunctions = std::to_array<std::string_view>({"api", "data", "function", "info"});
// Files that burin writes next to a model's: burin.h, burin_model.h, libburin_runtime.a.
constexpr auto kTakenStems = std::to_array<std::string_view>({"BURIN", "BURIN_MODEL", "BURIN_RUNTIME"});

bool is_kept_in_a_file_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

std::string identifier_of(std::string_view model) {
  std::string identifier = c_identifier(model);
  const std::string upper = upper_case(identifier);
  const bool is_taken = upper == "BURIN" || upper.starts_with("BURIN_");
  return is_taken ? std::string(kPrefix) + identifier : identifier;
}

std::string stem_of(std::string_view model) {
  std::string stem;
  for (char c : model) {
    const bool continues_a_character = (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // UTF-8
    if (!continues_a_character) stem += is_kept_in_a_file_name(c) ? c : '_';
  }
  if (stem.empty()) stem = "_";
  if (stem[0] == '-' || stem[0] == '.') stem[0] = '_';  // neither a flag nor a hidden file
  return std::ranges::count(kTakenStems, upper_case(stem)) > 0 ? std::string(kPrefix) + stem : stem;
}

}  // namespace

ModelNames model_names(std::string_view model) {
  ModelNames names{identifier_of(model), "burin_model_", stem_of(model)};
  names.function += names.identifier;
  if (std::ranges::count(kTakenFunctions, names.identifier) > 0) names.function += "_";
  return names;
}

}  // namespace burin::codegen
