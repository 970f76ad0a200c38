// The headers that generated C++ and users of a model include, carried inside burin.
#pragma once

#include <array>
#include <string_view>

namespace burin::codegen {

struct RuntimeHeader {
  std::string_view name;  // "burin.h", as it is included
  std::string_view text;
};

// burin.h, the interface of every model, and burin_model.h (runtime/model.h), which generated code includes.
std::array<RuntimeHeader, 2> runtime_headers();

}  // namespace burin::codegen
