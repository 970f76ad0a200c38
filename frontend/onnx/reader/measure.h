// The first pass over a model file: is it well-formed protobuf of the shape that onnx-ml.proto describes, how many
// nodes and tensors has it, how deep does it nest, and how much memory will protobuf take for it? Allocates nothing
// that grows with the file, touches no tensor data, and refuses beyond the limits, so that everything after it can be
// plain code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "frontend/onnx/reader/limits.h"
#include "frontend/onnx/reader/wire_schema.h"
#include "ir/base/result.h"

namespace burin::frontend {

struct ModelSize {
  int64_t nodes = 0;
  int64_t tensors = 0;
  int64_t depth = 1;           // of messages; a model without anything in it is 1 deep
  int64_t constant_bytes = 0;  // as declared by shapes and types; INT64_MAX when that is too large a number
  int64_t parsed_bytes = 0;    // upper estimate of what protobuf allocates for the skeleton (skeleton.h)
};

// `root` is kModel, or kTensor for the files of test data. Faults carry the byte offset and the path of the message
// ("graph.node[3].attribute[0]"), what was expected and what was found.
ir::Result<ModelSize> measure(std::span<const std::byte> file, MessageKind root, const Limits& limits);

// What may be allocated for reading this file.
int64_t memory_budget(int64_t file_bytes, int64_t nodes, const Limits& limits);

}  // namespace burin::frontend
