// If, Loop and Scan: subgraphs become regions, or are imported in place where the condition is known.
#include <onnx/onnx-ml.pb.h>

#include <algorithm>

#include "frontend/onnx/graph/graph_import.h"
#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/expr/containment.h"
#include "ir/expr/largest.h"
#include "ir/expr/linear.h"
#include "ir/expr/walk.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Status;
using ir::TensorType;
using ir::ValueId;

ir::Result<const onnx::GraphProto*> required_subgraph(const NodeImport& node, std::string_view name) {
  if (const onnx::GraphProto* graph = node.subgraph(name)) return graph;
  return node.fault("missing-attribute", "expected an attribute \"{}\" with a graph, found none", name);
}

// --- If.

Status import_branch(NodeImport& node, const onnx::GraphProto& branch) {
  if (branch.output_size() != node.result_count()) {
    return node.fault("operand-count", "expected {} outputs of the branch, found {}", node.result_count(),
                      branch.output_size());
  }
  const std::optional<std::vector<Name>> outputs = node.model().import_inline(branch, node.node(), node.scope());
  if (!outputs) return {};
  for (int i = 0; i < node.result_count(); ++i) {
    const Name& output = (*outputs)[static_cast<size_t>(i)];
    if (output.state == NameState::kSequence) {
      node.set_sequence(i, output.sequence);
    } else {
      node.set_result(i, output.value);
    }
  }
  return {};
}

// A condition on dimensions, `left == right` or its opposite.
struct DimensionTest {
  Expr left, right;
  bool is_equality;
};

std::optional<DimensionTest> dimension_test(const NodeImport& node) {
  const std::vector<Expr>* known = node.elements(0);
  if (known == nullptr || known->size() != 1) return std::nullopt;
  Expr test = known->front();
  while (test->opcode == ir::Opcode::kCast) test = test->operands[0];
  if (test->opcode != ir::Opcode::kEqual && test->opcode != ir::Opcode::kNotEqual) return std::nullopt;
  return DimensionTest{test->operands[0], test->operands[1], test->opcode == ir::Opcode::kEqual};
}

bool ranks_differ(const NodeImport& node, const ImportedRegion& a, const ImportedRegion& b) {
  for (size_t i = 0; i < std::min(a.yields.size(), b.yields.size()); ++i) {
    if (node.type(a.yields[i]).shape.size() != node.type(b.yields[i]).shape.size()) return true;
  }
  return false;
}

// Exporters write "squeeze if the dimension is 1" of a squeeze whose dimension they do not know. What follows is made for the
// squeezed tensor, so where the branches differ in rank the dimensions are assumed to be equal, which `prepare` checks.
Status import_if(NodeImport& node) {
  const auto then_branch = required_subgraph(node, "then_branch");
  if (!then_branch) return then_branch.faults();
  const auto else_branch = required_subgraph(node, "else_branch");
  if (!else_branch) return else_branch.faults();
  if (const auto known = node.known_integers(0); known && known->size() == 1) {
    return import_branch(node, known->front() != 0 ? **then_branch : **else_branch);
  }
  const auto then_region = node.model().import_region(**then_branch, node.node(), node.scope(), {});
  const auto else_region = node.model().import_region(**else_branch, node.node(), node.scope(), {});
  if (!then_region || !else_region) return {};
  const std::optional<DimensionTest> test = dimension_test(node);
  if (test && ranks_differ(node, *then_region, *else_region)) {
    node.model().discard_region(*else_region);
    node.model().discard_region(*then_region);
    node.graph().assumptions.push_back({{test->left, test->right}, node.where()});
    return import_branch(node, test->is_equality ? **then_branch : **else_branch);
  }
  const std::vector<ValueId> results = node.emit_with_regions(
      ir::kIf, {node.operand(0)}, {}, {then_region->region, else_region->region}, node.result_count());
  for (int i = 0; i < node.result_count(); ++i) node.set_result(i, results[static_cast<size_t>(i)]);
  return {};
}

// --- Loops.

constexpr int kMostRounds = 6;

// What a body carries around: which of its inputs and outputs.
struct Carried {
  size_t first_input;
  size_t first_output;
  size_t count;
};

// A body imported until the types of what it carries hold: first with the types that the loop starts with, then with a symbol for
// every dimension that an iteration changes, and then with bounds for those that the found growth allows.
class LoopBody {
 public:
  LoopBody(NodeImport& node, const onnx::GraphProto& body, const Carried& carried, Expr most_iterations,
           std::vector<RegionParameter> parameters)
      : node_(node), body_(body), carried_(carried), most_(most_iterations), parameters_(std::move(parameters)) {}

  std::optional<ImportedRegion> import() {
    for (int round = 0;; ++round) {
      std::optional<ImportedRegion> region =
          node_.model().import_region(body_, node_.node(), node_.scope(), parameters_);
      if (!region || region->yields.size() < carried_.first_output + carried_.count) return region;
      const bool changed = widen(*region) || bound(*region);
      if (!changed || round == kMostRounds) return region;
      const std::vector<Change> changes = changes_;
      node_.model().discard_region(*region);
      for (const Change& change : changes) declare(change);
    }
  }

 private:
  // Dimension `d` of carried value `value`, which starts as `first`; `most` is invalid until it is known.
  struct Change {
    size_t value, d;
    Expr first, most;
    Expr inside{};  // the symbol
  };

  ir::ExprPool& pool() const { return *node_.graph().pool; }
  TensorType& type(size_t value) { return parameters_[carried_.first_input + value].type; }
  const TensorType& after(const ImportedRegion& region, size_t value) const {
    return node_.type(region.yields[carried_.first_output + value]);
  }

  // Finds dimensions that are not the same after an iteration.
  bool widen(const ImportedRegion& region) {
    bool changed = false;
    for (size_t value = 0; value < carried_.count; ++value) {
      const ir::Shape& before = type(value).shape;
      const ir::Shape& next = after(region, value).shape;
      if (before.size() != next.size()) continue;  // inference says so
      for (size_t d = 0; d < before.size(); ++d) {
        const auto is_this = [&](const Change& change) { return change.value == value && change.d == d; };
        if (ir::provably_equal(before[d], next[d]) || std::ranges::any_of(changes_, is_this)) continue;
        changes_.push_back({value, d, before[d], {}});
        changed = true;
      }
    }
    return changed;
  }

  // Bounds what has none yet.
  bool bound(const ImportedRegion& region) {
    bool changed = false;
    for (Change& change : changes_) {
      if (change.most.valid()) continue;
      change.most = largest(region, change, after(region, change.value).shape[change.d]);
      changed = true;
    }
    return changed;
  }

  Expr largest(const ImportedRegion& region, const Change& change, Expr next) const {
    const Expr start = change.first;
    if (ir::contained(next, pool().integer(INT64_MIN / 2), change.inside + 1) == ir::Containment::kProven) return start;
    if (const Expr most = largest_joined(region, change, next); most.valid()) return most;
    const Expr growth = next - change.inside;
    if (is_known_outside(region, growth)) return start + ir::max(growth, pool().integer(0)) * most_;
    if (is_known_outside(region, next)) return ir::max(start, next);
    const int64_t most = std::max(std::min(next->high, kMostDimension), start->high);
    return pool().integer(most);
  }

  // Of a dimension that broadcasting joins with others in each iteration: no larger than the largest of them. Invalid where it is
  // not such a dimension, or where the others are not known outside.
  Expr largest_joined(const ImportedRegion& region, const Change& change, Expr next) const {
    const std::vector<Expr> joined = ir::joined_dimensions(next);
    if (std::ranges::find(joined, change.inside) == joined.end()) return {};
    Expr most = change.first;
    for (Expr other : joined) {
      if (other == change.inside) continue;
      if (!is_known_outside(region, other)) return {};
      most = ir::max(most, other);
    }
    return most;
  }

  // Made of symbols that have values before the loop. The dimensions that it changes are not: a bound that depends on itself is
  // none.
  bool is_known_outside(const ImportedRegion& region, Expr e) const {
    const auto& symbols = node_.graph().symbols;
    const std::span opaque = std::span(node_.graph().opaque_symbols).first(region.first_symbol);
    bool is_known = true;
    ir::for_each_node(e, [&](Expr node) {
      if (!ir::is_variable(node)) return;
      const ir::VariableId id = ir::variable_of(node);
      const bool is_changed = std::ranges::find(changes_, node, &Change::inside) != changes_.end();
      const bool is_before =
          std::ranges::find(symbols, id) != symbols.end() || std::ranges::find(opaque, id) != opaque.end();
      is_known &= is_before && !is_changed;
    });
    return is_known;
  }

  // Puts a new symbol in the place of a dimension that changes.
  void declare(const Change& change) {
    const Expr found = change.most.valid() ? change.most : pool().integer(std::max(kMostDimension, change.first->high));
    const Expr most = ir::largest(found, node_.graph().opaque_symbols);
    const ir::VariableId symbol =
        pool().declare({fmt::format("{}.carried{}_{}", name_of(node_.node()), change.value, change.d), ir::kIndex, 0,
                        most->high, most + 1});
    node_.graph().opaque_symbols.push_back(symbol);
    type(change.value).shape[change.d] = pool().variable(symbol);
    for (Change& held : changes_) {
      if (held.value == change.value && held.d == change.d) held.inside = pool().variable(symbol);
    }
  }

  NodeImport& node_;
  const onnx::GraphProto& body_;
  Carried carried_;
  Expr most_;
  std::vector<RegionParameter> parameters_;
  std::vector<Change> changes_;
};

// The shape of a single element: of rank 0, or as input `i` of the body is declared.
ir::Shape single_element(const NodeImport& node, const onnx::GraphProto& body, int i) {
  if (i >= body.input_size()) return {};
  const int rank = std::min(body.input(i).type().tensor_type().shape().dim_size(), ir::kMostRank);
  return ir::Shape(static_cast<size_t>(rank), node.graph().pool->integer(1));
}

// How often the loop runs at most, as far as that is known.
Expr most_iterations(const NodeImport& node) {
  const Expr limit = node.graph().pool->integer(ir::kMostIterations);
  const std::vector<Expr>* trips = node.has(0) ? node.elements(0) : nullptr;
  if (trips == nullptr || trips->size() != 1 || trips->front()->low >= ir::kMostIterations) return limit;
  return ir::max(trips->front(), node.graph().pool->integer(0));
}

// The count of iterations as a symbol, so that what a body slices by it has a shape. Lowering sets it where it is used.
Expr declare_counter(NodeImport& node, Expr most) {
  ir::ExprPool& pool = *node.graph().pool;
  const Expr extent = ir::max(ir::largest(most, node.graph().opaque_symbols), pool.integer(1));
  const ir::VariableId symbol =
      pool.declare({fmt::format("{}.turn", name_of(node.node())), ir::kIndex, 0, extent->high - 1, extent});
  node.graph().opaque_symbols.push_back(symbol);
  return pool.variable(symbol);
}

Status import_loop(NodeImport& node) {
  const auto body = required_subgraph(node, "body");
  if (!body) return body.faults();
  const auto carried = static_cast<size_t>(std::max(node.operand_count() - 2, 0));
  const Expr most = most_iterations(node);
  std::vector<RegionParameter> parameters{
      {{ir::ElementType::kI64, single_element(node, **body, 0)}, declare_counter(node, most)},
      {{ir::ElementType::kBool, single_element(node, **body, 1)}}};
  std::vector<ValueId> operands{node.operand(0), node.operand(1)};
  for (size_t i = 0; i < carried; ++i) {
    operands.push_back(node.operand(static_cast<int>(i) + 2));
    parameters.push_back({node.type(operands.back())});
  }
  const auto region = LoopBody(node, **body, {2, 1, carried}, most, std::move(parameters)).import();
  if (!region) return {};
  const int results = static_cast<int>(region->yields.size()) - 1;
  if (results < node.result_count())
    return node.fault("operand-count", "expected a body with {} outputs, found {}", node.result_count() + 1,
                      results + 1);
  const std::vector<ValueId> values =
      node.emit_with_regions(ir::kLoop, std::move(operands), {}, {region->region}, results);
  for (int i = 0; i < node.result_count(); ++i) node.set_result(i, values[static_cast<size_t>(i)]);
  return {};
}

// --- Scan: every sequence is brought to run forwards along its first axis, so that the op needs no axes.

ValueId reversed(NodeImport& node, ValueId value, size_t axis) {
  if (!value.valid()) return value;
  const ir::Shape& shape = node.type(value).shape;
  ir::Slice slice{ir::Shape(shape.size(), node.graph().pool->integer(0)), std::vector<int64_t>(shape.size(), 1), shape};
  slice.starts[axis] = shape[axis] - 1;
  slice.steps[axis] = -1;
  return node.emit(ir::kSlice, {value}, ir::Attributes(std::move(slice)));
}

// The permutation that brings axis `from` to place `to` and keeps the order of the others.
std::vector<int64_t> moved_axis(size_t rank, size_t from, size_t to) {
  std::vector<int64_t> permutation;
  for (size_t i = 0; i < rank; ++i) {
    if (i != from) permutation.push_back(static_cast<int64_t>(i));
  }
  permutation.insert(permutation.begin() + static_cast<std::ptrdiff_t>(to), static_cast<int64_t>(from));
  return permutation;
}

// Axis and direction of sequence `i`, from the two attributes.
struct Course {
  int64_t axis = 0;
  bool is_backwards = false;
};

ir::Result<std::vector<Course>> courses(const NodeImport& node, std::string_view axes_name,
                                        std::string_view directions_name, size_t count) {
  const std::vector<int64_t> axes = node.integers(axes_name, std::vector<int64_t>(count, 0));
  const std::vector<int64_t> directions = node.integers(directions_name, std::vector<int64_t>(count, 0));
  if (axes.size() != count || directions.size() != count) {
    return node.fault("attribute-range", "attributes \"{}\" and \"{}\": expected {} numbers, found {} and {}",
                      axes_name, directions_name, count, axes.size(), directions.size());
  }
  std::vector<Course> found;
  for (size_t i = 0; i < count; ++i) found.push_back({axes[i], directions[i] != 0});
  return found;
}

Status bind_scanned(NodeImport& node, const std::vector<ValueId>& results, size_t carried) {
  const auto outputs = courses(node, "scan_output_axes", "scan_output_directions", results.size() - carried);
  if (!outputs) return outputs.faults();
  for (size_t i = 0; i < results.size(); ++i) {
    ValueId value = results[i];
    if (i >= carried && value.valid()) {
      const Course& course = (*outputs)[i - carried];
      const auto rank = node.type(value).shape.size();
      const ir::Result<int64_t> axis =
          axis_from_front(node, course.axis, static_cast<int>(rank), "attribute \"scan_output_axes\"");
      if (!axis) return axis.faults();
      if (course.is_backwards) value = reversed(node, value, 0);
      value = emit_transpose(node, value, moved_axis(rank, 0, static_cast<size_t>(*axis)));
    }
    node.set_result(static_cast<int>(i), value);
  }
  return {};
}

Status import_scan(NodeImport& node) {
  const auto body = required_subgraph(node, "body");
  if (!body) return body.faults();
  const int64_t sequences = node.integer("num_scan_inputs", 0);
  if (sequences < 1 || sequences > node.operand_count()) {
    return node.fault("attribute-range", "attribute \"num_scan_inputs\": expected 1 to {}, found {}",
                      node.operand_count(), sequences);
  }
  const size_t carried = static_cast<size_t>(node.operand_count()) - static_cast<size_t>(sequences);
  const auto inputs = courses(node, "scan_input_axes", "scan_input_directions", static_cast<size_t>(sequences));
  if (!inputs) return inputs.faults();
  std::vector<ValueId> operands;
  std::vector<RegionParameter> parameters;
  Expr length = node.graph().pool->integer(0);
  for (int i = 0; i < node.operand_count(); ++i) {
    ValueId value = node.operand(i);
    const auto at = static_cast<size_t>(i);
    if (at >= carried) {
      const Course& course = (*inputs)[at - carried];
      const ir::Result<int64_t> axis =
          axis_from_front(node, course.axis, node.rank(i), "attribute \"scan_input_axes\"");
      if (!axis) return axis.faults();
      if (course.is_backwards) value = reversed(node, value, static_cast<size_t>(*axis));
      value = emit_transpose(node, value, moved_axis(node.shape(i).size(), static_cast<size_t>(*axis), 0));
    }
    operands.push_back(value);
    parameters.push_back({node.type(value)});
    ir::Shape& shape = parameters.back().type.shape;
    if (at < carried || shape.empty()) continue;
    length = shape.front();
    shape.erase(shape.begin());
  }
  const auto region = LoopBody(node, **body, {0, 0, carried}, length, std::move(parameters)).import();
  if (!region) return {};
  if (static_cast<int>(region->yields.size()) < node.result_count() || region->yields.size() < carried) {
    return node.fault("operand-count", "expected a body with {} outputs, found {}", node.result_count(),
                      region->yields.size());
  }
  const auto results = static_cast<int>(region->yields.size());
  return bind_scanned(node,
                      node.emit_with_regions(ir::kScan, std::move(operands), ir::Attributes(ir::Scan{sequences}),
                                             {region->region}, results),
                      carried);
}

// Scan-8 has a batch dimension and lengths of sequences.
Status import_scan_of_batches(NodeImport& node) {
  return node.not_supported("operator Scan: expected opset 9 or newer, found {}", node.opset());
}

constexpr ImportRow kRows[] = {
    {"", "If", 1, import_if, "1", Takes::kSequencesToo},
    {"", "Loop", 1, import_loop, "??1*"},
    {"", "Scan", 8, import_scan_of_batches, "?11*"},
    {"", "Scan", 9, import_scan, "11*"},
};

}  // namespace

std::span<const ImportRow> control_rows() { return kRows; }

}  // namespace burin::frontend
