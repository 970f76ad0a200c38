// Where things are for the tests. Defined in one source, paths.cpp, so that a compiler cache serves every other test source
// in any checkout.
#pragma once

#include <string>

namespace burin::test {

std::string source_dir();        // the root of this checkout
std::string build_dir();         // the build folder
std::string burin_executable();  // the executable that was built
std::string onnx_proto();        // onnx-ml.proto of the onnx package

}  // namespace burin::test
