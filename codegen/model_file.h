// Compiled models as files of data: what is known of them without loading or running anything.
#pragma once

#include <string>
#include <vector>

#include "codegen/model_note.h"
#include "ir/base/result.h"

namespace burin::codegen {

struct ModelInFile {
  ModelNote note;
  std::string architecture;  // "x86_64", "aarch64", or a number of ELF
};

// Whether a file starts like an ELF file or an archive, and not like a model.
bool is_code_file(const std::string& path);

// Whether a file is a shared library of the machine that burin runs on.
bool is_loadable_here(const std::string& path);

// The models in a library, object, archive or program of any architecture; at least one. The file may be any bytes: a fault
// of the input where it is no such file, is broken, or has no model.
ir::Result<std::vector<ModelInFile>> models_in_file(const std::string& path);

}  // namespace burin::codegen
