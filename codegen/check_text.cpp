#include "codegen/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "ir/expr/walk.h"
#include "ir/text/expr_text.h"

namespace burin::codegen {
namespace {

using ir::Expr;
using ir::VariableId;

// The first dimension of an input that a symbol stands for.
struct Source {
  size_t input = 0, dimension = 0;
};

std::optional<Source> source_of(const ir::Module& module, VariableId symbol) {
  for (size_t i = 0; i < module.inputs.size(); ++i) {
    const ir::Shape& shape = module.inputs[i].shape;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (ir::is_variable(shape[d]) && ir::variable_of(shape[d]) == symbol) return Source{i, d};
    }
  }
  return std::nullopt;
}

std::string place_text(const ir::Module& module, const Source& source) {
  return fmt::format("input \"{}\" dimension {}", module.inputs[source.input].name, source.dimension);
}

// The importer calls an open dimension after its input and axis: that is burin's name, not the model's.
bool is_made_up(const ir::Module& module, const std::string& name, const Source& source) {
  std::string_view rest = name;
  const std::string start = fmt::format("{}_d{}", module.inputs[source.input].name, source.dimension);
  if (!rest.starts_with(start)) return false;
  rest.remove_prefix(start.size());
  return std::ranges::all_of(rest, [](char letter) { return letter == '_'; });
}

// How much a report would rather be about `e` than about the other side.
size_t rank_of(const ir::Module& module, Expr e) {
  if (!ir::is_variable(e)) return ir::is_constant(e) ? 0 : 1;
  const std::optional<Source> source = source_of(module, ir::variable_of(e));
  return source ? 2 + source->input : 1;
}

// An expression with the names given to its symbols.
std::string expression_text(Expr e, const std::map<VariableId, std::string>& names) {
  if (e->opcode == ir::Opcode::kVariable) return names.at(ir::variable_of(e));
  if (e->opcode == ir::Opcode::kConstant) return std::to_string(e->payload);
  const ir::OpcodeInfo& row = ir::info(e->opcode);
  const bool is_infix = row.syntax == ir::Syntax::kInfix;
  const std::string separator = is_infix ? fmt::format(" {} ", row.name) : ", ";
  std::string text;
  for (size_t i = 0; i < e->operands.size(); ++i) {
    const Expr operand = e->operands[i];
    const bool is_nested = is_infix && ir::info(operand->opcode).syntax == ir::Syntax::kInfix;
    const std::string inner = expression_text(operand, names);
    text += (i == 0 ? "" : separator) + (is_nested ? "(" + inner + ")" : inner);
  }
  return is_infix ? text : fmt::format("{}({})", row.name, text);
}

}  // namespace

ir::RelatedDimensions as_reported(const ir::Module& module, const ir::RelatedDimensions& pair) {
  const bool is_symmetric = pair.relation != ir::DimensionRelation::kLeftMayBeOne;
  if (!is_symmetric || rank_of(module, pair.left) >= rank_of(module, pair.right)) return pair;
  return {pair.right, pair.left, pair.relation};
}

std::string dimension_text(const ir::Module& module, Expr dimension) {
  std::vector<VariableId> symbols;
  ir::for_each_node(dimension, [&](Expr node) {
    if (ir::is_variable(node)) symbols.push_back(ir::variable_of(node));
  });
  std::map<VariableId, std::string> names;
  std::string places;
  int made_up = 0;
  for (VariableId symbol : symbols) {
    const std::string& name = (*module.pool)[symbol].name;
    const std::optional<Source> source = source_of(module, symbol);
    const bool is_counted = std::ranges::find(module.opaque_symbols, symbol) != module.opaque_symbols.end();
    const bool is_named = source ? !is_made_up(module, name, *source) : !is_counted;
    if (is_named) {
      names[symbol] = name;
    } else {
      names[symbol] = made_up == 0 ? "D" : fmt::format("D{}", made_up);
      ++made_up;
    }
    if (!source && is_named) continue;  // a symbol that no dimension is alone
    const std::string place = source ? place_text(module, *source) : "a size found while running";
    if (ir::is_variable(dimension)) return is_named ? fmt::format("{} ({})", place, name) : place;
    places += fmt::format("{}{} of {}", places.empty() ? " with " : " and ", names[symbol], place);
  }
  return expression_text(dimension, names) + places;
}

}  // namespace burin::codegen
