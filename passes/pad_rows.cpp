#include "passes/pad_rows.h"

#include <algorithm>

#include "passes/contraction.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kWayBytes = 4096;  // of the first cache, on every CPU that the targets mean: 64 sets of 64 bytes
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

}  // namespace

Status pad_rows(Program& program, const PassContext&) {
  const std::vector<bool> alone = tensors_of_nests_alone(program);
  for_each_statement(program.body, [&](const Statement& statement) {
    const auto* nest = std::get_if<Nest>(&statement.form);
    const std::optional<Contraction> contraction = nest != nullptr ? contraction_of(*nest) : std::nullopt;
    if (!contraction) return;
    for (Expr read : {contraction->left, contraction->right}) {
      Tensor& tensor = program.tensors[tensor_of(read)];
      if (tensor.constant || !alone[tensor_of(read).index] || !walks_rows(program, *nest, read)) continue;
      Layout layout = layout_of(tensor);
      LayoutDimension& row = layout.back();
      const std::optional<int64_t> places = constant_integer(tensor.shape[static_cast<size_t>(row.dimension)]);
      const int64_t size = size_of(tensor.element);
      if (row.part != LayoutPart::kWhole || row.padding != 0 || !places || *places * size % kWayBytes != 0) continue;
      row.padding = kLineBytes / size;
      tensor.layout = std::move(layout);
    }
  });
  return {};
}

}  // namespace burin::passes
