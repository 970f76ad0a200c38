#include "tests/paths.h"

namespace burin::test {

std::string source_dir() { return BURIN_SOURCE_DIR; }
std::string build_dir() { return BURIN_BUILD_DIR; }
std::string burin_executable() { return BURIN_EXECUTABLE; }
std::string onnx_proto() { return BURIN_ONNX_PROTO; }

}  // namespace burin::test
