// Value propagation: small integer tensors carry their elements as expressions over the symbols, so that the shapes that a
// model computes from shapes are known at compile time. There is nothing per op here: an op's own lowering is evaluated with
// expressions in the place of numbers.
#pragma once

#include "ir/graph/graph.h"
#include "ir/nest/nest.h"

namespace burin::ir {

// Tensors of at most this many elements are followed.
inline constexpr int64_t kMostKnownElements = 64;
inline constexpr int64_t kMostKnownNumbers = 16;  // floats, such as the scales of a resize
inline constexpr int kMostHeight = 200;           // of an element; walks of expressions recurse

// Sets `Value::elements` of the op's results where all that they depend on is known.
void propagate_elements(Graph& graph, OpId op);

// The elements of a literal that has at most that many.
std::optional<std::vector<Expr>> elements_of(const Literal& literal, ExprPool& pool);

}  // namespace burin::ir
