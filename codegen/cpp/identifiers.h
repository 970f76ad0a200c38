// Names and texts of a model in emitted C++, whatever they hold.
#pragma once

#include <string>
#include <string_view>

namespace burin::codegen::cpp {

// `name` as an identifier that means nothing else in emitted code: no keyword, macro, type or helper. Two names may become one.
std::string identifier(std::string_view name);

}  // namespace burin::codegen::cpp
