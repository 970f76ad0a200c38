#include "tools/burin/data/description.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "targets/host_features.h"
#include "targets/targets.h"
#include "tools/burin/base/report.h"

namespace burin::tools {
namespace {

std::optional<ir::ElementType> element_of(int32_t code) {
  switch (static_cast<burin_element_type>(code)) {
    case BURIN_BOOL: return ir::ElementType::kBool;
    case BURIN_I8: return ir::ElementType::kI8;
    case BURIN_I16: return ir::ElementType::kI16;
    case BURIN_I32: return ir::ElementType::kI32;
    case BURIN_I64: return ir::ElementType::kI64;
    case BURIN_U8: return ir::ElementType::kU8;
    case BURIN_U16: return ir::ElementType::kU16;
    case BURIN_U32: return ir::ElementType::kU32;
    case BURIN_U64: return ir::ElementType::kU64;
    case BURIN_F16: return ir::ElementType::kF16;
    case BURIN_BF16: return ir::ElementType::kBF16;
    case BURIN_F32: return ir::ElementType::kF32;
    case BURIN_F64: return ir::ElementType::kF64;
  }
  return std::nullopt;
}

ir::Diagnostic bad_library(std::string_view what) {
  return ir::input_fault("library", "", "expected a library that burin made, found {}", what);
}

template <class Info>
Info empty() {
  Info info{};
  info.struct_size = sizeof(Info);
  return info;
}

using TensorFunction = burin_status (*)(const burin_model_api*, int32_t, burin_tensor_info*);

ir::Result<std::vector<TensorDescription>> tensors_of(const burin_model_api& api, TensorFunction ask, int32_t count) {
  std::vector<TensorDescription> tensors;
  for (int32_t i = 0; i < count; ++i) {
    auto info = empty<burin_tensor_info>();
    if (ask(&api, i, &info) != BURIN_OK) return bad_library("a tensor that it cannot describe");
    const std::optional<ir::ElementType> element = element_of(info.element_type);
    if (!element) return bad_library(fmt::format("element type {}", info.element_type));
    tensors.push_back({info.name, *element, std::vector<int64_t>(info.dims, info.dims + info.rank), info.layout,
                       info.scale, info.zero_point});
  }
  return tensors;
}

// Of an interface of loops: a symbol by its position among the module's.
int64_t declared(ir::Expr dim, const ir::Module& module) {
  if (const auto number = ir::static_dims({dim})) return number->front();
  if (!ir::is_variable(dim)) return BURIN_DIM_COMPUTED;
  const auto place = [&](const std::vector<ir::VariableId>& symbols) {
    return std::find(symbols.begin(), symbols.end(), ir::variable_of(dim)) - symbols.begin();
  };
  const auto inputs = static_cast<std::ptrdiff_t>(module.symbols.size());
  const std::ptrdiff_t at =
      place(module.symbols) < inputs ? place(module.symbols) : inputs + place(module.opaque_symbols);
  return at < inputs + static_cast<std::ptrdiff_t>(module.opaque_symbols.size()) ? -(1 + at) : BURIN_DIM_COMPUTED;
}

std::vector<TensorDescription> tensors_of(const std::vector<ir::Interface>& interfaces, const ir::Module& module) {
  std::vector<TensorDescription> tensors;
  for (const ir::Interface& interface : interfaces) {
    TensorDescription& tensor = tensors.emplace_back();
    tensor.name = interface.name;
    tensor.element = interface.element;
    for (ir::Expr dim : interface.shape) tensor.dims.push_back(declared(dim, module));
  }
  return tensors;
}

bool is_symbol(int64_t dim) { return dim < 0 && dim != BURIN_DIM_COMPUTED; }
size_t symbol_of(int64_t dim) { return static_cast<size_t>(-(dim + 1)); }

using Values = std::vector<std::optional<int64_t>>;  // by symbol

// Takes what --input_dim says of one input: the values of its symbols.
ir::Status take_input_dim(const TensorDescription& input, const std::vector<int64_t>& given,
                          const ModelDescription& model, Values& values) {
  const std::string where = fmt::format("--input_dim {}", input.name);
  if (given.size() != input.dims.size()) {
    return usage_fault(where, fmt::format("expected {} dimensions as in {}, found {}", input.dims.size(),
                                          shape_text(input, model.symbols), given.size()));
  }
  ir::Status status;
  for (size_t axis = 0; axis < given.size(); ++axis) {
    if (given[axis] < 0) continue;
    const int64_t dim = input.dims[axis];
    const std::optional<int64_t> known = is_symbol(dim) ? values[symbol_of(dim)] : dim;
    if (known && *known != given[axis]) {
      status.merge(usage_fault(where, fmt::format("dimension {}: expected {}, found {}", axis, *known, given[axis])));
    }
    if (is_symbol(dim)) values[symbol_of(dim)] = given[axis];
  }
  return status;
}

// What has to be added to the command line.
ir::Diagnostic unknown_symbols(const ModelDescription& model, const Values& values) {
  std::vector<std::string> missing, hints;
  for (size_t k = 0; k < values.size(); ++k) {
    if (values[k] || !model.symbols[k].from_input) continue;
    missing.push_back(
        fmt::format("{} ({} to {})", model.symbols[k].name, model.symbols[k].least, model.symbols[k].most));
    hints.push_back(
        fmt::format("--define_symbol {} {}", model.symbols[k].name, std::max<int64_t>(model.symbols[k].least, 1)));
  }
  ir::Diagnostic fault =
      usage_fault("", fmt::format("expected values of the symbolic dimensions {}", fmt::join(missing, ", ")));
  fault.hint = fmt::format("{}, or --input_dim", fmt::join(hints, " "));
  return fault;
}

}  // namespace

ir::Result<ModelDescription> describe(const burin_model_api& api) {
  auto info = empty<burin_model_info>();
  if (api.describe(&api, &info) != BURIN_OK) return bad_library("one that cannot describe itself");
  ModelDescription model;
  model.name = info.name;
  model.digest = info.digest;
  model.interface_digest = info.interface_digest;
  model.compiler = info.compiler;
  model.target = info.target != nullptr ? info.target : "";
  model.weights_bytes = info.weights_bytes;
  model.code_bytes = info.code_bytes;
  ir::Result<std::vector<TensorDescription>> inputs = tensors_of(api, api.input_info, info.n_inputs);
  if (!inputs) return inputs.faults();
  ir::Result<std::vector<TensorDescription>> outputs = tensors_of(api, api.output_info, info.n_outputs);
  if (!outputs) return outputs.faults();
  model.inputs = std::move(*inputs);
  model.outputs = std::move(*outputs);
  for (int32_t i = 0; i < info.n_symbols; ++i) {
    auto symbol = empty<burin_symbol_info>();
    if (api.symbol_info(&api, i, &symbol) != BURIN_OK) return bad_library("a symbol that it cannot describe");
    model.symbols.push_back({symbol.name, symbol.min, symbol.max, symbol.from_input != 0});
  }
  for (int32_t i = 0; i < info.n_targets; ++i) {
    auto target = empty<burin_target_info>();
    if (api.target_info(&api, i, &target) != BURIN_OK) return bad_library("a target that it cannot describe");
    model.targets.push_back({target.name, target.runs_here != 0});
  }
  return model;
}

ModelDescription describe(const ir::Module& module) {
  ModelDescription model;
  model.name = module.name;
  model.compiler = kVersion;
  model.target = module.target;
  model.inputs = tensors_of(module.inputs, module);
  model.outputs = tensors_of(module.outputs, module);
  for (ir::VariableId symbol : module.symbols) {
    const ir::Variable& variable = (*module.pool)[symbol];
    model.symbols.push_back({variable.name, variable.low, variable.high, true});
  }
  for (ir::VariableId symbol : module.opaque_symbols) {
    const ir::Variable& variable = (*module.pool)[symbol];
    model.symbols.push_back({variable.name, variable.low, variable.high, false});
  }
  model.targets.push_back({module.target, true});
  model.weights_bytes = static_cast<uint64_t>(module.constant_bytes);
  return model;
}

ir::Result<ModelDescription> describe(const codegen::ModelInFile& found) {
  const codegen::ModelNote& note = found.note;
  ModelDescription model;
  model.name = note.name;
  model.digest = note.digest;
  model.interface_digest = note.interface_digest;
  model.compiler = note.compiler;
  model.weights_bytes = static_cast<uint64_t>(note.weights_bytes);
  model.code_bytes = static_cast<uint64_t>(note.code_bytes);
  for (const auto& [rows, tensors] : {std::pair{&note.inputs, &model.inputs}, {&note.outputs, &model.outputs}}) {
    for (const codegen::TensorRow& row : *rows) {
      const std::optional<ir::ElementType> element = element_of(row.element_type);
      if (!element) return bad_library(fmt::format("element type {}", row.element_type));
      tensors->push_back({row.name, *element, row.dims, row.layout, row.scale, row.zero_point});
    }
  }
  for (const codegen::SymbolRow& row : note.symbols) {
    const bool from_input = model.symbols.size() < static_cast<size_t>(note.input_symbols);
    model.symbols.push_back({row.name, row.min, row.max, from_input});
  }
  const std::optional<targets::Host> host = targets::host_features();
  for (const std::string& name : note.targets) {
    const std::optional<targets::Target> target = targets::target_named(name);
    const bool runs_here = host && target && target->architecture == host->architecture &&
                           (target->runtime_features & ~host->features) == 0;
    model.targets.push_back({name, runs_here});
  }
  return model;
}

std::string shape_text(const TensorDescription& tensor, std::span<const SymbolDescription> symbols) {
  std::vector<std::string> dims;
  for (int64_t dim : tensor.dims) {
    if (dim >= 0) {
      dims.push_back(std::to_string(dim));
    } else {
      const bool is_named = is_symbol(dim) && symbol_of(dim) < symbols.size() && symbols[symbol_of(dim)].from_input;
      dims.emplace_back(is_named ? symbols[symbol_of(dim)].name : "?");
    }
  }
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

ir::Result<Shapes> resolve_shapes(const ModelDescription& model, const Options& options) {
  Values values(model.symbols.size());
  ir::Status status;
  for (size_t k = 0; k < values.size(); ++k) {
    const auto given = options.symbols.find(model.symbols[k].name);
    if (given != options.symbols.end()) values[k] = given->second;
  }
  for (const auto& [name, value] : options.symbols) {
    const bool is_known = std::any_of(model.symbols.begin(), model.symbols.end(),
                                      [&](const SymbolDescription& symbol) { return symbol.name == name; });
    if (!is_known)
      status.merge(usage_fault("--define_symbol", fmt::format("expected a symbol of the model, found \"{}\"", name)));
  }
  for (const auto& [name, dims] : options.input_dims) {
    const auto input = std::find_if(model.inputs.begin(), model.inputs.end(),
                                    [&](const TensorDescription& each) { return each.name == name; });
    if (input == model.inputs.end()) {
      status.merge(usage_fault("--input_dim", fmt::format("expected an input of the model, found \"{}\"", name)));
    } else {
      status.merge(take_input_dim(*input, dims, model, values));
    }
  }
  if (!status) return status.faults();
  Shapes shapes;
  for (const TensorDescription& input : model.inputs) {
    std::vector<int64_t>& shape = shapes.emplace_back();
    for (int64_t dim : input.dims) {
      const std::optional<int64_t> value = is_symbol(dim) ? values[symbol_of(dim)] : dim;
      if (!value) return unknown_symbols(model, values);
      shape.push_back(*value);
    }
  }
  return shapes;
}

}  // namespace burin::tools
