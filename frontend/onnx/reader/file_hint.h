// People hand over the wrong file. A word on what it seems to be, from its first bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace burin::frontend {

// A hint for a file that turned out not to be an ONNX model; "" where the bytes say nothing.
std::string hint_for_other_file(std::span<const std::byte> bytes);

}  // namespace burin::frontend
