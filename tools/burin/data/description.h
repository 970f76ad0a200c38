// What a compiled model says about itself, whether it is a library or loops in memory: its tensors, symbols and targets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codegen/model_file.h"
#include "ir/base/element_type.h"
#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "runtime/burin.h"
#include "tools/burin/base/options.h"

namespace burin::tools {

struct TensorDescription {
  std::string name;
  ir::ElementType element = ir::ElementType::kF32;
  std::vector<int64_t> dims;  // >= 0 fixed, -(1 + k) symbol k, BURIN_DIM_COMPUTED
  std::string layout;
  double scale = 0;
  int32_t zero_point = 0;
};

struct SymbolDescription {
  std::string name;
  int64_t least = 0, most = 0;
  bool from_input = true;
};

struct TargetDescription {
  std::string name;
  bool runs_here = false;
};

struct ModelDescription {
  std::string name, digest, interface_digest, compiler;
  std::string target;  // what this machine will run; empty: nothing
  std::vector<TensorDescription> inputs, outputs;
  std::vector<SymbolDescription> symbols;  // those of input shapes first
  std::vector<TargetDescription> targets;
  uint64_t weights_bytes = 0;
  uint64_t code_bytes = 0;  // 0: not recorded
};

ir::Result<ModelDescription> describe(const burin_model_api& api);
ModelDescription describe(const ir::Module& module);
// Of a file that is not loaded. A fault of the input where the file names types that burin does not have.
ir::Result<ModelDescription> describe(const codegen::ModelInFile& model);

// `[N, 3, 224, 224]`: dimensions as declared, by the names of input symbols; `?` for one that is computed or counted.
std::string shape_text(const TensorDescription& tensor, std::span<const SymbolDescription> symbols);

using Shapes = std::vector<std::vector<int64_t>>;  // of all inputs

// The inputs' dimensions as numbers: fixed ones, those of --input_dim, and symbols from --define_symbol or from another
// dimension that has the same symbol. Usage faults name every symbol that is left without a value.
ir::Result<Shapes> resolve_shapes(const ModelDescription& model, const Options& options);

}  // namespace burin::tools
