// example.c: the smallest whole program around a model, which compiles as printed and runs.
#pragma once

#include <string>

#include "tools/burin/c_header.h"
#include "tools/burin/description.h"

namespace burin::tools {

// `code`: the file that the model is in, "libdigits.so" or "digits.cpp"; `header`: "digits.h".
std::string c_example(const ModelDescription& model, Linking linking, const std::string& code,
                      const std::string& header);

}  // namespace burin::tools
