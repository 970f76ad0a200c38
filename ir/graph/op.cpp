#include "ir/graph/op.h"

#include <algorithm>

#include "ir/expr/largest.h"
#include "ir/expr/linear.h"
#include "ir/graph/propagate.h"
#include "ir/text/expr_text.h"

namespace burin::ir {
namespace {

// "5", "2 to 5", or "at least 5" where `most` is `no_limit`.
std::string range_text(int64_t least, int64_t most, int64_t no_limit) {
  if (least == most) return std::to_string(least);
  return most == no_limit ? fmt::format("at least {}", least) : fmt::format("{} to {}", least, most);
}

}  // namespace

const std::vector<Expr>* Inference::elements(int i) const {
  const Value& value = operand(i);
  return value.elements && !is_float(value.type.element) ? &*value.elements : nullptr;
}

std::optional<std::vector<int64_t>> Inference::integers(int i) const {
  const std::vector<Expr>* known = elements(i);
  if (known == nullptr) return std::nullopt;
  std::vector<int64_t> numbers;
  for (Expr e : *known) {
    const std::optional<int64_t> number = constant_integer(e);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

const Literal* Inference::constant(int i) const {
  const Value& value = operand(i);
  return value.constant ? &*value.constant : nullptr;
}

void Inference::set_result(int i, ElementType element, Shape shape) {
  graph_.values[op().results[static_cast<size_t>(i)]].type = {element, std::move(shape)};
}

bool Inference::can_be_equal(Expr left, Expr right) {
  if (provably_equal(left, right)) return true;
  if (provably_less(left, right) || provably_less(right, left)) return false;
  // s == min(s, c) says no more and no less than s <= c: the symbol's own bound.
  for (const auto& [symbol, least] : {std::pair(left, right), std::pair(right, left)}) {
    if (!is_variable(symbol) || least->opcode != Opcode::kMin) continue;
    for (size_t i = 0; i < 2; ++i) {
      const std::optional<int64_t> bound = constant_integer(least->operands[i]);
      if (least->operands[1 - i] != symbol || !bound || *bound < symbol->low) continue;
      pool().tighten(variable_of(symbol), *bound);
      return true;
    }
  }
  graph_.assumptions.push_back({{left, right}, op().origin});
  return true;
}

bool Inference::can_relate(const RelatedDimensions& pair) {
  const auto& [left, right, relation] = pair;
  if (relation == DimensionRelation::kEqual) return can_be_equal(left, right);
  if (assumed_equal(graph_, left, right)) return true;
  const auto never_one = [](Expr e) { return e->low > 1 || e->high < 1; };
  const bool never_equal = provably_less(left, right) || provably_less(right, left);
  const bool none_is_one = never_one(left) && (relation == DimensionRelation::kLeftMayBeOne || never_one(right));
  if (never_equal && none_is_one) return false;
  graph_.assumptions.push_back({pair, op().origin});
  return true;
}

Status Inference::require_equal(Expr expected, Expr found, std::string_view what) {
  if (can_be_equal(expected, found)) return {};
  return fault("shape-mismatch", "{}: expected {}, found {}", what, text_of(expected), text_of(found));
}

Status Inference::require(std::span<const RelatedDimensions> pairs, std::string_view what) {
  for (const RelatedDimensions& pair : pairs) {
    if (can_relate(pair)) continue;
    return fault("shape-mismatch", "{}: expected {}{}, found {}", what, text_of(pair.right),
                 pair.relation == DimensionRelation::kEqual ? "" : " or 1", text_of(pair.left));
  }
  return {};
}

Result<Shape> Inference::broadcast_shape(int first) {
  Shape wide = shape(first);
  for (int i = first + 1; i < operand_count(); ++i) {
    std::vector<RelatedDimensions> assumed;
    std::optional<Shape> wider = broadcast(wide, shape(i), assumed);
    if (!wider) {
      return fault("shape-mismatch", "operand {}: expected a shape that broadcasts with [{}], found [{}]", i,
                   text_of(wide), text_of(shape(i)));
    }
    if (Status status = require(assumed, "broadcast"); !status) return status.faults();
    wide = *std::move(wider);
    for (Expr& dimension : wide) dimension = settled_extent(graph_, dimension);
  }
  return wide;
}

Status Inference::require_repeated(int operand, size_t dimension, Expr to, std::string_view from) {
  const Expr found = shape(operand)[dimension];
  const std::optional<RelatedDimensions> pair = repeated(found, to);
  if (!pair || can_relate(*pair)) return {};
  return fault("shape-mismatch", "{}: dimension {}: expected {} ({}) or 1, found {}", described(operand), dimension,
               text_of(to), from, text_of(found));
}

Status Inference::require_dimension(int operand, size_t dimension, Expr expected, std::string_view from) {
  const Expr found = shape(operand)[dimension];
  if (can_be_equal(expected, found)) return {};
  return fault("shape-mismatch", "{}: dimension {}: expected {} ({}), found {}", described(operand), dimension,
               text_of(expected), from, text_of(found));
}

Status Inference::require_same_dimension(int like, size_t like_at, int operand, size_t at) {
  const Expr expected = shape(like)[like_at];
  if (can_be_equal(expected, shape(operand)[at])) return {};
  return require_dimension(operand, at, expected, fmt::format("{} dimension {}", described(like), like_at));
}

std::string Inference::described(int i) const {
  const Value& value = operand(i);
  return fmt::format("operand {} \"{}\" {}[{}]", i, value.name, info(value.type.element).name,
                     text_of(value.type.shape));
}

Expr Inference::opaque_count(std::string name, Expr most) {
  most = largest(most, graph_.opaque_symbols);
  const VariableId symbol = pool().declare({std::move(name), kIndex, 0, most->high, most + 1});
  graph_.opaque_symbols.push_back(symbol);
  return pool().variable(symbol);
}

Status Inference::require_rank(int operand, int least, int most) const {
  if (rank(operand) >= least && rank(operand) <= most) return {};
  return fault("rank-mismatch", "operand {}: expected rank {}, found {}", operand, range_text(least, most, INT32_MAX),
               rank(operand));
}

Status Inference::require_same_element(int a, int b) const {
  if (element(a) == element(b)) return {};
  return fault("type-mismatch", "operand {}: expected {} (as operand {}), found {}", b, info(element(a)).name, a,
               info(element(b)).name);
}

Status Inference::require_float(int operand) const {
  if (is_float(element(operand))) return {};
  return fault("type-mismatch", "operand {}: expected a floating-point type, found {}", operand,
               info(element(operand)).name);
}

Expr Lowering::broadcast_at(int i, std::span<const Expr> index, const Shape& to) const {
  return at(i, broadcast_index(index, shape(i), to));
}

std::vector<Expr> Lowering::broadcast_index(std::span<const Expr> index, const Shape& shape, const Shape& to) const {
  std::vector<Expr> narrowed;
  for (size_t i = 0; i < shape.size(); ++i) {
    const size_t at = index.size() - shape.size() + i;
    const bool are_equal = assumed_equal(graph_, shape[i], to[at]);
    narrowed.push_back(are_equal ? index[at] : repeated_index(index[at], shape[i], to[at]));
  }
  return narrowed;
}

TensorId Lowering::temporary(std::string_view suffix, ElementType element, Shape shape) const {
  return program.add_tensor(program.tensors[result(0)].name + "." + std::string(suffix), element, std::move(shape));
}

ElementType compute_type(ElementType element) {
  return element == ElementType::kF16 || element == ElementType::kBF16 ? ElementType::kF32 : element;
}
Expr widen(Expr value) { return cast(value, compute_type(value->type.element)); }
Expr narrow(Expr value, ElementType element) { return cast(value, element); }

const OpInfo* op_named(std::string_view name) {
  const auto ops = all_ops();
  const auto found = std::ranges::lower_bound(ops, name, {}, [](const OpInfo* op) { return op->name; });
  return found != ops.end() && (*found)->name == name ? *found : nullptr;
}

namespace {

Status check_operands_and_attributes(const Op& op) {
  const OpInfo& row = *op.info;
  const auto count = static_cast<int64_t>(op.operands.size());
  if (count < row.least_operands || count > row.most_operands) {
    return input_fault("operand-count", op.origin, "expected {} operand{}, found {}",
                       range_text(row.least_operands, row.most_operands, INT32_MAX), row.most_operands == 1 ? "" : "s",
                       count);
  }
  if (op.results.size() < static_cast<size_t>(row.results)) {
    return input_fault("result-count", op.origin, "expected {} results, found {}", row.results, op.results.size());
  }
  Status status;
  const bool any_number = row.most_operands == INT32_MAX && row.regions == 0;
  for (int i = 0; i < (any_number ? count : row.least_operands); ++i) {
    if (op.operands[static_cast<size_t>(i)].valid()) continue;
    status.merge(input_fault("operand-count", op.origin, "operand {}: expected a tensor, found none", i));
  }
  for (const FieldInfo& field : op.attributes.schema().fields) {
    const std::optional<int64_t> bad = out_of_range(field, field.get(op.attributes.get()));
    if (!bad) continue;
    status.merge(input_fault("attribute-range", op.origin, "attribute \"{}\": expected {}, found {}", field.name,
                             range_text(field.low, field.high, INT64_MAX), *bad));
  }
  return status;
}

constexpr int kMostDimensionHeight = 5000;  // walks of expressions recurse

// What every type must satisfy: a rank that burin can walk, dimensions that are not negative, a size in bytes that fits.
Status check_result(const Op& op, const TensorType& type) {
  if (type.shape.size() > static_cast<size_t>(kMostRank)) {
    return unsupported("rank", op.origin, "result: expected rank at most {}, found {}", kMostRank, type.shape.size());
  }
  int64_t bytes = size_of(type.element);
  bool overflows = false;
  for (Expr dimension : type.shape) {
    if (dimension->high < 0) {
      return input_fault("negative-dimension", op.origin, "result: expected dimensions of at least 0, found {}",
                         dimension->high);
    }
    if (dimension->height > kMostDimensionHeight) {
      return unsupported("dimension-depth", op.origin,
                         "result: expected dimensions of at most {} nested operations, found {}", kMostDimensionHeight,
                         dimension->height);
    }
    if (!constant_integer(dimension) && !dimension->has_variables) {
      return input_fault("tensor-too-large", op.origin, "result: expected dimensions of at most {}, found {}",
                         INT64_MAX, text_of(dimension));
    }
    const int64_t least = std::max<int64_t>(dimension->low, 1);
    overflows |= __builtin_mul_overflow(bytes, least, &bytes);
  }
  if (!overflows) return {};
  return input_fault("tensor-too-large", op.origin, "result: expected at most {} bytes, found {}[{}]", INT64_MAX,
                     info(type.element).name, text_of(type.shape));
}

}  // namespace

Status infer_types(Graph& graph, OpId op) {
  if (Status status = check_operands_and_attributes(graph.ops[op]); !status) return status;
  Inference inference(graph, op);
  if (Status status = graph.ops[op].info->infer(inference); !status) return status;
  for (ValueId result : graph.ops[op].results) {
    if (Status status = check_result(graph.ops[op], graph.values[result].type); !status) return status;
  }
  propagate_elements(graph, op);
  return {};
}

Status infer_like_operand(Inference& op) {
  op.set_result(0, op.element(0), op.shape(0));
  return {};
}

Status infer_broadcast(Inference& op) {
  for (int i = 1; i < op.operand_count(); ++i) {
    if (Status status = op.require_same_element(0, i); !status) return status;
  }
  Result<Shape> shape = op.broadcast_shape(0);
  if (!shape) return shape.faults();
  op.set_result(0, op.element(0), *std::move(shape));
  return {};
}

}  // namespace burin::ir
