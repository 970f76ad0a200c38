// All operators that burin imports.
#pragma once

#include "frontend/onnx/graph/import_table.h"

namespace burin::frontend {

const ImportTable& onnx_import_table();

}  // namespace burin::frontend
