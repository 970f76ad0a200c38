// What the lowerings of several ops share: maps over the result, axes of dimensions of one, groups, and the extreme values of
// element types. Nothing here belongs to one op.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph/op.h"

namespace burin::ir {

// result 0 [i] = value(i) over the result's shape, narrowed to its element type.
template <class Value>
void lower_map(Lowering& op, Value&& value) {
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  nest.write(op.result(0), i, narrow(value(std::span<const Expr>(i)), op.result_element(0)));
  op.emit(nest);
}

// The values of `element` that a maximum and a minimum start from: infinities, or the least and greatest integers.
Expr lowest(ExprPool& pool, ElementType element);
Expr highest(ExprPool& pool, ElementType element);
inline Expr zero(ExprPool& pool, ElementType element) { return pool.number(0, {element, 1}); }

// One axis per dimension, `make(d, name)` for each whose extent is not 1; an index of 0 where it is 1.
template <class Make>
std::vector<Expr> index_over(const Shape& shape, ExprPool& pool, Make&& make) {
  constexpr std::string_view kNames = "ijklmnopqrstuvw";
  std::vector<Expr> index;
  for (size_t d = 0; d < shape.size(); ++d) {
    std::string name = d < kNames.size() ? std::string(1, kNames[d]) : "i" + std::to_string(d);
    index.push_back(is_constant_value(shape[d], 1) ? pool.integer(0) : make(d, std::move(name)));
  }
  return index;
}

// A reduction axis, or 0 where there is only one step.
inline Expr reduction_axis(NestBuilder& nest, std::string name, Expr extent) {
  return is_constant_value(extent, 1) ? extent->pool->integer(0) : nest.reduction(std::move(name), extent);
}
inline Expr parallel_axis(NestBuilder& nest, std::string name, Expr extent) {
  return is_constant_value(extent, 1) ? extent->pool->integer(0) : nest.parallel(std::move(name), extent);
}

// result 0 [i] = kFunction(operand 0 [i]), in the type that such elements are computed in.
template <Expr (*kFunction)(Expr)>
void lower_function(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) { return kFunction(widen(op.at(0, i))); });
}

// True for each dimension in `axes`.
std::vector<bool> membership(std::span<const int64_t> axes, size_t rank);
// Axes below `rank`, each once.
Status require_axes(const Inference& op, std::span<const int64_t> axes, int rank);

// A group under construction: shared axes, then nests. Without shared axes its nests stand in the program by themselves.
class GroupBuilder {
 public:
  explicit GroupBuilder(Lowering& op) : op_(op) { group_.origin.push_back(op.op().origin); }

  Expr axis(std::string name, Expr extent);
  void add(NestBuilder& nest) { group_.body.push_back({nest.take()}); }
  void emit();

 private:
  Lowering& op_;
  Group group_;
};

// Rows over some axes of one tensor: the group shares the others, and each nest takes those axes as it needs them.
class Rows {
 public:
  // Over `axes` of `shape`; the remaining axes become the group's.
  Rows(GroupBuilder& group, const Shape& shape, std::span<const int64_t> axes, ExprPool& pool);

  // A full index of the tensor whose row axes are new reduction or parallel axes of `nest`.
  std::vector<Expr> reduce(NestBuilder& nest) const;
  std::vector<Expr> walk(NestBuilder& nest) const;
  // The part of a full index that lies within the row, and the row's shape.
  std::vector<Expr> within(std::span<const Expr> index) const;
  Shape row_shape() const;
  Expr row_count() const;  // elements in a row
  // A full index with 0 on the row axes: where a result that keeps reduced dimensions is written.
  std::vector<Expr> row() const;

 private:
  std::vector<Expr> fill(NestBuilder& nest, AxisKind kind) const;

  Shape shape_;
  std::vector<bool> inner_;
  std::vector<Expr> outer_index_;
  ExprPool& pool_;
};

// --- Inference that several ops share.
Status infer_float(Inference& op);       // like operand 0, which is floating
Status infer_number(Inference& op);      // like operand 0, which is not bool
Status infer_comparison(Inference& op);  // bool, broadcast

}  // namespace burin::ir
