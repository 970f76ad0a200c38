// What a model library says about itself, worked out once for every emitter: the tables of runtime/model.h as plain data,
// the planning functions as kernels of the loop form, and the names and conventions by which code and tables meet. The
// LLVM emitter prints this as constants, the C++ emitter as initializers; neither decides anything.
//
// How an entry reaches its data. A variant's entry is `void NAME_execute_TARGET(const burin_frame *frame)`. In its kernel,
//   Place::kInput    is frame->inputs[slot]
//   Place::kOutput   is frame->outputs[slot]
//   Place::kConstant is frame->weights + weights_offset(variant, slot)
//   Place::kArena    is frame->arena + VariantTables::offsets[slot] when the plan is static (offsets not empty),
//                    frame->arena + frame->offsets[slot] when it is not
//   Place::kSymbols  is frame->symbols: the input symbols in the order of Module::symbols, then the opaque ones
//   Place::kLocal    is on the entry's stack
// and the variable of symbol k (in that same order) is frame->symbols[k]. A kernel stores the counts it finds through a
// kSymbols buffer, so an opaque symbol is read again by each statement of the entry; input symbols never change.
//
// Planning functions take `const int64_t *symbols` first, as kernels with i64 buffer parameters: `symbols` (written only
// by `bounds`) and, but for `bounds`, the array they fill. Their names are C names, to be local to the tables' object file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/base/result.h"
#include "ir/loop/loop.h"
#include "targets/targets.h"

namespace burin::codegen {

// burin_tensor_data.
struct TensorRow {
  std::string name;
  std::string layout;
  std::vector<int64_t> dims;  // as declared: >= 0 fixed, -(1 + k) symbol k, INT64_MIN computed (outputs only)
  int32_t element_type = 0;   // BURIN_F32, ...
  float scale = 0;
  int32_t zero_point = 0;
};

// burin_symbol_data.
struct SymbolRow {
  std::string name;
  int64_t min = 0;
  int64_t max = INT64_MAX;
};

// burin_check_data.
struct CheckRow {
  std::string found, expected;
  ir::DimensionRelation relation = ir::DimensionRelation::kEqual;
};

// burin_interval.
struct Interval {
  int32_t first = 0, last = 0;
};

// burin_variant. Arrays are by position in Module::arena.
struct VariantTables {
  std::string target;  // "x86_64-v3"
  uint64_t cpu_features = 0;
  std::vector<Interval> intervals;  // empty when the plan is static
  std::vector<int64_t> offsets;     // empty when the plan is not static, or there is no buffer
  int64_t arena_bytes = 0;
  int64_t arena_lower_bound = 0;
  int32_t buffers = 0;
  std::optional<ir::Kernel> sizes;  // (symbols, bytes); absent when the plan is static
  std::string execute;              // the entry's C name
  // Where each constant of the module lies in the weights: (offset in the module, offset in the weights), ascending.
  std::vector<std::pair<int64_t, int64_t>> constants;
};

// One target's loops of a model.
struct Variant {
  const ir::Module* module = nullptr;
  targets::Target target;
};

// burin_model_data, its variants, and the weights all of them read.
struct ModelTables {
  std::string name;           // as the user gave it
  std::string symbol_prefix;  // ModelNames::identifier, NAME in every external name
  std::string function;       // ModelNames::function
  std::string stem;           // ModelNames::stem
  std::string digest;
  std::string interface_digest;  // of what a caller's code depends on; see burin_model_info
  std::string compiler;
  std::vector<TensorRow> inputs, outputs;
  std::vector<SymbolRow> symbols;  // input symbols, then opaque ones
  int32_t input_symbols = 0;
  std::vector<CheckRow> checks;
  std::optional<ir::Kernel> bounds_function;  // (symbols)
  std::optional<ir::Kernel> shapes_function;  // (symbols, dims)
  std::optional<ir::Kernel> checks_function;  // (symbols, pairs)
  std::vector<VariantTables> variants;        // best first
  std::string weights;  // C name of the weights, hidden, 64-byte aligned; empty: the caller binds them
  int64_t weights_bytes = 0;
  std::vector<ir::ConstantPiece> weights_pieces;  // ascending; gaps are zero
};

// What the code will be part of. A shared library exports `burin_model` and `burin_model_NAME`; anything else has
// `burin_model_NAME` alone, hidden, so that several models link into one program and none leaves it.
enum class PartOf : uint8_t { kSharedLibrary, kProgram };

enum class WeightsKept : uint8_t { kInside, kOutside };

struct TableOptions {
  std::string digest;
  std::string compiler = "burin " BURIN_VERSION;
  WeightsKept weights = WeightsKept::kInside;
};

// The tables of a library with these variants, which compute the same model: interfaces, symbols and checks agree. The
// modules must outlive the tables. A fault when there are more tables than their 32-bit counts can say, or an input has a
// dimension that is neither a number nor a symbol.
ir::Result<ModelTables> make_model_tables(std::span<const Variant> variants, const TableOptions& options);

// Where byte `slot` of the module's constants lies in the weights.
int64_t weights_offset(const VariantTables& variant, int64_t slot);

// BURIN_F32, ... of runtime/burin.h.
int32_t element_type_code(ir::ElementType type);

}  // namespace burin::codegen
