// NAME.h: typed calls of one model on top of burin.h. Static inline functions, for C17 and C++.
#pragma once

#include <string>

#include "tools/burin/description.h"

namespace burin::tools {

// How the model is found: the one function of a shared library, or burin_model_NAME of an archive or object, several of
// which link into one program.
enum class Linking : uint8_t { kShared, kStatic };

std::string c_header(const ModelDescription& model, Linking linking);

}  // namespace burin::tools
