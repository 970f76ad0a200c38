// What several import functions need: axes as ONNX counts them, and shapes that arrive as operands.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "frontend/onnx/graph/node_import.h"

namespace burin::frontend {

// `axis` counted from the front, for `rank` dimensions; negative ones count from the back.
ir::Result<int64_t> axis_from_front(const NodeImport& node, int64_t axis, int rank,
                                    std::string_view what = "attribute \"axis\"");
// The same for a list, without repetition.
ir::Result<std::vector<int64_t>> axes_from_front(const NodeImport& node, std::vector<int64_t> axes, int rank,
                                                 std::string_view what = "axes");
// Axes from operand `i` where it is there, otherwise from the attribute "axes"; absent when neither is.
ir::Result<std::optional<std::vector<int64_t>>> optional_axes(const NodeImport& node, int i, int rank);

// The elements of operand `i`, which `what` names; unsupported when they depend on data.
ir::Result<std::vector<ir::Expr>> required_elements(const NodeImport& node, int i, std::string_view what);
ir::Result<std::vector<int64_t>> required_integers(const NodeImport& node, int i, std::string_view what);
// A single number.
ir::Result<int64_t> required_integer(const NodeImport& node, int i, std::string_view what);
// The shape that operand `i` holds; where it depends on data, what the model declares of output 0.
ir::Result<ir::Shape> required_shape(const NodeImport& node, int i);

// A fault unless operand `i` is left out or has a rank from `least` to `most`.
ir::Status require_rank(const NodeImport& node, int i, int least, int most);

ir::Shape numbers_as_shape(const NodeImport& node, std::span<const int64_t> numbers);
// `values` as an i64 tensor of rank 0 or 1: a constant when all are numbers.
ir::ValueId emit_dimensions(NodeImport& node, std::vector<ir::Expr> values, int rank);
// `value` under another shape; `value` itself when it has it.
ir::ValueId emit_reshape(NodeImport& node, ir::ValueId value, ir::Shape shape);
ir::ValueId emit_transpose(NodeImport& node, ir::ValueId value, std::vector<int64_t> permutation);
// `value` as elements of another type; `value` itself when it has them.
ir::ValueId emit_cast(NodeImport& node, ir::ValueId value, ir::ElementType element);
// `value` times `factor`; `value` itself when it is not valid or the factor is 1.
ir::ValueId scaled(NodeImport& node, ir::ValueId value, double factor);
// `value` repeated along its dimensions of 1 and new outer ones; `value` itself when it has the shape.
ir::ValueId emit_expand(NodeImport& node, ir::ValueId value, ir::Shape shape);
// The parts in order along `axis`; those that are not valid are left out.
ir::ValueId emit_concat(NodeImport& node, std::vector<ir::ValueId> parts, int64_t axis);
// Elements `start` .. `start + size` along `axis`.
ir::ValueId emit_slice(NodeImport& node, ir::ValueId value, int64_t axis, ir::Expr start, ir::Expr size);
// 0, 1, .. in i64, counted along dimension `axis` of `rank`; the others are 1.
ir::ValueId emit_positions(NodeImport& node, ir::Expr count, size_t axis, size_t rank);

// Imports a node of one operand as op `kOp` of it.
template <const ir::OpInfo& kOp>
ir::Status import_unary(NodeImport& node) {
  node.set_result(0, node.emit(kOp, {node.operand(0)}));
  return {};
}

}  // namespace burin::frontend
