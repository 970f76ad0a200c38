// `burin ops`: which ONNX operators are imported, since which version, and the graph ops they become. Made from the rows of
// the import table and of the op table, nothing by hand.
#pragma once

#include <string>
#include <vector>

#include "tools/burin/base/options.h"
#include "tools/burin/base/report.h"

namespace burin::tools {

struct ImportedOperator {
  std::string name;        // "com.microsoft.FusedGemm"
  std::vector<int> since;  // opset versions with an import of their own, ascending
  // Beside each of them, as in frontend/onnx/graph/node_import.h: what the operator takes.
  std::vector<std::string> operands;
};
std::vector<ImportedOperator> imported_operators();

// docs/operators.md.
std::string operators_markdown();

ExitCode list_ops(const Options& options);

}  // namespace burin::tools
