// Names and texts of a model in C and C++, whatever they hold.
#pragma once

#include <string>
#include <string_view>

namespace burin::codegen {

// `name` with everything but letters, digits and `_` replaced by `_`, and not starting with a digit.
std::string c_identifier(std::string_view name);
// Letters a to z as A to Z.
std::string upper_case(std::string_view text);
// `text` in printable characters that end no comment and continue no line.
std::string comment_text(std::string_view text);
// `text` as a string literal, quotes included.
std::string string_literal(std::string_view text);

}  // namespace burin::codegen
