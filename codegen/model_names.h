// The names that a model gives to files and C symbols, whatever it is called itself.
#pragma once

#include <string>
#include <string_view>

namespace burin::codegen {

struct ModelNames {
  std::string identifier;  // a C identifier, NAME in NAME_run and in the names of objects' symbols
  std::string function;    // burin_model_NAME
  std::string stem;        // of files: lib`stem`.so, `stem`.h; letters, digits, `_`, `-`, `.`
};

// Names are kept as far as C and file systems allow. Those that burin's own files and symbols have (burin.h,
// libburin_runtime.a, burin_model_api) get a prefix or a suffix.
ModelNames model_names(std::string_view model);

}  // namespace burin::codegen
