#include "codegen/model_tables.h"

#include <algorithm>
#include <limits>
#include <map>

#include "codegen/c_text.h"
#include "codegen/check_text.h"
#include "codegen/digest.h"
#include "codegen/model_names.h"
#include "codegen/planning.h"
#include "codegen/weights.h"
#include "ir/expr/largest.h"
#include "ir/expr/linear.h"
#include "runtime/model.h"
#include "targets/host_features.h"

namespace burin::codegen {
namespace {

using ir::Expr;

static_assert(static_cast<int>(ir::DimensionRelation::kEqual) == BURIN_EQUAL &&
              static_cast<int>(ir::DimensionRelation::kLeftMayBeOne) == BURIN_FOUND_MAY_BE_ONE &&
              static_cast<int>(ir::DimensionRelation::kEitherMayBeOne) == BURIN_EITHER_MAY_BE_ONE);
static_assert(targets::kX86V2 == BURIN_CPU_X86_64_V2 && targets::kX86V3 == BURIN_CPU_X86_64_V3);
static_assert(targets::kX86V4 == BURIN_CPU_X86_64_V4 && targets::kAarch64Neon == BURIN_CPU_AARCH64_NEON);
static_assert(targets::kX86AvxVnni == BURIN_CPU_X86_64_AVX_VNNI);
static_assert(targets::kX86Avx512Vnni == BURIN_CPU_X86_64_AVX512_VNNI);
static_assert(targets::kX86Avx512Bf16 == BURIN_CPU_X86_64_AVX512_BF16);

std::optional<int64_t> declared_dimension(const ir::Module& module, Expr dimension) {
  if (std::optional<int64_t> number = ir::constant_integer(dimension)) return number;
  if (!ir::is_variable(dimension)) return std::nullopt;
  const std::optional<int> position = symbol_position(module, ir::variable_of(dimension));
  return position ? std::optional<int64_t>(-(1 + int64_t{*position})) : std::nullopt;
}

TensorRow tensor_row(const ir::Module& module, const ir::Interface& tensor) {
  TensorRow row;
  row.name = tensor.name;
  row.element_type = element_type_code(tensor.element);
  for (Expr dimension : tensor.shape)
    row.dims.push_back(declared_dimension(module, dimension).value_or(BURIN_DIM_COMPUTED));
  return row;
}

// A count found while running is called after a node or a tensor of the model; what stands after the last dot is burin's own
// word for which of its counts it is.
SymbolRow opaque_row(const ir::Module& module, ir::VariableId symbol) {
  const ir::Variable& variable = (*module.pool)[symbol];
  return {variable.name.substr(0, variable.name.rfind('.')), std::max<int64_t>(variable.low, 0),
          std::max<int64_t>(variable.high, 0)};
}

SymbolRow symbol_row(const ir::Module& module, ir::VariableId symbol) {
  const ir::Variable& variable = (*module.pool)[symbol];
  return {variable.name, std::max<int64_t>(variable.low, 0), std::max<int64_t>(variable.high, 0)};
}

// The most bytes that are alive in one step of a static plan.
int64_t arena_lower_bound(const ir::Module& module) {
  std::map<int, int64_t> changes;  // of the bytes alive, by step
  for (const ir::ArenaBuffer& buffer : module.arena) {
    const int64_t bytes = ir::constant_integer(buffer.bytes).value_or(0);
    if (buffer.first > buffer.last) continue;  // never alive
    changes[buffer.first] += bytes;
    changes[buffer.last + 1] -= bytes;
  }
  int64_t alive = 0, most = 0;
  for (const auto& [step, change] : changes) most = std::max(most, alive += change);
  return most;
}

VariantTables variant_tables(const Variant& variant, const std::string& prefix, ConstantPlaces constants) {
  const ir::Module& module = *variant.module;
  VariantTables tables;
  const std::string suffix = c_identifier(variant.target.name);
  tables.target = variant.target.name;
  tables.cpu_features = variant.target.runtime_features;
  tables.buffers = static_cast<int32_t>(module.arena.size());
  tables.sizes = make_sizes_function(module, prefix + "_sizes_" + suffix);
  for (const ir::ArenaBuffer& buffer : module.arena) {
    if (tables.sizes) {
      tables.intervals.push_back({buffer.first, buffer.last});
    } else {
      BURIN_ASSERT(buffer.offset % BURIN_ALIGNMENT == 0, "the memory plan aligns every buffer");
      tables.offsets.push_back(buffer.offset);
    }
  }
  if (!tables.sizes) {
    tables.arena_bytes = module.arena_bytes;
    tables.arena_lower_bound = arena_lower_bound(module);
  }
  tables.execute = prefix + "_execute_" + suffix;
  tables.constants = std::move(constants);
  return tables;
}

// A caller provides outputs as large as they are where counts are at their bounds.
bool is_largest_at_bounds(const ir::Module& module, Expr dimension) {
  return ir::provably_nonnegative(dimension - ir::largest(dimension, module.opaque_symbols));
}

ir::Status check_limits(const ir::Module& module) {
  ir::Status status;
  constexpr size_t kMost = std::numeric_limits<int32_t>::max() / 4;
  const size_t sizes[] = {module.inputs.size(), module.outputs.size(), module.checks.size(), module.arena.size(),
                          module.symbols.size() + module.opaque_symbols.size()};
  for (size_t size : sizes) {
    if (size > kMost) {
      status.merge(ir::unsupported("table-too-large", {},
                                   "expected at most {} inputs, outputs, symbols, checks and buffers, found {}", kMost,
                                   size));
    }
  }
  for (const ir::Interface& input : module.inputs) {
    for (Expr dimension : input.shape) {
      if (declared_dimension(module, dimension)) continue;
      status.merge(ir::unsupported("input-dimension", fmt::format("input \"{}\"", input.name),
                                   "expected dimensions that are numbers or symbols, found {}",
                                   dimension_text(module, dimension)));
    }
  }
  for (const ir::Interface& output : module.outputs) {
    for (Expr dimension : output.shape) {
      if (is_largest_at_bounds(module, dimension)) continue;
      status.merge(
          ir::unsupported("output-dimension", fmt::format("output \"{}\"", output.name),
                          "expected dimensions that are largest where all that is found while running is, found {}",
                          dimension_text(module, dimension)));
    }
  }
  return status;
}

void describe_interface(const ir::Module& module, ModelTables& tables) {
  for (const ir::Interface& input : module.inputs) tables.inputs.push_back(tensor_row(module, input));
  for (const ir::Interface& output : module.outputs) tables.outputs.push_back(tensor_row(module, output));
  for (ir::VariableId symbol : module.symbols) tables.symbols.push_back(symbol_row(module, symbol));
  tables.input_symbols = static_cast<int32_t>(module.symbols.size());
  for (ir::VariableId symbol : module.opaque_symbols) tables.symbols.push_back(opaque_row(module, symbol));
  for (const ir::DimensionCheck& check : module.checks) {
    const ir::RelatedDimensions pair = as_reported(module, check.dimensions);
    const std::string expected = ir::is_constant(pair.right) ? "" : dimension_text(module, pair.right);
    tables.checks.push_back({dimension_text(module, pair.left), expected, pair.relation});
  }
  const std::string& prefix = tables.symbol_prefix;
  tables.bounds_function = make_bounds_function(module, prefix + "_bounds");
  tables.shapes_function = make_shapes_function(module, prefix + "_shapes");
  tables.checks_function = make_checks_function(module, prefix + "_checks");
}

// Everything that typed calls, and buffers of their sizes, depend on. Bounds of symbols are checked when shapes are bound,
// and scales of quantization change with the weights.
std::string interface_digest(const ModelTables& tables) {
  Digest digest;
  const auto add_number = [&](int64_t number) { digest.add(std::to_string(number)); };
  const auto add_tensors = [&](const std::vector<TensorRow>& tensors) {
    add_number(static_cast<int64_t>(tensors.size()));
    for (const TensorRow& tensor : tensors) {
      digest.add(tensor.name);
      digest.add(tensor.layout);
      add_number(tensor.element_type);
      add_number(static_cast<int64_t>(tensor.dims.size()));
      for (int64_t dim : tensor.dims) add_number(dim);
    }
  };
  add_tensors(tables.inputs);
  add_tensors(tables.outputs);
  add_number(tables.input_symbols);
  for (const SymbolRow& symbol : tables.symbols) digest.add(symbol.name);
  return digest.text();
}

void assert_same_model(const ir::Module& a, const ir::Module& b) {
  BURIN_ASSERT(a.name == b.name && a.inputs.size() == b.inputs.size() && a.outputs.size() == b.outputs.size() &&
                   a.symbols.size() == b.symbols.size() && a.opaque_symbols.size() == b.opaque_symbols.size() &&
                   a.checks.size() == b.checks.size(),
               "the variants of a library compute the same model");
}

}  // namespace

ir::Result<ModelTables> make_model_tables(std::span<const Variant> variants, const TableOptions& options) {
  BURIN_ASSERT(!variants.empty(), "a library has at least one variant");
  const ir::Module& first = *variants.front().module;
  ir::Status status;
  for (const Variant& variant : variants) {
    assert_same_model(first, *variant.module);
    status.merge(check_limits(*variant.module));
  }
  if (!status) return status.faults();
  ModelTables tables;
  tables.name = first.name;
  const ModelNames names = model_names(first.name);
  tables.symbol_prefix = names.identifier;
  tables.function = names.function;
  tables.stem = names.stem;
  tables.digest = options.digest;
  tables.compiler = options.compiler;
  describe_interface(first, tables);
  tables.interface_digest = interface_digest(tables);

  std::vector<const ir::Module*> modules;
  for (const Variant& variant : variants) modules.push_back(variant.module);
  WeightsLayout weights = lay_out_weights(modules);
  for (size_t i = 0; i < variants.size(); ++i) {
    tables.variants.push_back(variant_tables(variants[i], tables.symbol_prefix, std::move(weights.places[i])));
  }
  tables.weights_pieces = std::move(weights.pieces);
  tables.weights_bytes = weights.bytes;
  if (options.weights == WeightsKept::kInside && weights.bytes > 0) tables.weights = tables.symbol_prefix + "_weights";
  return tables;
}

int64_t weights_offset(const VariantTables& variant, int64_t slot) {
  const auto after =
      std::ranges::upper_bound(variant.constants, slot, {}, [](const auto& place) { return place.first; });
  BURIN_ASSERT(after != variant.constants.begin(), "a constant buffer lies in a piece of the module's constants");
  const auto& [in_module, in_weights] = *std::prev(after);
  return in_weights + (slot - in_module);
}

int32_t element_type_code(ir::ElementType type) {
  switch (type) {
    case ir::ElementType::kBool: return BURIN_BOOL;
    case ir::ElementType::kI8: return BURIN_I8;
    case ir::ElementType::kI16: return BURIN_I16;
    case ir::ElementType::kI32: return BURIN_I32;
    case ir::ElementType::kI64: return BURIN_I64;
    case ir::ElementType::kU8: return BURIN_U8;
    case ir::ElementType::kU16: return BURIN_U16;
    case ir::ElementType::kU32: return BURIN_U32;
    case ir::ElementType::kU64: return BURIN_U64;
    case ir::ElementType::kF16: return BURIN_F16;
    case ir::ElementType::kBF16: return BURIN_BF16;
    case ir::ElementType::kF32: return BURIN_F32;
    case ir::ElementType::kF64: return BURIN_F64;
  }
  return 0;
}

}  // namespace burin::codegen
