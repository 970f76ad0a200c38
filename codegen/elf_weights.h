// Puts the weights into a linked shared library behind the linker's back: the library is linked with a placeholder that
// has the last segment to itself; the weights are then appended to the file, and the segment and section headers moved to
// them. So the linker neither reads nor copies them, and they may be larger than code can reach.
#pragma once

#include "codegen/model_tables.h"
#include "codegen/output_file.h"
#include "ir/result.h"

namespace burin::codegen {

// `linked` is the path of the library as the linker left it; `file` is open on the same bytes.
ir::Status append_weights(OutputFile& file, std::span<const std::byte> linked, const ModelTables& tables);

}  // namespace burin::codegen
