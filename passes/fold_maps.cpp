#include "passes/fold_maps.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/base/checked.h"
#include "ir/expr/walk.h"
#include "passes/constant_nest.h"
#include "passes/tensor_uses.h"

namespace burin::passes {

using namespace ir;

namespace {

constexpr int64_t kMostElements = int64_t{1} << 22;  // of all that one program gets

class MapFolding {
 public:
  MapFolding(Program& program, const PassContext& context) : program_(program), context_(context) {}

  void run(std::vector<Statement>& body, const SharedTensors& shared) {
    std::vector<int> writers(program_.tensors.size());
    for (const Statement& statement : body) {
      for (TensorId tensor : uses_of(statement).written) ++writers[tensor.index];
    }
    std::erase_if(body, [&](const Statement& statement) {
      const auto* nest = std::get_if<Nest>(&statement.form);
      if (nest == nullptr || !is_known_map(*nest)) return false;
      const TensorId tensor = nest->writes[0].tensor;
      return !shared.contains(tensor) && writers[tensor.index] == 1 && fold(*nest);
    });
  }

 private:
  bool is_known_map(const Nest& nest) const {
    const auto is_parallel = [](const Axis& axis) { return axis.kind == AxisKind::kParallel; };
    if (!nest.accumulators.empty() || nest.writes.size() != 1 || !std::ranges::all_of(nest.axes, is_parallel))
      return false;
    bool known = true;
    for_each_expr(nest, [&](Expr root) {
      for_each_node(root, [&](Expr node) {
        if (node->opcode == Opcode::kRead) known &= program_.tensors[tensor_of(node)].constant.has_value();
        if (is_variable(node)) known &= has_axis(nest.axes, variable_of(node));
      });
    });
    return known;
  }

  bool fold(const Nest& nest) {
    Tensor& tensor = program_.tensors[nest.writes[0].tensor];
    const std::optional<int64_t> elements = static_element_count(tensor.shape);
    if (!elements) return false;
    if (*elements > elements_left_) {
      context_.explain(fmt::format("fold-maps: declined \"{}\": it has {} elements", tensor.name, *elements));
      return false;
    }
    std::optional<Literal> values = values_of(program_, nest, tensor.element, tensor.shape);
    if (!values) return false;
    elements_left_ -= *elements;
    tensor.constant = std::move(values);
    return true;
  }

  Program& program_;
  const PassContext& context_;
  int64_t elements_left_ = kMostElements;
};

}  // namespace

Status fold_maps(Program& program, const PassContext& context) {
  MapFolding folding(program, context);
  for_each_program_body(program,
                        [&](std::vector<Statement>& body, const SharedTensors& shared) { folding.run(body, shared); });
  return {};
}

}  // namespace burin::passes
