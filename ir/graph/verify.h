// The invariants of the graph form. Each violation is one diagnostic that names the place and both values.
//
// - Ids name values, ops and regions of the graph. Values have distinct names that are not empty.
// - A value has one definition: it is a parameter of one region, a result of one op, or a constant.
// - An operand is defined before its use, in the same region or in one around it; so is what a region yields.
// - Every op stands in one region; every region but the main one belongs to one op, and none is inside itself.
// - An op has as many operands, results and regions as its row says, and attributes of the row's struct, in range.
// - A type's dimensions are i64 expressions over the graph's symbols, and not negative where they are numbers.
// - A constant has the type of its value.
// - A result has the type that the row infers from the operands.
#pragma once

#include "ir/base/result.h"
#include "ir/graph/graph.h"

namespace burin::ir {

Status verify(const Graph& graph);

}  // namespace burin::ir
