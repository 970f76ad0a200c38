// A nest over memory: tensors have become buffers and every index one position in a buffer, counted in elements. Between
// nests (logical indices) and loops (an order of execution): this is where layouts are applied and where schedules look at
// strides. Neighbouring axes that memory walks as one are one axis here.
#pragma once

#include <functional>
#include <vector>

#include "ir/loop/loop.h"
#include "ir/nest/nest.h"

namespace burin::passes {

struct FlatStore {
  ir::BufferId buffer;
  ir::Expr index;
  ir::Expr value;
  ir::Expr where;  // invalid: always
};

struct FlatNest {
  std::vector<ir::Axis> axes;
  std::vector<ir::Accumulator> accumulators;  // expressions hold loads where the nest had reads
  std::vector<FlatStore> stores;
};

// The buffer that holds a tensor in the kernel being built.
using BufferOf = std::function<ir::BufferId(ir::TensorId)>;

// The physical dimensions of a tensor, outermost first, and the position of a logical index among them.
ir::Shape physical_shape(const ir::Tensor& tensor, ir::ExprPool& pool);
ir::Expr physical_position(const ir::Tensor& tensor, std::span<const ir::Expr> index, ir::ExprPool& pool);

// A read out of the tensor becomes a select between its else-value and a load whose position is made safe.
FlatNest flatten(const ir::Program& program, const ir::Nest& nest, const BufferOf& buffer_of);

// Merges axes a (outer) and b (inner), both parallel or both reduction, where every position moves by extent(b) * stride(b)
// when a steps, and axes of one point into nothing. Reduction axes merge only in order, so results stay the same to the bit.
void collapse_axes(FlatNest& nest, ir::ExprPool& pool);

// Calls `visit` with each expression; see ir::for_each_expr.
template <class Visitor>
void for_each_expr(const FlatNest& nest, Visitor&& visit) {
  for (const ir::Accumulator& accumulator : nest.accumulators) {
    visit(accumulator.init);
    visit(accumulator.combine);
  }
  for (const FlatStore& store : nest.stores) {
    visit(store.index);
    visit(store.value);
    if (store.where.valid()) visit(store.where);
  }
}
template <class Map>
void map_exprs(FlatNest& nest, Map&& map) {
  for (ir::Accumulator& accumulator : nest.accumulators) {
    accumulator.init = map(accumulator.init);
    accumulator.combine = map(accumulator.combine);
  }
  for (FlatStore& store : nest.stores) {
    store.index = map(store.index);
    store.value = map(store.value);
    if (store.where.valid()) store.where = map(store.where);
  }
}

}  // namespace burin::passes
