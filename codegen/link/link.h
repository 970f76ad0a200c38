// Libraries from objects: lld as a library of burin, the runtime from inside burin, no sysroot and no system linker. Same
// bytes for the same input.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codegen/model_tables.h"
#include "codegen/object_file.h"
#include "codegen/output_file.h"
#include "ir/base/result.h"

namespace burin::codegen {

// A model's objects, all of one architecture, and its tables.
struct LinkInput {
  const ModelTables* tables = nullptr;
  targets::Architecture architecture = targets::Architecture::kX86_64;
  std::span<const ObjectFile> objects;
};

// `place` becomes a shared library that exports burin_model alone, needs no other library and has no writable data. A fault
// of the environment when a file cannot be written.
ir::Status link_shared(const LinkInput& input, const Destination& place);
// A static library of the model; what it leaves undefined is in the runtime's archive.
ir::Status write_static_library(const LinkInput& input, const Destination& place);
// One relocatable object of the model.
ir::Status write_object(const LinkInput& input, const Destination& place);
// libburin_runtime.a.
ir::Status write_runtime_archive(targets::Architecture architecture, const Destination& place);
// The weights as they lie in memory, for libraries that are given them.
ir::Status write_weights(const ModelTables& tables, const Destination& place);

}  // namespace burin::codegen
