// The graph form: what a model computes. A function of tensor values in SSA; an op has operands, results, attributes and
// regions (If, Loop, Scan). It says nothing about loops, layout, memory or order beyond data dependence.
//
// Invariants (ir/graph/verify.h checks them): every operand is defined before its use in the same region or in one around
// it; every value has one definition; a result's type is what the op's row infers; attributes are in range; regions yield.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/base/store.h"
#include "ir/expr/shape.h"
#include "ir/graph/attributes.h"
#include "ir/tensor/literal.h"

namespace burin::ir {

struct OpInfo;
using ValueId = Id<struct ValueTag>;
using OpId = Id<struct OpTag>;
using RegionId = Id<struct RegionTag>;

struct TensorType {
  ElementType element = ElementType::kF32;
  Shape shape;
};

struct Value {
  std::string name;  // the model's own; unique in the graph
  TensorType type;
  OpId definition;                  // absent for parameters of the function or of a region
  std::optional<Literal> constant;  // of a value that is known whole
  // Of a small integer (or bool) tensor whose elements are known as expressions over symbols, row-major: what Shape, Gather
  // and Concat do to dimensions. All are i64 whatever the element type. Of a small float tensor, expressions of its own type.
  // Filled in by inference, also for constants.
  std::optional<std::vector<Expr>> elements;
};

struct Op {
  const OpInfo* info = nullptr;
  std::vector<ValueId> operands;  // an id that is not valid stands for an optional operand left out
  std::vector<ValueId> results;
  Attributes attributes;
  std::vector<RegionId> regions;
  std::string origin;  // the model's node, as in diagnostics: `node "conv1" (Conv)`
};

struct Region {
  std::vector<ValueId> parameters;
  std::vector<OpId> ops;  // in an order that respects data dependence
  std::vector<ValueId> yields;
};

// Two dimensions of which inference assumed that they are equal, or broadcast. `prepare` checks it, or, where `region` is set,
// whoever runs the region.
struct Assumption {
  RelatedDimensions dimensions;
  std::string origin;
  RegionId region{};
};

struct Graph {
  std::string name = "model";
  std::shared_ptr<ExprPool> pool = std::make_shared<ExprPool>();
  Store<ValueId, Value> values;
  Store<OpId, Op> ops;
  Store<RegionId, Region> regions;
  RegionId body;
  std::vector<VariableId> symbols;  // of the inputs' dimensions, in order of appearance; bounds are in the variable
  // Counts that are known only while running (NonZero's), bounded.
  std::vector<VariableId> opaque_symbols;
  std::vector<Assumption> assumptions;

  ValueId add_value(std::string value_name, TensorType type);
  ValueId add_constant(std::string value_name, Literal literal);
  // Appends an op to `region` with fresh results named `result_names`, whose types are not inferred yet.
  OpId add_op(RegionId region, const OpInfo& info, std::vector<ValueId> operands, Attributes attributes,
              std::vector<std::string> result_names, std::string origin);
  const Region& main() const { return regions[body]; }
};

// True when the model is refused unless `a` and `b` are equal.
bool assumed_equal(const Graph& graph, Expr a, Expr b);
// The extent of a broadcast, or a simpler one that it must equal for other reasons.
Expr settled_extent(const Graph& graph, Expr extent);

// The number of uses of every value, by ValueId::index, counting yields of regions.
std::vector<int> count_uses(const Graph& graph);

}  // namespace burin::ir
