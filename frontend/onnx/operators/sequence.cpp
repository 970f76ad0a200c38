// Sequences and optionals, as far as their lengths are known now: then they are only a way to name tensors.
#include <algorithm>

#include "frontend/onnx/operators/common.h"
#include "frontend/onnx/operators/rows.h"
#include "ir/expr/linear.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using ir::Expr;
using ir::Status;
using ir::ValueId;
using Sequence = std::vector<ValueId>;

ir::Result<Sequence> required_sequence(const NodeImport& node, int i) {
  if (const Sequence* sequence = node.sequence(i)) return *sequence;
  return node.fault("type-mismatch", "operand {}: expected a sequence, found a tensor", i);
}

// The position that operand `i` says, from 0 to `most`, counted from the end of `length` when negative; `otherwise` where it says
// none.
ir::Result<int64_t> position(const NodeImport& node, int i, int64_t length, int64_t most, int64_t otherwise) {
  if (!node.has(i)) return otherwise;
  const ir::Result<int64_t> given = required_integer(node, i, "position");
  if (!given) return given.faults();
  if (*given >= -length && *given <= most) return *given < 0 ? *given + length : *given;
  return node.fault("axis-range", "operand {} (position): expected {} to {}, found {}", i, -length, most, *given);
}

Status import_empty(NodeImport& node) {
  node.set_sequence(0, {});
  return {};
}

Status import_construct(NodeImport& node) {
  Sequence sequence;
  for (int i = 0; i < node.operand_count(); ++i) sequence.push_back(node.operand(i));
  node.set_sequence(0, std::move(sequence));
  return {};
}

Status import_at(NodeImport& node) {
  const ir::Result<Sequence> sequence = required_sequence(node, 0);
  if (!sequence) return sequence.faults();
  const auto length = static_cast<int64_t>(sequence->size());
  const ir::Result<int64_t> at = position(node, 1, length, length - 1, length - 1);
  if (!at) return at.faults();
  node.set_result(0, (*sequence)[static_cast<size_t>(*at)]);
  return {};
}

Status import_insert(NodeImport& node) {
  ir::Result<Sequence> sequence = required_sequence(node, 0);
  if (!sequence) return sequence.faults();
  const auto length = static_cast<int64_t>(sequence->size());
  const ir::Result<int64_t> at = position(node, 2, length, length, length);
  if (!at) return at.faults();
  sequence->insert(sequence->begin() + *at, node.operand(1));
  node.set_sequence(0, std::move(*sequence));
  return {};
}

Status import_erase(NodeImport& node) {
  ir::Result<Sequence> sequence = required_sequence(node, 0);
  if (!sequence) return sequence.faults();
  if (sequence->empty())
    return node.fault("axis-range", "operand 0: expected a sequence with elements, found an empty one");
  const auto length = static_cast<int64_t>(sequence->size());
  const ir::Result<int64_t> at = position(node, 1, length, length - 1, length - 1);
  if (!at) return at.faults();
  sequence->erase(sequence->begin() + *at);
  node.set_sequence(0, std::move(*sequence));
  return {};
}

Status import_length(NodeImport& node) {
  const ir::Result<Sequence> sequence = required_sequence(node, 0);
  if (!sequence) return sequence.faults();
  node.set_result(0, emit_dimensions(node, {node.graph().pool->integer(static_cast<int64_t>(sequence->size()))}, 0));
  return {};
}

Status import_concat(NodeImport& node) {
  ir::Result<Sequence> sequence = required_sequence(node, 0);
  if (!sequence) return sequence.faults();
  if (sequence->empty())
    return node.fault("operand-count", "operand 0: expected a sequence with elements, found an empty one");
  const bool is_new = node.flag("new_axis", false);
  const auto rank = static_cast<int>(node.type(sequence->front()).shape.size()) + (is_new ? 1 : 0);
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), rank);
  if (!axis) return axis.faults();
  for (ValueId& value : *sequence) {
    ir::Shape shape = node.type(value).shape;
    if (!is_new || static_cast<int>(shape.size()) + 1 != rank) continue;
    shape.insert(shape.begin() + *axis, node.graph().pool->integer(1));
    value = emit_reshape(node, value, std::move(shape));
  }
  node.set_result(0, node.emit(ir::kConcat, std::move(*sequence), ir::Attributes(ir::Concat{*axis})));
  return {};
}

// Sizes of the parts that `dim` is split into.
ir::Result<std::vector<int64_t>> part_sizes(const NodeImport& node, int64_t dim) {
  constexpr int64_t kMostParts = 4096;
  int64_t size = 1;
  if (node.has(1)) {
    ir::Result<std::vector<int64_t>> given = required_integers(node, 1, "split");
    if (!given) return given.faults();
    if (node.rank(1) == 1) return given;
    size = given->front();
  }
  if (size < 1 || dim / size > kMostParts)
    return node.fault("attribute-range", "split: expected at most {} parts of at least 1, found parts of {} of {}",
                      kMostParts, size, dim);
  std::vector<int64_t> sizes;
  for (int64_t start = 0; start < dim; start += size) sizes.push_back(std::min(size, dim - start));
  return sizes;
}

Status import_split(NodeImport& node) {
  const ir::Result<int64_t> axis = axis_from_front(node, node.integer("axis", 0), node.rank(0));
  if (!axis) return axis.faults();
  const Expr dim = node.dimension(0, static_cast<size_t>(*axis));
  const std::optional<int64_t> whole = ir::constant_integer(dim);
  if (!whole)
    return node.not_supported(
        "operator SplitToSequence: expected a dimension known when the model is compiled, found a symbolic one");
  const ir::Result<std::vector<int64_t>> sizes = part_sizes(node, *whole);
  if (!sizes) return sizes.faults();
  int64_t total = 0;
  Sequence sequence;
  for (const int64_t size : *sizes) {
    if (size < 0 || size > *whole - total)
      return node.fault("shape-mismatch", "split: expected sizes that add up to {}, found more", *whole);
    ValueId part = emit_slice(node, node.operand(0), *axis, dim->pool->integer(total), dim->pool->integer(size));
    if (!node.has(1) && !node.flag("keepdims", true)) {
      ir::Shape shape = node.shape(0);
      shape.erase(shape.begin() + *axis);
      part = emit_reshape(node, part, std::move(shape));
    }
    sequence.push_back(part);
    total += size;
  }
  if (total != *whole)
    return node.fault("shape-mismatch", "split: expected sizes that add up to {}, found {}", *whole, total);
  node.set_sequence(0, std::move(sequence));
  return {};
}

// --- Optionals. A tensor or sequence is an optional that has an element.

Status import_optional(NodeImport& node) {
  if (const Sequence* sequence = node.sequence(0)) {
    node.set_sequence(0, *sequence);
  } else if (node.has(0)) {
    node.set_result(0, node.operand(0));
  } else {
    return node.not_supported("operator {}: expected an element, found none", node.op_type());
  }
  return {};
}

Status import_has_element(NodeImport& node) {
  ir::Scalar has;
  has.integer = node.has(0) || node.sequence(0) != nullptr ? 1 : 0;
  node.set_result(0, node.constant(ir::make_splat(ir::ElementType::kBool, {}, has)));
  return {};
}

constexpr ImportRow kRows[] = {
    {"", "ConcatFromSequence", 11, import_concat, "1", Takes::kSequencesToo},
    {"", "Optional", 15, import_optional, "?", Takes::kSequencesToo},
    {"", "OptionalGetElement", 15, import_optional, "1", Takes::kSequencesToo},
    {"", "OptionalHasElement", 15, import_has_element, "?", Takes::kSequencesToo},
    {"", "SequenceAt", 11, import_at, "11", Takes::kSequencesToo},
    {"", "SequenceConstruct", 11, import_construct, "11*"},
    {"", "SequenceEmpty", 11, import_empty, ""},
    {"", "SequenceErase", 11, import_erase, "1?", Takes::kSequencesToo},
    {"", "SequenceInsert", 11, import_insert, "11?", Takes::kSequencesToo},
    {"", "SequenceLength", 11, import_length, "1", Takes::kSequencesToo},
    {"", "SplitToSequence", 11, import_split, "1?"},
};

}  // namespace

std::span<const ImportRow> sequence_rows() { return kRows; }

}  // namespace burin::frontend
