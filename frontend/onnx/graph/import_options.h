// What a caller may ask of the import of an ONNX model, and what a report of it holds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ir/base/result.h"

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

}  // namespace burin::frontend
