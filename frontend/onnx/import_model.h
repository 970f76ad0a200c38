// From an ONNX model that has been read (model_reader.h) to burin's graph: names resolved, nodes in order, local functions
// inlined, shapes inferred. What an operator means is in the import table (import_table.h), one small function each.
//
// Dimensions. A dimension that the model names is a symbol, shared by all that have the name; one that it leaves open (-1,
// no value, "?", "None") is a symbol of its own, called after the input and the axis: `x_d0`. A symbol is from 1 to
// kMostDimension unless the options say otherwise: an input without elements must be asked for.
// Initializers are constants, also those that older models list among the inputs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "frontend/onnx/model_reader.h"
#include "ir/graph.h"
#include "ir/result.h"

namespace burin::frontend {

// Bounds of a symbol that nobody bounds, so that sizes derived from a few of them still fit an int64_t.
inline constexpr int64_t kLeastDimension = 1;
inline constexpr int64_t kMostDimension = int64_t{1} << 24;

// Functions that are called several times and bodies of loops whose types must be found make more nodes than the file has: at
// most so many times more, and so many in a small file.
inline constexpr int64_t kMostNodesPerNode = 8;
inline constexpr int64_t kMostAddedNodes = 50'000;

struct ImportOptions {
  // --input_dim NAME d,d,..: replaces what the model declares; -1 leaves a dimension as it is declared.
  std::map<std::string, std::vector<int64_t>> input_dims;
  std::map<std::string, int64_t> symbols;                            // --define_symbol NAME VALUE
  std::map<std::string, std::pair<int64_t, int64_t>> symbol_bounds;  // least and most value of a symbol
  std::vector<std::string> out_nodes;                                // --out_node: names of tensors or of nodes
  int64_t max_nodes = 1'000'000;                                     // --max-nodes, functions inlined
};

// One reason why a model cannot be compiled, and the nodes it holds for.
struct Unsupported {
  std::string what;  // "operator com.microsoft.BeamSearch"
  int64_t count = 0;
  std::vector<std::string> nodes;  // of the first ones
};

struct ImportReport {
  int64_t nodes = 0;  // looked at, functions inlined
  std::vector<Unsupported> unsupported;
  ir::Diagnostics faults;  // of the input
};

// All faults are collected before the import fails: each at its node, unsupported ones once per reason.
ir::Result<ir::Graph> import_model(OnnxModel model, const ImportOptions& options = {});

// The same without the graph: what --dry_run prints.
ImportReport check_model(OnnxModel model, const ImportOptions& options = {});

}  // namespace burin::frontend
