// Puts the weights into a linked file behind the linker's back. It is linked with a placeholder, which in a shared library
// has the last segment to itself; the weights are then appended to the file, and the headers of segment and section moved
// to them. So the linker neither reads nor copies them, and they may be larger than code can reach.
#pragma once

#include "codegen/model_tables.h"
#include "codegen/output_file.h"
#include "ir/base/result.h"

namespace burin::codegen {

// `linked` is the file as the linker left it; `file` is open on the same bytes.
ir::Status append_weights(OutputFile& file, std::span<const std::byte> linked, const ModelTables& tables);

}  // namespace burin::codegen
