// From an ONNX model that has been read (model_reader.h) to burin's graph: names resolved, nodes in order, local functions
// inlined, shapes inferred. What an operator means is in the import table
// (operators/all.h), one small function each.
//
// Dimensions. A dimension that the model names is a symbol, shared by all that have the name; one that it leaves open (-1,
// no value, "?", "None") is a symbol of its own, called after the input and the axis: `x_d0`. A symbol is from 1 to
// kMostDimension unless the options say otherwise: an input without elements must be asked for.
// Initializers are constants, also those that older models list among the inputs.
#pragma once

#include "frontend/onnx/graph/import_options.h"
#include "frontend/onnx/reader/model_reader.h"
#include "ir/base/result.h"
#include "ir/graph/graph.h"

namespace burin::frontend {

// All faults are collected before the import fails: each at its node, unsupported ones once per reason.
ir::Result<ir::Graph> import_model(OnnxModel model, const ImportOptions& options = {});

// The same without the graph: what --dry_run prints.
ImportReport check_model(OnnxModel model, const ImportOptions& options = {});

}  // namespace burin::frontend
