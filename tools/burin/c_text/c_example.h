// example.c: a whole program around a model, which compiles as printed, as C17 and as C++17, and runs.
#pragma once

#include <span>
#include <string>

#include "tools/burin/data/description.h"

namespace burin::tools {

// `build_commands`: the command lines that make the program `example`, for people to copy.
std::string c_example(const ModelDescription& model, std::span<const std::string> build_commands);

}  // namespace burin::tools
