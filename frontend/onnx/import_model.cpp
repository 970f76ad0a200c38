#include "frontend/onnx/import_model.h"

#include <utility>

#include "frontend/onnx/graph/graph_import.h"
#include "frontend/onnx/operators/all.h"

namespace burin::frontend {

ir::Result<ir::Graph> import_model(OnnxModel model, const ImportOptions& options) {
  GraphImport import(std::move(model), onnx_import_table(), options);
  import.run();
  if (!import.log().empty()) return import.log().all();
  return std::move(import.graph());
}

ImportReport check_model(OnnxModel model, const ImportOptions& options) {
  GraphImport import(std::move(model), onnx_import_table(), options);
  import.run();
  return {import.node_count(), import.log().unsupported(), import.log().faults()};
}

}  // namespace burin::frontend
