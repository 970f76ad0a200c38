// NAME.h: typed calls of one model on top of burin.h. Static inline functions, for C17 and C++.
#pragma once

#include <string>

#include "tools/burin/data/description.h"

namespace burin::tools {

// The same for shared libraries, static libraries, objects and C++.
std::string c_header(const ModelDescription& model);

}  // namespace burin::tools
