// Object files in memory, as the emitters make them and links take them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace burin::codegen {

struct ObjectFile {
  std::string name;  // "mnist_x86_64-v3.o"
  std::vector<std::byte> bytes;
};

}  // namespace burin::codegen
