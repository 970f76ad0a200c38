#include "tools/burin/c_text/c_names.h"

#include <fmt/format.h>

#include <set>

#include "codegen/c_text.h"
#include "codegen/model_names.h"

namespace burin::tools {
namespace {

// `start` + name as an identifier that is not in `taken` yet. Constants have the names in upper case, so that identifiers
// must not differ in case alone.
std::string unique(std::string_view start, std::string_view name, std::set<std::string>& taken) {
  const std::string identifier = codegen::c_identifier(fmt::format("{}{}", start, name));
  std::string result = identifier;
  for (int again = 1; !taken.insert(codegen::upper_case(result)).second; ++again)
    result = fmt::format("{}_{}", identifier, again);
  return result;
}

}  // namespace

CNames c_names(const ModelDescription& model) {
  CNames names;
  const codegen::ModelNames model_names = codegen::model_names(model.name);
  names.prefix = model_names.identifier;
  names.function = model_names.function;
  names.header = model_names.stem + ".h";
  names.upper = codegen::upper_case(names.prefix);
  std::set<std::string> taken;
  for (const TensorDescription& input : model.inputs) names.inputs.push_back(unique("in_", input.name, taken));
  for (const TensorDescription& output : model.outputs) names.outputs.push_back(unique("out_", output.name, taken));
  for (const SymbolDescription& symbol : model.symbols) {
    if (symbol.from_input) names.symbols.push_back(unique("dim_", symbol.name, taken));
  }
  return names;
}

std::string_view c_type(ir::ElementType element) {
  switch (element) {
    case ir::ElementType::kBool: return "uint8_t";
    case ir::ElementType::kI8: return "int8_t";
    case ir::ElementType::kI16: return "int16_t";
    case ir::ElementType::kI32: return "int32_t";
    case ir::ElementType::kI64: return "int64_t";
    case ir::ElementType::kU8: return "uint8_t";
    case ir::ElementType::kU16: return "uint16_t";
    case ir::ElementType::kU32: return "uint32_t";
    case ir::ElementType::kU64: return "uint64_t";
    case ir::ElementType::kF16: return "uint16_t";
    case ir::ElementType::kBF16: return "uint16_t";
    case ir::ElementType::kF32: return "float";
    case ir::ElementType::kF64: return "double";
  }
  return "";
}

std::string c_dimension(int64_t dim, const CNames& names) {
  if (dim >= 0) return std::to_string(dim);
  return names.symbols[static_cast<size_t>(-(dim + 1))];
}

}  // namespace burin::tools
