// What a shared library's file is asked before the system's loader maps it. The loader takes an ELF header's word for how
// long the file is: one that was cut off is mapped as well, and the process dies at the first byte that is missing.
#pragma once

#include <filesystem>

#include "ir/base/result.h"

namespace burin::tools {

// A fault when `path` is no ELF file of 64 bits, or is shorter than its headers say.
ir::Status check_elf_file(const std::filesystem::path& path);

}  // namespace burin::tools
