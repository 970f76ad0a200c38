// Whether a schedule that a nest brings along, from text, can be carried out. The verifier of nests says whether it is one;
// here the question is what memory makes of the axes it names, and which orders passes/emit_nest.h knows.
#pragma once

#include <optional>

#include "ir/base/result.h"
#include "passes/flat_nest.h"

namespace burin::passes {

// `nest` as written, `flat` after collapse_axes: a schedule counts axes of `nest`, and emission those of `flat`. The fault names
// the axis that stands in the way; absent where both count the same axes and the order is one that emission knows.
std::optional<ir::Diagnostic> schedule_fault(const ir::Nest& nest, const FlatNest& flat, const ir::ExprPool& pool);

}  // namespace burin::passes
