#include "ir/graph/propagate.h"

#include <algorithm>

#include "ir/expr/rational.h"
#include "ir/expr/walk.h"
#include "ir/graph/op.h"

namespace burin::ir {
namespace {

using Elements = std::vector<Expr>;

bool is_followed(const TensorType& type) {
  const int64_t most = is_float(type.element) ? kMostKnownNumbers : kMostKnownElements;
  return static_element_count(type.shape).value_or(INT64_MAX) <= most;
}

// Whether it is worth evaluating: a result depends on elements that are known, a float one on nothing else.
bool may_be_known(const Graph& graph, const Op& op) {
  bool has_float_result = false;
  for (ValueId result : op.results) {
    if (!is_followed(graph.values[result].type)) return false;
    has_float_result |= is_float(graph.values[result].type.element);
  }
  bool some = op.operands.empty();
  bool all = true;
  for (ValueId operand : op.operands) {
    if (!operand.valid()) continue;
    const bool known = graph.values[operand].elements.has_value();
    some |= known;
    all &= known;
  }
  return has_float_result ? all : some;
}

// Evaluates nests on tensors whose elements are expressions. Anything it cannot follow makes it give up.
class Evaluation {
 public:
  explicit Evaluation(Program& program) : program_(program), known_(program.tensors.size()) {}

  void bind(TensorId tensor, Elements elements) { known_[tensor.index] = std::move(elements); }
  const std::optional<Elements>& elements(TensorId tensor) const { return known_[tensor.index]; }

  bool run() {
    return std::ranges::all_of(program_.body, [&](const Statement& statement) {
      const Nest* nest = std::get_if<Nest>(&statement.form);
      return nest != nullptr && run(*nest);
    });
  }

 private:
  // Replaces variables by what they are at `point`, reads by the elements read, and simplifies; invalid when an element is not
  // known. Integers are computed as i64 whatever their type: a dimension fits every type that a model computes shapes in.
  Expr evaluate(Expr e, const Substitution& point) {
    bool followed = true;
    const Expr result = rewrite_bottom_up(e, [&](Expr node) {
      if (is_variable(node)) {
        const auto found = point.find(variable_of(node).index);
        return found == point.end() ? node : found->second;
      }
      if (node->opcode == Opcode::kRead) {
        const Expr element = element_read(node);
        followed &= element.valid();
        if (element.valid()) return element;
        return is_integer(node->type.element) ? cast(node, ElementType::kI64) : node;
      }
      return as_wide(node);
    });
    return followed ? result : Expr();
  }

  // An integer constant or cast as i64.
  static Expr as_wide(Expr node) {
    if (!is_integer(node->type.element) || node->type.element == ElementType::kI64) return node;
    if (const std::optional<int64_t> value = constant_integer(node)) return node->pool->integer(*value);
    if (node->opcode != Opcode::kCast) return node;
    const Expr from = node->operands[0];
    if (const std::optional<int64_t> value = constant_integer(from))
      return node->pool->integer(wrap_integer(*value, node->type.element).integer);
    return cast(from, ElementType::kI64);
  }

  std::optional<int64_t> position(TensorId tensor, std::span<const Expr> index) const {
    const std::optional<std::vector<int64_t>> dims = static_dims(program_.tensors[tensor].shape);
    if (!dims) return std::nullopt;
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); ++i) {
      const std::optional<int64_t> value = constant_integer(index[i]);
      if (!value || *value < 0 || *value >= (*dims)[i]) return std::nullopt;
      at = at * (*dims)[i] + *value;
    }
    return at;
  }

  Expr element_read(Expr read) const {
    const TensorId tensor = tensor_of(read);
    const std::span<const Expr> index = index_of(program_, read);
    const std::optional<int64_t> at = position(tensor, index);
    if (!at) {
      const bool constant = std::ranges::all_of(index, [](Expr e) { return constant_integer(e).has_value(); });
      return constant ? otherwise_of(program_, read) : Expr();
    }
    const std::optional<Elements>& elements = known_[tensor.index];
    if (!elements || static_cast<size_t>(*at) >= elements->size()) return {};
    const Expr element = (*elements)[static_cast<size_t>(*at)];
    return element.valid() && read->type.element == ElementType::kBool ? cast(element, ElementType::kBool) : element;
  }

  bool write(const Write& write, const Substitution& point) {
    if (write.where.valid()) {
      const Expr where = evaluate(write.where, point);
      if (!where.valid() || !is_constant(where)) return false;
      if (is_constant_value(where, 0)) return true;
    }
    std::vector<Expr> index;
    for (Expr e : write.index) {
      index.push_back(evaluate(e, point));
      if (!index.back().valid()) return false;
    }
    const std::optional<int64_t> at = position(write.tensor, index);
    const Expr value = evaluate(write.value, point);
    const Tensor& tensor = program_.tensors[write.tensor];
    const Expr element = value.valid() ? kept(value, tensor.element) : value;
    if (!at || !element.valid()) return false;
    std::optional<Elements>& elements = known_[write.tensor.index];
    if (!elements) elements.emplace(static_cast<size_t>(static_element_count(tensor.shape).value_or(0)));
    (*elements)[static_cast<size_t>(*at)] = element;
    return true;
  }

  // As an element. Of an integer: i64, within the range of the tensor's type where it is a number, and without any float, which
  // dimensions cannot hold. Invalid when that cannot be had.
  static Expr kept(Expr value, ElementType type) {
    if (value->height > kMostHeight) return {};
    if (is_float(type)) return value;
    bool has_float = false;
    const Expr whole = rewrite_bottom_up(value, [&](Expr node) {
      const bool rounds =
          node->opcode == Opcode::kCast && is_float(node->operands[0]->type.element) && is_integer(node->type.element);
      return rounds ? whole_value(node->operands[0]).value_or(node) : node;
    });
    for_each_node(whole, [&](Expr node) { has_float |= is_float(node->type.element); });
    if (has_float) return {};
    if (const std::optional<int64_t> number = constant_integer(whole))
      return value->pool->integer(wrap_integer(*number, type).integer);
    return cast(whole, ElementType::kI64);
  }

  bool combine(const Nest& nest, Substitution& point) {
    std::vector<Expr> next;
    for (const Accumulator& accumulator : nest.accumulators) {
      next.push_back(evaluate(accumulator.combine, point));
      if (!next.back().valid()) return false;
    }
    for (size_t i = 0; i < next.size(); ++i) point[nest.accumulators[i].variable.index] = next[i];
    return true;
  }

  bool writes(const Nest& nest, const Substitution& point) {
    return std::ranges::all_of(nest.writes, [&](const Write& w) { return write(w, point); });
  }

  // Walks the axes from position `at` on; `stepping` says that accumulators have started.
  bool walk(const Nest& nest, const std::vector<size_t>& order, size_t at, size_t first_step, Substitution& point) {
    if (at == first_step) {
      for (const Accumulator& accumulator : nest.accumulators) {
        const Expr init = evaluate(accumulator.init, point);
        if (!init.valid()) return false;
        point[accumulator.variable.index] = init;
      }
    }
    if (at == order.size()) return step(nest, point);
    const Axis& axis = nest.axes[order[at]];
    const Expr extent = (*program_.pool)[axis.variable].extent;
    const std::optional<int64_t> count = constant_integer(extent);
    if (!count || *count > 4096) return false;
    for (int64_t i = 0; i < *count; ++i) {
      point[axis.variable.index] = program_.pool->integer(i);
      if (!walk(nest, order, at + 1, first_step, point)) return false;
    }
    const bool ends_reduction = at == first_step && axis.kind == AxisKind::kReduction;
    return !ends_reduction || writes(nest, point);
  }

  bool step(const Nest& nest, Substitution& point) {
    if (!nest.accumulators.empty() && !combine(nest, point)) return false;
    const bool reduces =
        std::ranges::any_of(nest.axes, [](const Axis& axis) { return axis.kind == AxisKind::kReduction; });
    return reduces || writes(nest, point);
  }

  bool run(const Nest& nest) {
    // Parallel axes first, whatever the order of declaration.
    std::vector<size_t> order;
    for (size_t i = 0; i < nest.axes.size(); ++i) {
      if (nest.axes[i].kind == AxisKind::kParallel) order.push_back(i);
    }
    const size_t first_step = order.size();
    for (size_t i = 0; i < nest.axes.size(); ++i) {
      if (nest.axes[i].kind != AxisKind::kParallel) order.push_back(i);
    }
    Substitution point;
    return walk(nest, order, 0, first_step, point);
  }

  Program& program_;
  std::vector<std::optional<Elements>> known_;
};

}  // namespace

std::optional<std::vector<Expr>> elements_of(const Literal& literal, ExprPool& pool) {
  const bool is_number = is_float(literal.element);
  if (literal.element_count() > (is_number ? kMostKnownNumbers : kMostKnownElements)) return std::nullopt;
  std::vector<Expr> elements;
  for (int64_t i = 0; i < literal.element_count(); ++i) {
    const Scalar value = literal.at(i);
    elements.push_back(is_number ? pool.floating(value.number, {literal.element, 1}) : pool.integer(value.integer));
  }
  return elements;
}

void propagate_elements(Graph& graph, OpId id) {
  const Op& op = graph.ops[id];
  if (op.info->lower == nullptr || !op.regions.empty()) return;
  if (!may_be_known(graph, op)) return;
  Program program;
  program.pool = graph.pool;
  std::vector<TensorId> operands;
  std::vector<TensorId> results;
  const auto add = [&](ValueId value) {
    const Value& held = graph.values[value];
    return program.add_tensor(held.name, held.type.element, held.type.shape);
  };
  for (ValueId value : op.operands) operands.push_back(value.valid() ? add(value) : TensorId{});
  for (ValueId value : op.results) results.push_back(add(value));
  Lowering lowering(graph, op, program, operands, results);
  op.info->lower(lowering);
  Evaluation evaluation(program);
  for (size_t i = 0; i < op.operands.size(); ++i) {
    if (op.operands[i].valid() && graph.values[op.operands[i]].elements) {
      evaluation.bind(operands[i], *graph.values[op.operands[i]].elements);
    }
  }
  if (!evaluation.run()) return;
  for (size_t i = 0; i < op.results.size(); ++i) {
    const std::optional<Elements>& elements = evaluation.elements(results[i]);
    if (elements && std::ranges::all_of(*elements, [](Expr e) { return e.valid(); })) {
      graph.values[op.results[i]].elements = elements;
    } else if (static_element_count(graph.values[op.results[i]].type.shape) == 0) {
      graph.values[op.results[i]].elements = Elements{};
    }
  }
}

}  // namespace burin::ir
