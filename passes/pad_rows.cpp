#include "passes/pad_rows.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "ir/expr/walk.h"
#include "passes/contraction.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kLineBytes = 64;

Layout layout_of(const Tensor& tensor) {
  if (!tensor.layout.empty()) return tensor.layout;
  Layout as_given;
  for (size_t d = 0; d < tensor.shape.size(); ++d) as_given.push_back({static_cast<int>(d)});
  return as_given;
}

// Tensors whose memory is nobody else's business: nests alone use them, and the interface does not have them.
std::vector<bool> tensors_of_nests_alone(const Program& program) {
  std::vector<bool> alone(program.tensors.size(), true);
  for (const auto* list : {&program.inputs, &program.outputs}) {
    for (TensorId id : *list) alone[id.index] = false;
  }
  for_each_statement(program.body, [&](const Statement& statement) {
    if (std::holds_alternative<Nest>(statement.form) || std::holds_alternative<Group>(statement.form)) return;
    for (TensorId id : touched_by(statement)) alone[id.index] = false;
  });
  return alone;
}

// The contraction walks `read` in memory along a reduction axis, and other rows of it along a parallel one.
bool walks_rows(const Program& program, const Nest& nest, Expr read) {
  const Layout layout = layout_of(program.tensors[tensor_of(read)]);
  if (layout.size() < 2) return false;
  const std::span<const Expr> index = index_of(program, read);
  const auto uses = [&](Expr e, AxisKind kind) {
    return std::ranges::any_of(nest.axes,
                               [&](const Axis& axis) { return axis.kind == kind && uses_variable(e, axis.variable); });
  };
  const auto row = static_cast<size_t>(layout.back().dimension);
  if (!uses(index[row], AxisKind::kReduction) || uses(index[row], AxisKind::kParallel)) return false;
  for (size_t d = 0; d < index.size(); ++d) {
    if (d != row && uses(index[d], AxisKind::kParallel)) return true;
  }
  return false;
}

// Why the rows of `tensor` stay as they are; empty when a line of padding is to stand behind each of them.
std::string_view objection(const Tensor& tensor, bool nests_alone, const Machine& machine) {
  const LayoutDimension row = layout_of(tensor).back();
  if (row.part != LayoutPart::kWhole) return "it is in panels";
  if (row.padding != 0) return "its rows are padded already";
  const std::optional<int64_t> places = constant_integer(tensor.shape[static_cast<size_t>(row.dimension)]);
  if (!places) return "the length of its rows is not known";
  if (*places * size_of(tensor.element) % machine.l1_way_bytes != 0) return "its rows are no multiple of a cache way";
  return nests_alone ? "" : "it is an input, an output, or of use to more than nests";
}

}  // namespace

Status pad_rows(Program& program, const PassContext& context) {
  const std::vector<bool> alone = tensors_of_nests_alone(program);
  for_each_statement(program.body, [&](const Statement& statement) {
    const auto* nest = std::get_if<Nest>(&statement.form);
    const std::optional<Contraction> contraction = nest != nullptr ? contraction_of(*nest) : std::nullopt;
    if (!contraction) return;
    for (Expr read : {contraction->left, contraction->right}) {
      Tensor& tensor = program.tensors[tensor_of(read)];
      if (tensor.constant || !walks_rows(program, *nest, read)) continue;
      const std::string_view why_not = objection(tensor, alone[tensor_of(read).index], context.machine);
      if (!why_not.empty()) {
        context.explain(fmt::format("pad-rows: declined \"{}\": {}", tensor.name, why_not));
        continue;
      }
      tensor.layout = layout_of(tensor);
      tensor.layout.back().padding = kLineBytes / size_of(tensor.element);
    }
  });
  return {};
}

}  // namespace burin::passes
